package emrtd

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/sim"
	"bangban/cardreader/tlv"
)

func marks(count byte, pictures ...string) []byte {
	b := []byte{0x02, 0x01, count}
	for _, p := range pictures {
		b = tlv.Append(b, 0x5F43, []byte(p))
	}
	return tlv.Append(nil, 0x67, b)
}

func TestMarks(t *testing.T) {
	jpeg := string(jpegHead)
	for name, b := range map[string][]byte{"one": marks(1, jpeg), "nine": marks(9, strings.Split(strings.Repeat(jpeg+"|", 9), "|")[:9]...),
		"JPEG 2000 behind it": marks(2, jpeg, "\xFF\x4F\xFF\x51")} {
		if got, err := openDG7(b); err != nil || string(got) != jpeg {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "noise": []byte("SPECIMEN"), "none": marks(0), "ten": marks(10, strings.Split(strings.Repeat(jpeg+"|", 10), "|")[:10]...),
		"more than there are": marks(255, jpeg), "fewer": marks(1, jpeg, jpeg), "no picture": marks(1, "SPECIMEN"), "empty": marks(1, ""),
		"another group": tlv.Append(nil, 0x65, []byte{2, 1, 0}), "no count": tlv.Append(nil, 0x67, tlv.Append(nil, 0x5F43, jpegHead)),
		"count of four bytes": tlv.Append(nil, 0x67, append([]byte{2, 4, 0x7F, 0xFF, 0xFF, 0xFF}, tlv.Append(nil, 0x5F43, jpegHead)...)),
	} {
		if got, err := openDG7(b); !errors.Is(err, ErrFile) || got != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A listed signature is read, proven by its hash and handed on; one that was changed fails the document.
func TestSignature(t *testing.T) {
	i := newIssuer(t, "UT", nil)
	good := marks(1, string(jpegHead)+strings.Repeat("SPECIMEN", 900))
	for _, tc := range []struct {
		name   string
		signed []byte
		given  []byte // nil: hidden
		whole  check.Verdict
		mark   bool
	}{
		{"good", good, good, check.Passed, true},
		{"changed", good, marks(1, string(jpegHead)+strings.Repeat("SPECIMAN", 900)), check.Failed, true},
		{"hidden", good, nil, check.Passed, false}, // what was not read proves nothing and harms nothing
		{"unreadable", marks(200, "SPECIMEN"), marks(200, "SPECIMEN"), check.Passed, false},
		{"too large", good, tlv.Append(nil, 0x67, make([]byte, 64<<10)), check.Passed, false},
	} {
		s := i.small("emrtd", func(_ *sim.Specimen, groups map[int][]byte) { groups[7] = tc.signed })
		for _, d := range s.Dirs {
			if d.AID == "" {
				continue
			}
			delete(d.SFI, "07")
			if tc.given != nil {
				d.Files["0107"], d.SFI["07"] = tc.given, "0107"
			}
		}
		system, err := sim.NewSystem()
		if err != nil {
			t.Fatal(err)
		}
		reader := system.Attach("sim:mark")
		reader.Insert(sim.NewCard(s))
		conn, err := reader.Connect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		k := New(Deps{Anchors: i.anchors, Now: func() time.Time { return provedAt }})
		last := 0
		doc, err := k.Read(context.Background(), conn, sim.Secrets("emrtd"), func(p cardreader.Progress) {
			if p.Done < last || p.Total > 0 && p.Done > p.Total {
				t.Errorf("%s: progress %d of %d after %d", tc.name, p.Done, p.Total, last)
			}
			last = p.Done
		})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if doc.Verdict() != tc.whole || (doc.Raw[rawSignature] != nil) != tc.mark {
			t.Errorf("%s: %v, %v", tc.name, doc.Verdict(), doc.Checks)
		}
		if tc.name == "good" && (!bytes.HasPrefix(doc.Raw[rawSignature], jpegHead) || !bytes.Equal(doc.Raw["DG7"], good)) {
			t.Errorf("%s: not what lay on the card", tc.name)
		}
	}
}

func FuzzDG7(f *testing.F) {
	f.Add(marks(1, string(jpegHead)))
	f.Add(marks(9, string(jpegHead)))
	f.Add([]byte{0x67, 0x00})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := openDG7(b)
		if (err == nil) == (got == nil) || len(got) > len(b) {
			t.Fatal("neither a picture nor an error")
		}
	})
}
