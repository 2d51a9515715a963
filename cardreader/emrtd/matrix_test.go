package emrtd_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/emrtd"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/sim"
	"bangban/cardreader/tlv"
)

// altered is a chip made of a specimen with one thing changed.
func altered(t testing.TB, name string, change func(*sim.Specimen)) *kindtest.Conn {
	t.Helper()
	s, err := sim.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	change(&s)
	system, err := sim.NewSystem()
	if err != nil {
		t.Fatal(err)
	}
	reader := system.Attach("sim:altered")
	reader.Insert(sim.NewCard(s))
	conn, err := reader.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return &kindtest.Conn{Inner: conn}
}

// set writes a file of the master file (aid empty) or the application.
func set(s *sim.Specimen, master bool, id string, b []byte) {
	for i := range s.Dirs {
		if d := &s.Dirs[i]; (d.AID == "") == master {
			d.Files[id], d.SFI[id[2:]] = b, id
		}
	}
}

func info(t testing.TB, oid asn1.ObjectIdentifier, rest ...any) []byte {
	t.Helper()
	b, err := asn1.Marshal(oid)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rest {
		der, raw := r.([]byte)
		if !raw {
			if der, err = asn1.Marshal(r); err != nil {
				t.Fatal(err)
			}
		}
		b = append(b, der...)
	}
	return tlv.Append(nil, 0x30, b)
}

func bsi(arcs ...int) asn1.ObjectIdentifier {
	return append(asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 2, 2}, arcs...)
}

func content(t testing.TB, oid asn1.ObjectIdentifier) []byte {
	t.Helper()
	b, err := asn1.Marshal(oid)
	if err != nil {
		t.Fatal(err)
	}
	return b[2:]
}

// Every cipher on every curve, with the number and with the zone: the reader's arithmetic against the chip's.
func TestPACEMatrix(t *testing.T) {
	for parameter, curve := range map[int]string{12: "P-256", 13: "brainpoolP256r1", 15: "P-384", 16: "brainpoolP384r1",
		17: "brainpoolP512r1", 18: "P-521"} {
		for cipher := 1; cipher <= 4; cipher++ {
			conn := altered(t, "emrtd-pace", func(s *sim.Specimen) {
				oid := bsi(4, 2, cipher)
				s.PACE = &sim.Agreement{Protocol: content(t, oid), Curve: curve}
				offer := info(t, oid, 2, parameter)
				if cipher%2 == 0 { // the chip offers two domains: the reader must say which one
					offer = append(info(t, oid, 2, 200), offer...)
				}
				set(s, true, "011C", tlv.Append(nil, 0x31, offer))
			})
			kind := []cardreader.SecretKind{cardreader.CAN, cardreader.MRZ}[cipher%2]
			doc, err := passport(t).Read(context.Background(), conn, only("emrtd-pace", kind), nil)
			if err != nil || doc.Verdict() != check.Passed {
				t.Errorf("%s, cipher %d by %s: %v", curve, cipher, kind, err)
			}
		}
	}
}

// Chip Authentication with every cipher. The group that names the key is not the one that the state signed, so the check
// says what it would rest on; that the chip proved itself shows in its not being a clone.
func TestChipMatrix(t *testing.T) {
	for cipher := 1; cipher <= 4; cipher++ {
		for _, named := range []bool{true, false} {
			if !named && cipher != 1 {
				continue // without a protocol it is 3DES
			}
			for _, honest := range []bool{true, false} {
				conn := altered(t, "emrtd-pace", func(s *sim.Specimen) {
					key, err := ecdh.P384().GenerateKey(rand.Reader)
					if err != nil {
						t.Fatal(err)
					}
					spki, err := x509.MarshalPKIXPublicKey(key.PublicKey())
					if err != nil {
						t.Fatal(err)
					}
					infos := info(t, bsi(1, 2), spki)
					if named {
						infos = append(info(t, bsi(1, 2), spki, 300), info(t, bsi(3, 2, cipher), 1, 300)...)
					}
					set(s, false, "010E", tlv.Append(nil, 0x6E, tlv.Append(nil, 0x31, infos)))
					s.Chip = &sim.Agreement{Protocol: content(t, bsi(3, 2, cipher)), Curve: "P-384", Key: key.Bytes()}
					if !honest {
						s.Chip.Key[0] ^= 1
					}
				})
				doc, err := passport(t).Read(context.Background(), conn, only("emrtd-pace", cardreader.CAN), nil)
				if err != nil {
					t.Errorf("cipher %d: %v", cipher, err)
					continue
				}
				c, what := checkOf(t, doc, "chip"), fmt.Sprintf("cipher %d, named %v, honest %v", cipher, named, honest)
				if honest && (c.Verdict != check.Indeterminate || c.Detail != "rests on dg-hashes") || !honest && c.Reason != emrtd.ReasonClone {
					t.Errorf("%s: %+v", what, c)
				}
				if doc.Verdict() != check.Failed {
					t.Errorf("%s: %v", what, doc.Verdict())
				}
			}
		}
	}
}

