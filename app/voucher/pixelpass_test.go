package voucher_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
)

// modules gives a folder with @mosip/pixelpass: BANGBAN_NODE_MODULES, or with BANGBAN_FULL one that is installed now.
func modules(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed: no foreign reader was asked")
	}
	if dir := os.Getenv("BANGBAN_NODE_MODULES"); dir != "" {
		return dir
	}
	if os.Getenv("BANGBAN_FULL") == "" {
		t.Skip("BANGBAN_NODE_MODULES and BANGBAN_FULL are not set: @mosip/pixelpass was not asked")
	}
	dir := t.TempDir()
	cmd := exec.Command("npm", "install", "--no-audit", "--no-fund", "--prefix", dir, "@mosip/pixelpass@0.6.0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("@mosip/pixelpass cannot be installed here: %v: %s", err, out)
	}
	return filepath.Join(dir, "node_modules")
}

type foreignAnswer struct {
	Fields map[string]any `json:"fields"`
	Valid  bool           `json:"valid"`
}

// foreign has pixelpass read a text and WebCrypto verify it. ok is false where it cannot read at all.
func foreign(t *testing.T, modules, text string, key *ecdsa.PublicKey) (a foreignAnswer, ok bool) {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	raw, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	in, _ := json.Marshal(map[string]string{"text": text, "x": b64(raw[1:33]), "y": b64(raw[33:])})
	cmd := exec.Command("node", filepath.Join("..", "..", "packaging", "web", "pixelpass.cjs"))
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		return a, false
	}
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return a, true
}

// TestPixelpassReadsVouchers: the most widespread foreign reader gets the same fields from our code, in both dialects,
// with a portrait and with a chain, and WebCrypto verifies the signature; with one byte changed it does not.
func TestPixelpassReadsVouchers(t *testing.T) {
	dir := modules(t)
	a := vouchertest.New(t, vouchertest.Issuer)
	s := a.Signer(t)
	key := s.Key.(*ecdsa.PrivateKey)
	leaf := vouchertest.Certificate(t, a.Name, "SPECIMEN voucher key", 9, key, a.Issuing, a.IssuingKey)
	v := a.Voucher()
	for name, edit := range map[string]func(){
		"byte string": func() {}, "map": func() { s.AsMap = true },
		"portrait": func() { v.Holder.Face = face(t) }, "chain": func() { s.Chain = [][]byte{leaf.Raw} },
	} {
		s.AsMap, s.Chain, v.Holder.Face = false, nil, nil
		edit()
		cose := vouchertest.Sign(t, v, s)
		got, ok := foreign(t, dir, voucher.Encode(cose), &key.PublicKey)
		if !ok || !got.Valid || got.Fields["4"] != "样本甲" || got.Fields["8"] != "19491231" || got.Fields["9"] != 2.0 ||
			got.Fields["13"] != "CHN" || got.Fields["19"] != "YANGBEN JIA SPECIMEN" {
			t.Fatalf("%s: read %v, signature %v, %d fields", name, ok, got.Valid, len(got.Fields))
		}
		if f, _ := got.Fields["62"].(map[string]any); (v.Holder.Face != nil) != (f != nil) || f != nil && (f["sub"] != 4.0 || int(f["size"].(float64)) != len(v.Holder.Face)) {
			t.Errorf("%s: claim 62 is %v", name, f)
		}
		changed := bytes.Clone(cose)
		changed[bytes.Index(changed, []byte("样本甲"))+2] ^= 1
		if got, ok := foreign(t, dir, voucher.Encode(changed), &key.PublicKey); ok && got.Valid {
			t.Errorf("%s: a changed byte verifies", name)
		}
	}
	if got, _ := foreign(t, dir, voucher.Encode(vouchertest.Sign(t, v, s)), &vouchertest.Key(t).PublicKey); got.Valid {
		t.Error("control: it verifies with any key")
	}
}
