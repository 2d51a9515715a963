package emrtd

import (
	"bytes"
	"crypto/rand"
	"errors"
	"math/big"
	"testing"
)

// Offers are chosen by what they prove, then by strength; what is not known is passed over.
func TestChoosePACE(t *testing.T) {
	const (
		gm128  = "3012060A04007F0007020204020202010202010D"
		gm256  = "3012060A04007F00070202040204020102020110"
		cam128 = "3012060A04007F0007020204060202010202010D"
		cam3   = "3012060A04007F0007020204060102010202010D" // no mapping of that kind with 3DES
		im256  = "3012060A04007F0007020204040402010202010D"
		dh128  = "3012060A04007F00070202040102020102020100"
		v1     = "3012060A04007F0007020204020402010102010D"
		none   = "300F060A04007F00070202040202020102"
		odd    = "3012060A04007F0007020204020202010202010A" // a domain that is not taken
	)
	for _, tc := range []struct {
		name, infos string
		protocol    string // empty: none
		several     bool
	}{
		{"one", gm128, "04007F00070202040202", false},
		{"stronger", gm128 + gm256, "04007F00070202040204", false},
		{"mapping first", gm256 + cam128, "04007F00070202040602", false},
		{"two domains", gm128 + odd, "04007F00070202040202", true},
		{"3DES mapping", cam3, "", false}, {"integrated", im256, "", false}, {"DH", dh128, "", false},
		{"version 1", v1, "", false}, {"no domain", none, "", false}, {"other domain", odd, "", false}, {"empty", "", "", false},
	} {
		body := unhex(t, tc.infos)
		infos, err := parseSecurityInfos(append([]byte{0x31, 0x81, byte(len(body))}, body...))
		if len(body) < 128 {
			infos, err = parseSecurityInfos(append([]byte{0x31, byte(len(body))}, body...))
		}
		if err != nil {
			t.Fatal(tc.name, err)
		}
		o := choosePACE(infos)
		if tc.protocol == "" {
			if o != nil {
				t.Errorf("%s: %X", tc.name, o.protocol)
			}
			continue
		}
		if o == nil || !bytes.Equal(o.protocol, unhex(t, tc.protocol)) || o.several != tc.several {
			t.Errorf("%s: %+v", tc.name, o)
		}
	}
}

// Keys are matched to protocols by their identifiers; a lone key needs none.
func TestChooseChipKey(t *testing.T) {
	point := "1872709494399E7470A6431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC884D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA138A6E7A4A08F68E16F"
	key := func(id string) string { // with the identifier's INTEGER
		spki := "3052300C060704007F0007010202010D03420004" + point
		n := 11 + len(spki)/2 + len(id)/2
		return "30" + hexOf([]byte{byte(n)}) + "060904007F000702020102" + spki + id
	}
	aes := func(cipher, id string) string {
		n := 12 + 3 + len(id)/2
		return "30" + hexOf([]byte{byte(n)}) + "060A04007F000702020302" + cipher + "020101" + id
	}
	for _, tc := range []struct {
		name, infos string
		id          int // -2: none
		suite       suite
	}{
		{"key alone", key(""), -1, tripleDES},
		{"both without", key("") + aes("02", ""), -1, aes128},
		{"the key names itself", key("020107") + aes("04", ""), 7, aes256},
		{"the protocol names it", key("") + aes("03", "020107"), 7, aes192},
		{"two keys", key("020101") + key("020102") + aes("02", "020102"), 2, aes128},
		{"two keys, neither named", key("020101") + key("020102") + aes("02", "020103"), -2, 0},
		{"stronger", key("") + aes("02", "") + aes("04", ""), -1, aes256},
		{"cipher unknown", key("") + aes("05", ""), -2, 0},
		{"protocol without a key", aes("02", ""), -2, 0},
	} {
		body := unhex(t, tc.infos)
		head := []byte{0x31, 0x81, byte(len(body))}
		switch {
		case len(body) < 128:
			head = []byte{0x31, byte(len(body))}
		case len(body) > 255:
			head = []byte{0x31, 0x82, byte(len(body) >> 8), byte(len(body))}
		}
		infos, err := parseSecurityInfos(append(head, body...))
		if err != nil {
			t.Fatal(tc.name, err)
		}
		k := chooseChipKey(infos)
		if (k == nil) != (tc.id == -2) || k != nil && (k.id != tc.id || k.suite != tc.suite) {
			t.Errorf("%s: %+v", tc.name, k)
		}
	}
}

