package claim169_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/app/verify"
	"bangban/app/verify/claim169"
	"bangban/app/verify/formattest"
	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

// vector is a file of jeremi/claim-169 test-vectors.
type vector struct {
	Name string
	Data string `json:"qr_data"`
	Key  *struct {
		Algorithm string
		Public    string `json:"public_key_hex"`
	} `json:"signing_key"`
	Encryption *struct{} `json:"encryption_key"`
	Identity   struct {
		FullName    string
		ID          string
		DateOfBirth string
	} `json:"expected_claim169"`
	Meta struct{ Issuer string } `json:"expected_cwt_meta"`
}

func vectors(t testing.TB, kind string) (all []vector) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join("../../../../shared/vectors/claim169", kind, "*.json"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(f, err)
		}
		all = append(all, v)
	}
	return all
}

func needVectors(t testing.TB, kind string) []vector {
	t.Helper()
	all := vectors(t, kind)
	if len(all) == 0 {
		t.Skip("no foreign vectors here: ../shared/vectors/claim169 is absent")
	}
	return all
}

// trustFile is the vector's key as a file for --trust: a JWK.
func (v vector) trustFile(t testing.TB) []byte {
	t.Helper()
	raw, err := hex.DecodeString(v.Key.Public)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	if v.Key.Algorithm == "EdDSA" {
		return fmt.Appendf(nil, `{"kty":"OKP","crv":"Ed25519","x":%q}`, b64(raw))
	}
	return fmt.Appendf(nil, `{"kty":"EC","crv":"P-256","x":%q,"y":%q}`, b64(raw[1:33]), b64(raw[33:]))
}

