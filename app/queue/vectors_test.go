package queue_test

import (
	"crypto/hpke"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
)

// vector is one of RFC 9180 appendix A or of draft-ietf-hpke-pq, as they are published.
type vector struct {
	KEM  uint16 `json:"kem_id"`
	KDF  uint16 `json:"kdf_id"`
	AEAD uint16 `json:"aead_id"`
	Info string
	SkRm string
	PkRm string
	Enc  string

	Encryptions []struct{ AAD, CT, PT string }
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The published vectors open with the HPKE that parcels are sealed with: the key schedule and the AEAD that suite 1 uses
// with DHKEM(P-256) and DHKEM(X25519), and X-Wing with the key schedule it was published with. A changed byte opens nothing.
func TestPublishedVectors(t *testing.T) {
	var all []vector
	b, err := os.ReadFile("testdata/hpke-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	met := map[uint16]int{}
	for _, v := range all {
		kem, err := hpke.NewKEM(v.KEM)
		if err != nil {
			t.Fatal(err)
		}
		kdf, err := hpke.NewKDF(v.KDF)
		if err != nil {
			t.Fatal(err)
		}
		aead, err := hpke.NewAEAD(v.AEAD)
		if err != nil {
			t.Fatal(err)
		}
		key, err := kem.NewPrivateKey(unhex(t, v.SkRm))
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(key.PublicKey().Bytes()); got != v.PkRm {
			t.Errorf("KEM %#x: public key %.20s…, want %.20s…", v.KEM, got, v.PkRm)
		}
		r, err := hpke.NewRecipient(unhex(t, v.Enc), key, kdf, aead, unhex(t, v.Info))
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range v.Encryptions {
			ct := unhex(t, e.CT)
			ct[0] ^= 1
			if _, err := r.Open(unhex(t, e.AAD), ct); err == nil {
				t.Errorf("KEM %#x, %d: a changed ciphertext opens", v.KEM, i)
			}
			ct[0] ^= 1
			pt, err := r.Open(unhex(t, e.AAD), ct)
			if err != nil || hex.EncodeToString(pt) != e.PT {
				t.Errorf("KEM %#x, %d: %x %v", v.KEM, i, pt, err)
			}
			met[v.KEM]++
		}
	}
	for _, kem := range []uint16{0x0010, 0x0020, 0x647a} {
		if met[kem] == 0 {
			t.Errorf("no vector of KEM %#x", kem)
		}
	}
}
