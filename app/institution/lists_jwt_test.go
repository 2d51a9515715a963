package institution

import (
	"bytes"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"strings"
	"testing"
)

func TestStatusListJWT(t *testing.T) {
	i, c, _ := newOffice(t)
	msg, err := i.StatusListJWT("T01", []uint64{3, 9})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(msg), ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	raw := make([][]byte, 3)
	for n, p := range parts {
		if raw[n], err = base64.RawURLEncoding.DecodeString(p); err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(raw[2][:32]), new(big.Int).SetBytes(raw[2][32:])
	if !ecdsa.Verify(i.Issuing().PublicKey.(*ecdsa.PublicKey), sum[:], r, s) {
		t.Fatal("the signature does not verify")
	}
	var head struct{ Alg, Typ string }
	var claims struct {
		Sub           string
		Iat, Exp, TTL int64
		List          struct {
			Bits int
			Lst  string
		} `json:"status_list"`
	}
	if json.Unmarshal(raw[0], &head) != nil || json.Unmarshal(raw[1], &claims) != nil {
		t.Fatal("not JSON")
	}
	if head.Alg != "ES256" || head.Typ != "statuslist+jwt" || claims.Sub != i.StatusURI("T01") || claims.Iat != c.now().Unix() ||
		claims.Exp <= claims.Iat || claims.TTL != 43200 || claims.List.Bits != 1 {
		t.Fatalf("%+v %+v", head, claims)
	}
	packed, err := base64.RawURLEncoding.DecodeString(claims.List.Lst)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	bits, err := io.ReadAll(z)
	if err != nil || len(bits) != minStatuses/8 || bits[0] != 1<<3 || bits[1] != 1<<1 || bytes.Count(bits, []byte{0}) != len(bits)-2 {
		t.Fatalf("%d bytes, %x, %v", len(bits), bits[:2], err)
	}
	_, err = i.StatusListJWT("T01", []uint64{minStatuses})
	wantErr(t, err, ErrBlock)
	_, err = i.StatusListJWT("../T01", nil)
	wantErr(t, err, ErrStation)
}
