package emrtd_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/emrtd"
	"bangban/cardreader/sim"
	"bangban/cardreader/tlv"
)

// TestDefects holds this reader against every defect that was once mended in github.com/gmrtd/gmrtd after v0.22.1, by the
// number it has there. Three more are inside the package: TestSignerCertificate and TestCertificatesEndToo (326, 329),
// TestActiveWeakKey (346).
func TestDefects(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"320 an answer in the clear inside a session":           TestDowngrade,
		"323 counts that nobody bounded":                        countsNotBelieved,
		"data objects nested without end":                       nestingWithoutEnd,
		"326 329 validity of security object and certificates":  TestCertificatesEndToo,
		"343 nothing where a security object should be":         TestSecurityObjectRefused,
		"a chip called genuine by a key that nobody signed":     TestChipRestsOnSignatures,
		"457 extended lengths promised and refused":             TestExtendedPromisedAndRefused,
		"457 the same inside PACE":                              TestPACEExtendedPromisedAndRefused,
		"457 no extended lengths, as on Chinese passports":      neverExtended,
		"460 no master file":                                    TestNoMasterFile,
		"6A87 to what is not there":                             wrongParameters,
		"READ BINARY with another length after a refusal":       TestFirstReadRefused,
		"a reader that carries less than the chip could give":   TestReaderLimit,
		"the whole is not passed where a group is not the same": tamperedGroups,
	} {
		t.Run(name, test)
	}
}

// A count says how many names or persons follow. None is believed, whatever it says.
func countsNotBelieved(t *testing.T) {
	other := func(n int) []byte {
		var b []byte
		for range n {
			b = tlv.Append(b, 0x5F0F, []byte("SPECIMEN<<OTHER"))
		}
		return b
	}
	for name, count := range map[string][]byte{"255": {2, 1, 0xFF}, "2³¹": {2, 4, 0x7F, 0xFF, 0xFF, 0xFF}, "negative": {2, 1, 0x80}, "none": {2, 0}} {
		conn := altered(t, "emrtd-pace", func(s *sim.Specimen) {
			names := tlv.Append(nil, 0xA0, append(bytes.Clone(count), other(40)...))
			list := tlv.Append(nil, 0x5C, bytes.Repeat([]byte{0x5F, 0x0F}, 500))
			set(s, false, "010B", tlv.Append(nil, 0x6B, append(append(list, names...), tlv.Append(nil, 0x5F0E, []byte("SPECIMEN<<LINDEN"))...)))
			set(s, false, "010C", tlv.Append(nil, 0x6C, append(append(bytes.Clone(list), names...), tlv.Append(nil, 0x5F19, []byte("SPECIMEN OFFICE"))...)))
		})
		doc, err := passport(t).Read(context.Background(), conn, sim.Secrets("emrtd-pace"), nil)
		if err != nil || doc.Subject.FullName != "SPECIMEN LINDEN" || doc.Subject.Authority != "SPECIMEN OFFICE" {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c := checkOf(t, doc, "dg-hashes"); c.Verdict != check.Failed || conn.APDUs > 30 {
			t.Errorf("%s: %+v after %d commands", name, c, conn.APDUs)
		}
	}
}

// nested is n objects, each inside the one before.
func nested(outer tlv.Tag, n, most int) []byte {
	b := []byte{0x30, 0x00}
	for range n {
		next := tlv.Append(nil, 0x30, b)
		if len(next) > most {
			break
		}
		b = next
	}
	return tlv.Append(nil, outer, b)
}

// Whatever is nested a thousand times over is refused or left alone, and no stack grows by it.
func nestingWithoutEnd(t *testing.T) {
	for _, tc := range []struct {
		id   string
		file []byte
		want error // nil: it is read, and does not pass
	}{
		{"0101", nested(0x61, 1000, 1000), emrtd.ErrFile}, {"0102", nested(0x75, 5_000, 200_000), nil},
		{"010B", nested(0x6B, 5_000, 15_000), nil}, {"010C", nested(0x6C, 5_000, 100_000), nil}, {"010E", nested(0x6E, 5_000, 15_000), nil},
		{"011D", nested(0x77, 5_000, 30_000), nil},
	} {
		doc, err := passport(t).Read(context.Background(), altered(t, "emrtd-pace", func(s *sim.Specimen) { set(s, false, tc.id, tc.file) }),
			sim.Secrets("emrtd-pace"), nil)
		if !errors.Is(err, tc.want) || err == nil && doc.Verdict() == check.Passed {
			t.Errorf("%s: %v", tc.id, err)
		}
	}
	for _, id := range []string{"011C", "011D"} { // EF.CardAccess, EF.CardSecurity
		doc, err := passport(t).Read(context.Background(), altered(t, "emrtd-cam", func(s *sim.Specimen) {
			set(s, true, id, nested(map[string]tlv.Tag{"011C": 0x31, "011D": 0x30}[id], 1_000, 3_000))
		}), sim.Secrets("emrtd-cam"), nil)
		if err == nil && id == "011D" && doc.Verdict() == check.Passed || err != nil {
			t.Errorf("%s of the master file: %v", id, err)
		}
	}
}

// A chip that says by its ATR that its lengths are short is never sent an extended one, and never fails.
func neverExtended(t *testing.T) {
	for _, name := range []string{"emrtd-short", "emrtd-aa"} {
		conn := altered(t, name, func(*sim.Specimen) {})
		longest, failures := 0, 0
		conn.Meddle = func(_ int, b []byte, next func() ([]byte, error)) ([]byte, error) {
			longest = max(longest, len(b))
			answer, err := next()
			if n := len(answer); n >= 2 && answer[n-2] == 0x67 {
				failures++
			}
			return answer, err
		}
		doc, err := passport(t).Read(context.Background(), conn, sim.Secrets(name), nil)
		if err != nil || doc.Verdict() != check.Passed || longest > 261 || failures > 0 {
			t.Errorf("%s: %v, the longest command has %d bytes, %d were refused by their length", name, err, longest, failures)
		}
	}
}

// Chips answer 6A87 where 6A82 would do: to the master file, EF.CardAccess and EF.ATR/INFO, each alone and all together.
func wrongParameters(t *testing.T) {
	for _, only := range []int{1, 2, 3, 0} {
		doc, err, _ := reading(t, open("emrtd")(t), func(n int, b []byte, next func() ([]byte, error)) ([]byte, error) {
			if n == only || only == 0 && n <= 3 && b[2] != 0x04 {
				return []byte{0x6A, 0x87}, nil
			}
			return next()
		})
		if err != nil || doc.Verdict() != check.Passed {
			t.Errorf("command %d: %v", only, err)
		}
	}
}

// Each group in turn is another one than was signed: the check names it, and the whole fails.
func tamperedGroups(t *testing.T) {
	for id, name := range map[string]string{"0101": "DG1", "0102": "DG2", "010B": "DG11", "010C": "DG12", "010E": "DG14"} {
		conn := altered(t, "emrtd-pace", func(s *sim.Specimen) {
			b := s.File(id)
			b[len(b)-1] ^= 1
			set(s, false, id, b)
		})
		doc, err := passport(t).Read(context.Background(), conn, sim.Secrets("emrtd-pace"), nil)
		if err != nil {
			if !errors.Is(err, cardreader.ErrFaulty) { // a zone that is none
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if c := checkOf(t, doc, "dg-hashes"); c.Reason != check.WrongDigest || c.Detail != name || doc.Verdict() != check.Failed {
			t.Errorf("%s: %+v", name, c)
		}
	}
}
