package formats_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify/ofd/ofdtest"
	"bangban/app/verify/pdfsig/pdfsigtest"
	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"

	"github.com/dasio/base45"
	"github.com/fxamacker/cbor/v2"
)

// seed is a credential that is read to its end: its signature is good, or its format's structure is.
type seed struct {
	name  string
	bytes []byte
}

// fixtures are the foreign credentials that the formats' own tests keep, and the names of their anchors.
func fixtures() map[string][]string {
	return map[string][]string{"sdjwt/testdata/sd-jwt-vc.json": {"root"}, "mdoc/testdata/auth0-mdl.json": {"iaca"}, "vds/testdata/openssl.json": {"csca_nc", "csca_seal", "seal_cert"},
		"shc/testdata/jose.json": {}, "vcjose/testdata/foreign.json": {"root"}}
}

// seeds gives credentials of every format, and a store that vouches for most of them.
func seeds(t testing.TB) (all []seed, anchors *trust.Store) {
	t.Helper()
	anchors = trust.New(nil)
	add := func(file []byte) {
		if err := anchors.Add(file, "test", time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	for file, roots := range fixtures() {
		b, err := os.ReadFile("../" + file)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]json.RawMessage
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		for name, raw := range m {
			var s string
			switch {
			case name == "jwks":
				add(raw)
			case json.Unmarshal(raw, &s) != nil:
			case slices.Contains(roots, name):
				add([]byte(s))
			case strings.HasPrefix(name, "good"), strings.HasSuffix(name, "_good"):
				all = append(all, seed{file + " " + name, []byte(s)})
				if der, err := base64.StdEncoding.DecodeString(s); err == nil {
					all = append(all, seed{file + " " + name + " bytes", der})
				}
			}
		}
	}
	a := vouchertest.New(t, vouchertest.Issuer)
	add(a.PEM)
	msg := vouchertest.Sign(t, a.Voucher(), a.Signer(t))
	all = append(all, seed{"voucher", []byte(voucher.Encode(msg))}, seed{"voucher bytes", msg}, seed{"hcert", hcertText(t)}, seed{"aadhaar", aadhaarText(t)})
	k := ofdtest.New(t)
	add(k.CA.PEM())
	for _, v := range []int{0, 1, 4, 5} {
		d := ofdtest.Base("机动车驾驶证", "SPECIMEN")
		k.Sign(t, d, ofdtest.Options{Version: v})
		all = append(all, seed{"ofd", d.Zip()})
	}
	p := pdfsigtest.NewKit(t)
	add(p.Root.PEM())
	d := pdfsigtest.New("SPECIMEN")
	p.Sign(t, d, pdfsigtest.Options{P: 2})
	all = append(all, seed{"pdf", bytes.Clone(d.B)})
	p.Sign(t, d, pdfsigtest.Options{Rect: "1 1 9 9"})
	all = append(all, seed{"pdf twice", d.B})
	slices.SortFunc(all, func(a, b seed) int { return strings.Compare(a.name, b.name) })
	return all, anchors
}

// hcertText has the structure of a health certificate and no good signature.
func hcertText(t testing.TB) []byte {
	enc := func(v any) []byte {
		b, err := cbor.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	payload := enc(map[int]any{1: "XX", 4: 1900000000, 6: 1700000000, -260: map[int]any{1: map[string]any{"ver": "1.3.0", "nam": map[string]any{"fnt": "SPECIMEN"}, "dob": "1990-01-01", "v": []any{map[string]any{"tg": "840539006"}}}}})
	cose := enc(cbor.Tag{Number: 18, Content: []any{enc(map[int]any{1: -7, 4: []byte("12345678")}), map[int]any{}, payload, make([]byte, 64)}})
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(cose)
	_ = w.Close()
	return []byte("HC1:" + base45.EncodeToString(b.Bytes()))
}

// aadhaarText has the structure of a Secure QR and no good signature.
func aadhaarText(t testing.TB) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(strings.Join([]string{"V2", "3", "1234", "SPECIMEN", "01-01-1990", "F", "", "", "", "", "", "", "", "", "", "", "", "1234"}, "\xff") + "\xff" + strings.Repeat("x", 300)))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return []byte(new(big.Int).SetBytes(b.Bytes()).String())
}