func TestChipNotProven(t *testing.T) {
	hide := func(id string) func(*sim.Specimen) {
		return func(s *sim.Specimen) {
			for _, d := range s.Dirs {
				if d.AID != "" {
					delete(d.SFI, id)
				}
			}
		}
	}
	flip := func(b []byte) []byte { b = slices.Clone(b); b[len(b)-1] ^= 1; return b }
	for _, tc := range []struct {
		name, specimen string
		change         func(*sim.Specimen)
		want           check.Check
		whole          check.Verdict
	}{
		{"DG14 hidden", "emrtd-clone", hide("0E"), check.Unsure("", emrtd.ReasonNoAnswer, "DG14"), check.Indeterminate},
		{"DG15 hidden", "emrtd-aa", hide("0F"), check.Unsure("", emrtd.ReasonNoAnswer, "DG15"), check.Indeterminate},
		{"CA not known", "emrtd-clone", func(s *sim.Specimen) { s.Chip = nil }, check.Unsure("", emrtd.ReasonNoAnswer, ""), check.Indeterminate},
		{"AA not known", "emrtd-aa", func(s *sim.Specimen) { s.Active = nil }, check.Unsure("", emrtd.ReasonNoAnswer, ""), check.Indeterminate},
		{"mapping with another key", "emrtd-cam", func(s *sim.Specimen) { s.PACE.Key = flip(s.PACE.Key) }, check.Fail("", emrtd.ReasonClone, ""), check.Failed},
		{"CardSecurity changed", "emrtd-cam", func(s *sim.Specimen) { set(s, true, "011D", flip(s.Dirs[0].Files["011D"])) }, check.Fail("", check.WrongSignature, ""), check.Failed},
		{"CardSecurity hidden", "emrtd-cam", func(s *sim.Specimen) { delete(s.Dirs[0].SFI, "1D") }, check.Unsure("", emrtd.ReasonNoAnswer, ""), check.Indeterminate},
		{"CardSecurity is the SOD", "emrtd-cam", func(s *sim.Specimen) {
			e, err := tlv.ParseOne(s.Dirs[1].Files["011D"], 0x77)
			if err != nil {
				t.Fatal(err)
			}
			set(s, true, "011D", e.Value)
		}, check.Fail("", check.Structure, ""), check.Failed},
		{"DG14 is noise", "emrtd-pace", func(s *sim.Specimen) { set(s, false, "010E", []byte{0x6E, 2, 0x31, 0x80}) },
			check.Unsure("", check.Structure, "DG14"), check.Failed},
	} {
		doc, err := passport(t).Read(context.Background(), altered(t, tc.specimen, tc.change), sim.Secrets(tc.specimen), nil)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		c := checkOf(t, doc, "chip")
		if c.Verdict != tc.want.Verdict || c.Reason != tc.want.Reason || tc.want.Detail != "" && c.Detail != tc.want.Detail {
			t.Errorf("%s: %+v, want %v %s", tc.name, c, tc.want.Verdict, tc.want.Reason)
		}
		if doc.Verdict() != tc.whole {
			t.Errorf("%s: %v, want %v: %+v", tc.name, doc.Verdict(), tc.whole, doc.Checks)
		}
	}
}

