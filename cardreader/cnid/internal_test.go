package cnid

import (
	"fmt"
	"testing"
)

func TestDecode(t *testing.T) {
	for _, tc := range []struct {
		name string
		b    []byte
		want string
		bad  int
	}{
		{"spaces", []byte{0x37, 0x68, 0x20, 0, 0x20, 0}, "样", 0},
		{"zeros", []byte{0x37, 0x68, 0, 0, 0, 0}, "样", 0},
		{"wide spaces", []byte{0x37, 0x68, 0, 0x30}, "样", 0},
		{"space inside", []byte{'A', 0, ' ', 0, 'B', 0, ' ', 0}, "A B", 0},
		{"nothing after a zero", []byte{'A', 0, 0, 0, 'B', 0}, "A", 0},
		{"middle dot", []byte{'A', 0, 0xB7, 0, 'B', 0}, "A\u00B7B", 0},
		{"pair", []byte{0x72, 0xD8, 0x5A, 0xDF}, "\U0002CB5A", 0},
		{"high alone", []byte{0x72, 0xD8, 'A', 0}, "\uFFFDA", 1},
		{"high at the end", []byte{0x72, 0xD8}, "\uFFFD", 1},
		{"low alone", []byte{0x5A, 0xDF, 'A', 0}, "\uFFFDA", 1},
		{"pair the wrong way round", []byte{0x5A, 0xDF, 0x72, 0xD8}, "\uFFFD\uFFFD", 2},
		{"control", []byte{0x1B, 0, 'A', 0}, "\uFFFDA", 1},
		{"odd", []byte{'A', 0, 'B'}, "A", 1},
		{"private", []byte{0x63, 0xE8}, "\uE863", 0},
		{"none", nil, "", 0},
	} {
		if got, bad := decode(tc.b); got != tc.want || bad != tc.bad {
			t.Errorf("%s: %q, %d; want %q, %d", tc.name, got, bad, tc.want, tc.bad)
		}
	}
}

// The pairs that the note on rare characters lists, and the ends of each row of the table.
func TestRepair(t *testing.T) {
	for from, to := range map[rune]rune{
		0xE863: 0x4DAE, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9,
		0xE854: 0x9FBA, 0xE864: 0x9FBB, 0xE815: 0x2E81, 0xE816: 0x20087, 0xE831: 0x215D7, 0xE855: 0x241FE,
		0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE796: 0xFE19, 0xE7C7: 0x1E3F, 0xE7C8: 0x01F9,
		0xE000: 0, 0xE814: 0, 0xE865: 0, 0xE797: 0, 0xF8FF: 0, 0x100000: 0,
	} {
		got, all := Repair("样" + string(from) + "本")
		want := "样" + string(to) + "本"
		if to == 0 {
			want = "样" + string(from) + "本"
		}
		if got != want || len(all) != 1 || all[0] != (Repaired{from, to}) {
			t.Errorf("U+%04X: %q, %v; want %q", from, got, all, want)
		}
	}
	if got, all := Repair("样·\U0002CB5A龑"); got != "样·\U0002CB5A龑" || all != nil {
		t.Errorf("characters with a place of their own: %q, %v", got, all)
	}
	if n := len([]rune(fe50)); n != 0xE864-0xE815+1 {
		t.Errorf("%d characters in the row FE50", n)
	}
}

func TestCheckDigit(t *testing.T) {
	if !checkDigit("11010519491231002X") { // the example of GB 11643-1999 annex A
		t.Error("the standard's own example")
	}
	for i := range 17 { // every wrong digit is found
		b := []byte("11010519491231002X")
		b[i] = '0' + (b[i]-'0'+1)%10
		if checkDigit(string(b)) {
			t.Errorf("a wrong digit at %d was taken", i)
		}
	}
	for i := range 16 { // and every two that changed places
		b := []byte("11010519491231002X")
		b[i], b[i+1] = b[i+1], b[i]
		if b[i] != b[i+1] && checkDigit(string(b)) {
			t.Errorf("a swap at %d was taken", i)
		}
	}
	for _, s := range []string{"", "11010519491231002", "11010519491231002x", "1101051949123100２X"} {
		if checkDigit(s) {
			t.Errorf("%q was taken", s)
		}
	}
}

func TestDate(t *testing.T) {
	for in, want := range map[string]string{
		"19491231": "1949-12-31", "20000229": "2000-02-29", "19000229": "", "20240229": "2024-02-29", "20230229": "",
		"20230431": "", "20231301": "", "20230001": "", "20230100": "", "2023010": "", "2023010a": "", "": "", "长期": "", "00000101": "",
	} {
		if got := date(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if until("长期") != forever {
		t.Error("long term")
	}
}

func TestContentDoesNotPrint(t *testing.T) {
	c := content{repairs: []Repaired{{0xE863, 0x4DAE}}}
	if s := fmt.Sprintf("%v %+v %#v %s", c, c, c, c); s != "cnid content cnid content cnid content cnid content" {
		t.Error(s)
	}
}
