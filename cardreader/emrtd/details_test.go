package emrtd

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/tlv"
)

func group11(fields ...any) []byte {
	var b []byte
	for i := 0; i < len(fields); i += 2 {
		b = tlv.Append(b, tlv.Tag(fields[i].(int)), []byte(fields[i+1].(string)))
	}
	return tlv.Append(nil, 0x6B, b)
}

func TestDetails(t *testing.T) {
	long := strings.Repeat("样", 400)
	for _, tc := range []struct {
		name  string
		group []byte
		want  details
	}{
		{"all", group11(0x5C, "\x5F\x0E", 0x5F0E, "样本<<李明", 0x5F2B, "19460719", 0x5F42, "样本路1号<样本市"),
			details{fullName: "样本李明", birth: "1946-07-19", address: "样本路1号, 样本市"}},
		{"Latin", group11(0x5F0E, "SPECIMEN<<ÖZGÜR<MARIA"), details{fullName: "SPECIMEN ÖZGÜR MARIA"}},
		{"dot between", group11(0x5F0E, "样本·李明"), details{fullName: "样本·李明"}},
		{"above U+FFFF", group11(0x5F0E, "样本𠮷"), details{fullName: "样本𠮷"}},
		{"date of two digits a byte", group11(0x5F2B, "\x19\x46\x07\x19"), details{birth: "1946-07-19"}},
		{"no such day", group11(0x5F2B, "19460231"), details{}},
		{"date cut", group11(0x5F2B, "1946"), details{}},
		{"not UTF-8", group11(0x5F0E, "\xC4\xE3"), details{}},
		{"control character", group11(0x5F0E, "SPECIMEN\x1B[2J"), details{}},
		{"too long", group11(0x5F0E, long), details{}},
		{"twice", group11(0x5F0E, "SPECIMEN", 0x5F0E, "OTHER"), details{}},
		{"fillers only", group11(0x5F0E, "<<<", 0x5F42, "<<"), details{}},
		{"nothing", group11(), details{}},
		{"other names", group11(0xA0, "\x02\x01\xFF", 0x5F0E, "样本"), details{fullName: "样本"}}, // gmrtd #323: the count is not believed
	} {
		var got details
		if err := got.openDG11(tc.group); err != nil || got != tc.want {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	var d details
	if err := d.openDG12(tlv.Append(nil, 0x6C, tlv.Append(tlv.Append(nil, 0x5F19, []byte("样本局<二处")), 0x5F26, []byte("20250701")))); err != nil ||
		d != (details{authority: "样本局, 二处", issued: "2025-07-01"}) {
		t.Errorf("DG12: %v", err)
	}
	for _, b := range [][]byte{nil, {0x6B}, {0x6B, 1, 0x5F}, group11(0x5F0E, "x")[1:], {0x6C, 0}} {
		if err := new(details).openDG11(b); !errors.Is(err, ErrFile) {
			t.Errorf("%X: %v", b, err)
		}
	}
}

// The century comes from DG11, a contradiction does not.
func TestDetailsAdded(t *testing.T) {
	zone := cardreader.Subject{Surname: "SPECIMEN", BirthDate: "2019-03-02", Authority: "UTO"}
	for birth, want := range map[string]string{"1919-03-02": "1919-03-02", "1919-03-03": "2019-03-02", "": "2019-03-02"} {
		if got := (&details{birth: birth}).add(zone); got.BirthDate != want || got.Authority != "UTO" {
			t.Errorf("%s: %s", birth, got.BirthDate)
		}
	}
}

func TestListCOM(t *testing.T) {
	com := func(tags string) []byte {
		return tlv.Append(nil, 0x60, tlv.Append(tlv.Append(nil, 0x5F01, []byte("0107")), 0x5C, []byte(tags)))
	}
	if got := listCOM(com("\x61\x75\x6B\x6C\x6E\x6F\x6E\x00")); !slices.Equal(got, []int{1, 2, 11, 12, 14, 15}) {
		t.Errorf("%v", got)
	}
	for _, b := range [][]byte{nil, com(strings.Repeat("\x61", 17)), {0x61, 0}, com("")[:5]} {
		if got := listCOM(b); len(got) > 0 {
			t.Errorf("%X: %v", b, got)
		}
	}
}

func FuzzDetails(f *testing.F) {
	f.Add(group11(0x5C, "\x5F\x0E", 0x5F0E, "样本<<李明", 0x5F2B, "19460719", 0x5F42, "样本路1号<样本市"))
	f.Add(tlv.Append(nil, 0x6C, tlv.Append(nil, 0x5F26, []byte("20250701"))))
	f.Add(tlv.Append(nil, 0x60, tlv.Append(nil, 0x5C, []byte{0x61, 0x75})))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d details
		_, _ = d.openDG11(b), d.openDG12(b)
		for _, s := range []string{d.fullName, d.address, d.authority} {
			if len(s) > 2*maxText || strings.ContainsAny(s, "<\x00\x1b\n") {
				t.Fatal("a field that cannot be shown")
			}
		}
		if len(listCOM(b)) > maxGroups {
			t.Fatal("more groups than there are")
		}
	})
}