func run(t testing.TB, text string, req verify.Request) *verify.Result {
	t.Helper()
	r, err := claim169.Format{}.Verify(context.Background(), []byte(text), req)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var within = time.Unix(1750000000, 0) // inside the life of the vectors

func TestVectorsValid(t *testing.T) {
	signed := 0
	for _, v := range needVectors(t, "valid") {
		req := verify.Request{At: within}
		r := run(t, v.Data, req)
		switch {
		case v.Encryption != nil:
			if c := r.Checks[0]; r.Verdict != check.Indeterminate || c.Reason != check.NotSupported {
				t.Errorf("%s: %v %+v", v.Name, r.Verdict, r.Checks)
			}
		case v.Key == nil && r.Checks[0].Verdict == check.Passed:
			if c, _ := check.First(r.Checks, check.Failed); r.Verdict != check.Failed || c.Name != "signature" || c.Reason != check.WrongSignature {
				t.Errorf("%s: an empty signature is %v: %+v", v.Name, r.Verdict, r.Checks)
			}
			if len(r.Claims) > 0 {
				t.Errorf("%s: unsigned claims were given", v.Name)
			}
		case v.Key == nil:
			t.Errorf("%s: %+v", v.Name, r.Checks)
		default:
			signed++
			if r.Verdict != check.Indeterminate || r.Checks[1].Reason != check.UnknownIssuer {
				t.Errorf("%s without its key: %v %+v", v.Name, r.Verdict, r.Checks)
			}
			req.Anchors = store(t, v.trustFile(t))
			r = run(t, v.Data, req)
			if r.Verdict != check.Passed || r.Claims["full_name"] != v.Identity.FullName || r.Claims["id"] != v.Identity.ID ||
				r.Claims["issuer"] != v.Meta.Issuer {
				t.Errorf("%s: %v %+v %d claims", v.Name, r.Verdict, r.Checks, len(r.Claims))
			}
		}
	}
	if signed < 2 {
		t.Errorf("%d signed vectors, want ES256 and EdDSA", signed)
	}
}

func TestVectorsInvalid(t *testing.T) {
	want := map[string]struct {
		verdict check.Verdict
		reason  check.Reason
		detail  string
	}{
		"bad-base45":  {check.Indeterminate, check.Unreadable, "alphabet"},
		"bad-zlib":    {check.Indeterminate, check.Unreadable, "zlib"},
		"missing-169": {check.Failed, check.Structure, "no claim 169"},
		"not-cose":    {check.Failed, check.Structure, "COSE_Sign1"},
	}
	for _, v := range needVectors(t, "invalid") {
		w, named := want[v.Name]
		r := run(t, v.Data, verify.Request{At: within})
		if c := r.Checks[0]; !named || r.Verdict != w.verdict || c.Reason != w.reason || !strings.Contains(c.Detail, w.detail) {
			t.Errorf("%s: %v %+v", v.Name, r.Verdict, r.Checks)
		}
	}
}

func TestVectorsEdge(t *testing.T) {
	want := map[string]check.Reason{"expired": check.Expired, "not-yet-valid": check.NotYetValid, "unknown-fields": check.OK}
	for _, v := range needVectors(t, "edge") {
		r := run(t, v.Data, verify.Request{At: within})
		i := slices.IndexFunc(r.Checks, func(c check.Check) bool { return c.Name == "time" })
		if i < 0 || r.Checks[i].Reason != want[v.Name] || r.Verdict != check.Failed { // all have an empty signature
			t.Errorf("%s: %v %+v", v.Name, r.Verdict, r.Checks)
		}
	}
}

// dialect writes a foreign Claim 169 in one of the ways met in the field.
type dialect struct {
	prefix    []byte
	asMap     bool // claim 169 is a map, not a byte string
	faceArray bool
	kid       []byte
	inOpen    bool // kid stands in the unprotected header
}

func (d dialect) sign(t testing.TB, key ed25519.PrivateKey, edit func(claims map[int]any)) []byte {
	t.Helper()
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	marshal := func(v any) []byte {
		b, err := mode.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	face := any(map[int]any{0: []byte{1, 2, 3}, 1: 0, 2: 4})
	if d.faceArray {
		face = []any{face}
	}
	identity := map[int]any{4: "SPECIMEN PERSON", 8: "19491231", 9: 2, 62: face}
	claims := map[int]any{1: "https://issuer.example", 4: 1800000000, 6: 1700000000, 169: any(identity)}
	if !d.asMap {
		claims[169] = marshal(identity)
	}
	if edit != nil {
		edit(claims)
	}
	head, open := map[int]any{1: -8}, map[int]any{}
	if d.kid != nil && d.inOpen {
		open[4] = d.kid
	} else if d.kid != nil {
		head[4] = d.kid
	}
	protected, payload := marshal(head), marshal(claims)
	sig := ed25519.Sign(key, marshal([]any{"Signature1", protected, []byte{}, payload}))
	return append(slices.Clone(d.prefix), marshal([]any{protected, open, payload, sig})...)
}

func TestDialects(t *testing.T) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	kid := []byte("key-0001")
	file, err := cbor.Marshal(map[int]any{1: 1, 2: kid, -1: 6, -2: []byte(pub)})
	if err != nil {
		t.Fatal(err)
	}
	req := verify.Request{At: within, Anchors: store(t, file)}
	cwt, sign1 := []byte{0xd8, 61, 0xd2}, []byte{0xd2}
	for name, d := range map[string]dialect{
		"specification's example": {prefix: cwt, kid: kid, inOpen: true},
		"tag 18, map":             {prefix: sign1, asMap: true, kid: kid, faceArray: true},
		"no tag, map":             {asMap: true, kid: kid},
		"tag 18, no kid":          {prefix: sign1, asMap: true},
	} {
		msg := d.sign(t, key, nil)
		for form, b := range map[string][]byte{"bytes": msg, "text": []byte(voucher.Encode(msg))} {
			if !(claim169.Format{}).Sniff(b) {
				t.Errorf("%s, %s: not recognised", name, form)
			}
			r := run(t, string(b), req)
			if r.Verdict != check.Passed || r.Claims["birth_date"] != "1949-12-31" || r.Claims["sex"] != "F" || r.Claims["faces"] != "1" {
				t.Errorf("%s, %s: %v %+v", name, form, r.Verdict, r.Checks)
			}
		}
	}
	d := dialect{prefix: sign1, asMap: true, kid: kid}
	good := d.sign(t, key, nil)
	_, thief, _ := ed25519.GenerateKey(rand.Reader)
	late := req
	late.At = time.Unix(1800000000, 0)
	bank := req
	bank.Audience = "demo-bank"
	nonce := req
	nonce.Nonce = "asked"
	formattest.Run(t, claim169.Format{}, []formattest.Good{{Name: "tag 18, map", Bytes: good, Request: req, Secrets: []string{"SPECIMEN PERSON", "1949-12-31"}}},
		[]formattest.Bad{
			formattest.Refuse("other key, same kid", d.sign(t, thief, nil), req, "signature", check.Failed, check.WrongSignature),
			formattest.Refuse("other key, other kid", dialect{asMap: true, kid: []byte("key-0002")}.sign(t, thief, nil), req, "issuer", check.Indeterminate, check.UnknownIssuer),
			formattest.Refuse("ended", good, late, "time", check.Failed, check.Expired),
			formattest.Refuse("for somebody else", d.sign(t, key, func(c map[int]any) { c[3] = []string{"a", "b"} }), bank, "audience", check.Failed, check.WrongAudience),
			formattest.Refuse("no nonce", good, nonce, "nonce", check.Failed, voucher.ReasonWrongNonce),
			formattest.Refuse("no 169", d.sign(t, key, func(c map[int]any) { delete(c, 169) }), req, "structure", check.Failed, check.Structure),
			formattest.Refuse("date is text", d.sign(t, key, func(c map[int]any) { c[4] = "tomorrow" }), req, "structure", check.Failed, check.Structure),
			formattest.Refuse("date is endless", d.sign(t, key, func(c map[int]any) { c[4] = 1e300 }), req, "structure", check.Failed, check.Structure),
			formattest.Refuse("encrypted", append([]byte{0xd0, 0x83}, good[2:]...), req, "structure", check.Indeterminate, check.NotSupported),
		})
}

// A voucher key that is trusted as a single key must not make a paper without a delegation into a voucher, and a
// delegation is not a credential.
func TestDelegationIsNoCredential(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	r := run(t, string(a.Signer(t).Delegation), verify.Request{At: within, Training: true, Anchors: store(t, a.PEM, vouchertest.PEM(a.Issuing))})
	if r.Verdict != check.Failed || r.Checks[0].Reason != check.Structure {
		t.Errorf("%v %+v", r.Verdict, r.Checks)
	}
}

func TestDuplicateClaimRefused(t *testing.T) {
	pub, key, _ := ed25519.GenerateKey(rand.Reader)
	file, _ := cbor.Marshal(map[int]any{1: 1, -1: 6, -2: []byte(pub)})
	payload := []byte{0xa3, 0x18, 169, 0xa1, 4, 0x61, 'A', 4, 0x1a, 0x6b, 0x49, 0xd2, 0, 4, 0x1a, 0x6b, 0x49, 0xd2, 1}
	protected := []byte{0xa1, 1, 0x27}
	tbs, _ := cbor.Marshal([]any{"Signature1", protected, []byte{}, payload})
	msg, _ := cbor.Marshal([]any{protected, map[int]any{}, payload, ed25519.Sign(key, tbs)})
	r := run(t, string(msg), verify.Request{At: within, Anchors: store(t, file)})
	if r.Verdict != check.Failed || r.Checks[0].Reason != check.Structure || !strings.Contains(r.Checks[0].Detail, "duplicate") {
		t.Errorf("%v %+v", r.Verdict, r.Checks)
	}
}

// The algorithm is read from the protected header only.
func TestAlgorithm(t *testing.T) {
	mode, _ := cbor.CoreDetEncOptions().EncMode()
	payload, _ := mode.Marshal(map[int]any{169: map[int]any{4: "A"}})
	for name, tc := range map[string]struct {
		protected, open map[int]any
		verdict         check.Verdict
		reason          check.Reason
	}{
		"only unprotected": {map[int]any{4: []byte("k")}, map[int]any{1: -8}, check.Failed, check.Structure},
		"HMAC":             {map[int]any{1: 5}, nil, check.Indeterminate, check.NotSupported},
		"critical header":  {map[int]any{1: -8, 2: []int{99}, 99: 1}, nil, check.Indeterminate, check.NotSupported},
	} {
		protected, _ := mode.Marshal(tc.protected)
		open := maps.Clone(tc.open)
		if open == nil {
			open = map[int]any{}
		}
		msg, _ := mode.Marshal([]any{protected, open, payload, make([]byte, 64)})
		r := run(t, string(msg), verify.Request{At: within})
		if r.Verdict != tc.verdict || r.Checks[0].Reason != tc.reason {
			t.Errorf("%s: %v %+v", name, r.Verdict, r.Checks)
		}
	}
}