func TestSecurityInfosRefused(t *testing.T) {
	for _, s := range []string{"", "31", "3000", "3101", "31023000", "3104300206 00", "3105 3003 0601 2A", "31023000 00", "3180 0000",
		"310A 3008 06012A 020100 0500"} {
		if s == "310A 3008 06012A 020100 0500" {
			if _, err := parseSecurityInfos(unhex(t, s)); err != nil {
				t.Errorf("an optional part is refused: %v", err)
			}
			continue
		}
		if infos, err := parseSecurityInfos(unhex(t, s)); !errors.Is(err, ErrInfos) {
			t.Errorf("%s: %d, %v", s, len(infos), err)
		}
	}
}

// The arithmetic over math/big agrees with the standard library, blinded or not.
func TestGenericArithmetic(t *testing.T) {
	for _, parameter := range []int{12, 15, 18} {
		std := standardDomain(parameter)
		own := *std
		own.std = nil
		k, q, err := std.pair(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		p, err := own.multiply(rand.Reader, k, own.base)
		if err != nil || !p.equal(q) {
			t.Errorf("%s: %v", std.curve.Name, err)
		}
		a, err1 := std.sum(q, std.base)
		b, err2 := own.sum(q, std.base)
		if err1 != nil || err2 != nil || !a.equal(b) {
			t.Errorf("%s: sum", std.curve.Name)
		}
	}
	for _, parameter := range []int{13, 16, 17} {
		d := standardDomain(parameter)
		last := new(big.Int).Sub(d.n, big.NewInt(1))
		p, err := d.multiply(rand.Reader, last, d.base) // (n − 1)·G = −G
		if err != nil || p.x.Cmp(d.base.x) != 0 || new(big.Int).Add(p.y, d.base.y).Cmp(d.p) != 0 {
			t.Errorf("%s: (n − 1)·G: %v", d.curve.Name, err)
		}
		if _, err := d.sum(p, d.base); !errors.Is(err, ErrAgreement) {
			t.Errorf("%s: a point at infinity is taken: %v", d.curve.Name, err)
		}
		if twice, err := d.sum(d.base, d.base); err != nil || twice.equal(d.base) {
			t.Errorf("%s: doubling: %v", d.curve.Name, err)
		}
	}
	if _, err := standardDomain(13).scalar(bytes.NewReader(nil)); err == nil {
		t.Error("a key without random bytes")
	}
	if _, err := standardDomain(13).scalar(zeros{}); !errors.Is(err, ErrAgreement) {
		t.Error("a key of zeros")
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func FuzzSecurityInfos(f *testing.F) {
	f.Add(unhex(f, workedInfo))
	f.Add(unhex(f, "3164 3062060904007F0007020201023052300C060704007F0007010202010D034200041872709494399E7470A6431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC884D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA138A6E7A4A08F68E16F02010D"))
	f.Add(unhex(f, "3119 3017 0606678108010105 020101 060A 04007F00070101040104"))
	f.Fuzz(func(t *testing.T, b []byte) {
		infos, err := parseSecurityInfos(b)
		if err != nil {
			if !errors.Is(err, ErrInfos) {
				t.Fatal(err)
			}
			return
		}
		if o := choosePACE(infos); o != nil && (o.domain == nil || o.chip && o.suite == tripleDES) {
			t.Fatal("an offer that cannot be run")
		}
		if k := chooseChipKey(infos); k != nil && (k.domain == nil || k.public.x == nil || k.suite != tripleDES && k.protocol == nil) {
			t.Fatal("a key that cannot be used")
		}
		_, _ = activeDigest(infos), groupInfosOf(b)
	})
}

func groupInfosOf(b []byte) error {
	_, err := groupInfos(append([]byte{0x6E, byte(min(len(b), 127))}, b[:min(len(b), 127)]...))
	return err
}

func BenchmarkAgreeBrainpool256(b *testing.B) {
	d := standardDomain(13)
	for b.Loop() {
		if _, _, err := d.pair(rand.Reader); err != nil {
			b.Fatal(err)
		}
	}
}
