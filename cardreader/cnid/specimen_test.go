package cnid_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"bangban/cardreader"
	"bangban/cardreader/sim"
)

var update = flag.Bool("update", false, "write the specimens of this kind anew")

// at is one field of a text block as the reference writes it down: where, how long, what. It shares nothing with the
// code under test.
type at struct {
	off, size int
	text      string
}

// lay makes the 256 bytes, padded with spaces.
func lay(fields ...at) []byte {
	b := bytes.Repeat([]byte{0x20, 0x00}, 128)
	for _, f := range fields {
		raw := units(f.text)
		if len(raw) > f.size || f.off+f.size > len(b) {
			panic("a field of the specimen is too long")
		}
		copy(b[f.off:], raw)
	}
	return b
}

func units(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// numbered appends the check character by the weights of GB 11643-1999 table 1, the other of its two ways.
func numbered(first17 string) string {
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(first17[i]-'0')
	}
	return first17 + "10X98765432"[sum%11:sum%11+1]
}

// person is one invented person and the card that names them.
type person struct {
	name, note    string
	base, address []byte
	truth         cardreader.Subject
}

func resident(name, sex, number, from, to string) []byte {
	return lay(at{0, 30, name}, at{30, 2, sex}, at{32, 4, "01"}, at{36, 16, number[6:14]},
		at{52, 70, "样本市样本区样本街道1号"}, at{122, 36, number}, at{158, 30, "样本市公安局样本分局"},
		at{188, 16, from}, at{204, 16, to})
}

func people() []person {
	mei, shan, rare := numbered("11010519491231002"), numbered("99010519490101001"), numbered("99010519490601003")
	j, y := numbered("81999919500101002"), numbered("91199919510203001")
	name35, name11 := "SPECIMEN, ALEXANDRA WILHELMINA CHAR", "LOTTE"
	home := cardreader.Subject{Nationality: "CHN", Address: "样本市样本区样本街道1号", Authority: "样本市公安局样本分局"}
	with := func(change func(*cardreader.Subject)) cardreader.Subject { s := home; change(&s); return s }
	return []person{
		{name: "cnid", note: "resident identity card", base: resident("样本梅", "2", mei, "20200101", "20400101"),
			truth: with(func(s *cardreader.Subject) {
				s.FullName, s.Sex, s.BirthDate, s.Number, s.Issued, s.Expires = "样本梅", "F", "1949-12-31", mei, "2020-01-01", "2040-01-01"
			})},
		{name: "cnid-long", note: "resident identity card, does not expire, with an additional address",
			base: resident("样本山", "1", shan, "20150630", "长期"), address: lay(at{0, 70, "样本市新样本区新街2号"})[:70],
			truth: with(func(s *cardreader.Subject) {
				s.FullName, s.Sex, s.BirthDate, s.Number, s.Issued, s.Expires = "样本山", "M", "1949-01-01", shan, "2015-06-30", "9999-12-31"
				s.Address = "样本市新样本区新街2号"
			})},
		{name: "cnid-j", note: "residence permit, Hong Kong",
			base: lay(at{0, 30, "样本慧"}, at{30, 2, "2"}, at{36, 16, "19500101"}, at{52, 70, "样本市样本区样本街道1号"}, at{122, 36, j},
				at{158, 30, "样本市公安局样本分局"}, at{188, 16, "20230101"}, at{204, 16, "20280101"}, at{220, 18, "H00000000"}, at{238, 4, "01"}, at{248, 2, "J"}),
			truth: with(func(s *cardreader.Subject) {
				s.FullName, s.Sex, s.BirthDate, s.Number, s.Issued, s.Expires = "样本慧", "F", "1950-01-01", j, "2023-01-01", "2028-01-01"
				s.Nationality = ""
			})},
		{name: "cnid-i", note: "foreign permanent resident, 2017",
			base: lay(at{0, 120, "SPECIMEN, HANNA"}, at{120, 2, "2"}, at{122, 30, "UTO110052030401"}, at{152, 6, "UTO"}, at{158, 30, "样本汉娜"},
				at{188, 16, "20190901"}, at{204, 16, "20290831"}, at{220, 16, "19520304"}, at{236, 4, "01"}, at{240, 8, "1500"}, at{248, 2, "I"}),
			truth: cardreader.Subject{Surname: "SPECIMEN", GivenNames: "HANNA", FullName: "样本汉娜", Sex: "F", BirthDate: "1952-03-04",
				Nationality: "UTO", Number: "UTO110052030401", Authority: "1500", Issued: "2019-09-01", Expires: "2029-08-31"}},
		{name: "cnid-y", note: "foreign permanent resident, 2023",
			base: lay(at{0, 30, "样本亚历山德拉"}, at{30, 2, "1"}, at{32, 4, "00"}, at{36, 16, "19510203"}, at{52, 70, name35}, at{122, 36, y},
				at{188, 16, "20240101"}, at{204, 16, "20331231"}, at{220, 22, name11}, at{242, 6, "UTO"}, at{248, 2, "Y"}),
			truth: cardreader.Subject{Surname: "SPECIMEN", GivenNames: "ALEXANDRA WILHELMINA CHARLOTTE", FullName: "样本亚历山德拉", Sex: "M",
				BirthDate: "1951-02-03", Nationality: "UTO", Number: y, Issued: "2024-01-01", Expires: "2033-12-31"}},
		{name: "cnid-rare", note: "a name with a surrogate pair, a middle dot and a private use character",
			base: resident("样本·\U0002CB5A\uE863", "1", rare, "20200101", "20400101"),
			truth: with(func(s *cardreader.Subject) {
				s.FullName, s.Sex, s.BirthDate, s.Number, s.Issued, s.Expires = "样本·\U0002CB5A\u4DAE", "M", "1949-06-01", rare, "2020-01-01", "2040-01-01"
			})},
	}
}

// photo is what lies in the place of a photograph: the head of the WLT form and no picture.
func photo() []byte {
	b := make([]byte, 1024)
	copy(b, []byte{0x57, 0x4C, 0x66, 0x00, 0x7E, 0x00, 0x32})
	return b
}

func (p person) specimen(t *testing.T) []byte {
	t.Helper()
	files := map[string][]byte{"base": p.base, "photo": photo()}
	if p.address != nil {
		files["address"] = p.address
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(struct {
		Name  string             `json:"name"`
		Kind  string             `json:"kind"`
		Note  string             `json:"note"`
		Dirs  []map[string]any   `json:"dirs"`
		Truth cardreader.Subject `json:"truth"`
	}{p.name, "cnid", "样本 SPECIMEN – an invented person: " + p.note, []map[string]any{{"files": files}}, p.truth}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSpecimens holds the shipped files against the layout as it is written down above; -update writes them.
func TestSpecimens(t *testing.T) {
	for _, p := range people() {
		want := p.specimen(t)
		file := filepath.Join("..", "..", "assets", "specimens", p.name+".json")
		if *update {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what it should be: %v", p.name, err)
		}
		s, err := sim.Load(p.name)
		if err != nil || !s.OfSAM() || s.Truth != p.truth || !strings.Contains(s.Note, "样本") {
			t.Errorf("%s as the simulator reads it: %v", p.name, err)
		}
	}
}

func TestNumbered(t *testing.T) {
	if got := numbered("11010519491231002"); got != "11010519491231002X" {
		t.Fatalf("the example of GB 11643 ends in %q", got[17:])
	}
}