// gmrtd once said that a chip is genuine by a key that nobody had signed.
func TestChipRestsOnSignatures(t *testing.T) {
	for _, name := range []string{"emrtd-pace", "emrtd-cam", "emrtd-aa"} {
		doc := read(t, emrtd.New(emrtd.Deps{Now: day}), open(name)(t), name)
		if c := checkOf(t, doc, "chip"); c.Verdict != check.Indeterminate || doc.Verdict() != check.Indeterminate {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestNeeds(t *testing.T) {
	for name, want := range map[string][]cardreader.SecretKind{
		"emrtd": {cardreader.MRZ}, "emrtd-short": {cardreader.MRZ}, "emrtd-aa": {cardreader.MRZ},
		"emrtd-pace": {cardreader.CAN, cardreader.MRZ}, "emrtd-cam": {cardreader.CAN, cardreader.MRZ},
	} {
		needs, err := passport(t).Needs(context.Background(), open(name)(t))
		var got []cardreader.SecretKind
		for _, n := range needs {
			got = append(got, n.Kind)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// The number opens nothing where there is no PACE: the zone is asked for, and that is no wrong secret.
func TestNumberWithoutPACE(t *testing.T) {
	number := cardreader.Secrets{cardreader.CAN: "508213"}
	for name, conn := range map[string]*kindtest.Conn{
		"offers none":         altered(t, "emrtd", func(*sim.Specimen) {}),
		"offers and declines": altered(t, "emrtd-pace", func(s *sim.Specimen) { s.PACE = nil }),
		"offers what nobody knows": altered(t, "emrtd-pace", func(s *sim.Specimen) {
			set(s, true, "011C", tlv.Append(nil, 0x31, info(t, bsi(4, 2, 4), 2, 99)))
		}),
	} {
		_, err := passport(t).Read(context.Background(), conn, number, nil)
		var need *cardreader.NeedError
		if !errors.As(err, &need) || need.Wrong || need.Secret.Kind != cardreader.MRZ {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A chip that declines PACE, or whose EF.CardAccess cannot be read, is opened by Basic Access Control.
func TestFallBack(t *testing.T) {
	for name, change := range map[string]func(*sim.Specimen){
		"declines": func(s *sim.Specimen) { s.PACE = nil },
		"noise":    func(s *sim.Specimen) { set(s, true, "011C", []byte("SPECIMEN")) },
		"endless":  func(s *sim.Specimen) { set(s, true, "011C", []byte{0x31, 0x84, 0xFF, 0xFF, 0xFF, 0xFF}) },
		"too many": func(s *sim.Specimen) {
			var all []byte
			for range 70 {
				all = append(all, info(t, bsi(4, 2, 4), 2, 13)...)
			}
			set(s, true, "011C", tlv.Append(nil, 0x31, all))
		},
	} {
		doc, err := passport(t).Read(context.Background(), altered(t, "emrtd-pace", change), only("emrtd-pace", cardreader.MRZ), nil)
		if err != nil || doc.Verdict() != check.Passed {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An identity card of three lines is opened by its number, before anybody knows how long its zone is.
func TestCardByNumber(t *testing.T) {
	const zone = "I<UTOD231458907<<<<<<<<<<<<<<<7408122F3404159UTO<<<<<<<<<<<6SPECIMEN<<ANNA<MARIA<<<<<<<<<<"
	conn := altered(t, "emrtd-pace", func(s *sim.Specimen) {
		set(s, false, "0101", tlv.Append(nil, 0x61, tlv.Append(nil, 0x5F1F, []byte(zone))))
	})
	doc, err := passport(t).Read(context.Background(), conn, only("emrtd-pace", cardreader.CAN), nil)
	if err != nil || doc.Subject.Number != "D23145890" || doc.Subject.GivenNames != "ANNA MARIA" {
		t.Fatalf("%v", err)
	}
	if c, _ := check.First(doc.Checks, check.Failed); c.Name != "dg-hashes" || c.Detail != "DG1" {
		t.Errorf("%+v", c)
	}
}

// A chip that promises extended lengths and refuses them is opened anew, PACE included (gmrtd #457).
func TestPACEExtendedPromisedAndRefused(t *testing.T) {
	for _, name := range []string{"emrtd-pace", "emrtd-cam"} {
		conn := altered(t, name, func(s *sim.Specimen) { s.Extended = false })
		doc, err := passport(t).Read(context.Background(), conn, sim.Secrets(name), nil)
		if err != nil || doc.Verdict() != check.Passed || conn.APDUs > 140 {
			t.Errorf("%s: %v after %d commands", name, err, conn.APDUs)
		}
	}
}

// A chip that answers "wrong length" to what a file may be too short for is asked for what every such file holds.
func TestFirstReadRefused(t *testing.T) {
	conn := altered(t, "emrtd-aa", func(*sim.Specimen) {})
	refused := 0
	conn.Meddle = func(n int, b []byte, next func() ([]byte, error)) ([]byte, error) {
		if n == 2 && b[1] == 0xB0 && b[2] == 0x9C { // EF.CardAccess, in the clear
			refused++
			return []byte{0x67, 0x00}, nil
		}
		return next()
	}
	doc, err := passport(t).Read(context.Background(), conn, sim.Secrets("emrtd-aa"), nil)
	if err != nil || doc.Verdict() != check.Passed || refused != 1 {
		t.Errorf("%v", err)
	}
}

// Without EF.SOD, EF.COM lists the groups; nothing of it is proven.
func TestWithoutSecurityObject(t *testing.T) {
	conn := altered(t, "emrtd-pace", func(s *sim.Specimen) { delete(s.Dirs[1].SFI, "1D") })
	doc, err := passport(t).Read(context.Background(), conn, sim.Secrets("emrtd-pace"), nil)
	if err != nil || doc.Verdict() != check.Indeterminate || doc.Subject != truth(t, "emrtd-pace") || doc.Raw["COM"] == nil {
		t.Fatalf("%v", err)
	}
	if c := checkOf(t, doc, "chip"); c.Verdict != check.Indeterminate || c.Detail != "rests on sod-signature" {
		t.Errorf("%+v", c)
	}
}
