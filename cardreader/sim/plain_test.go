package sim_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/sim"
)

func open(t *testing.T, name string, options ...sim.Option) *sim.Card {
	t.Helper()
	c, err := sim.Open(name, options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// exchange sends commands in hexadecimal and wants these answers; "*" is any.
func exchange(t *testing.T, c *sim.Card, lines ...string) {
	t.Helper()
	for i := 0; i+1 < len(lines); i += 2 {
		command, err := hex.DecodeString(strings.ReplaceAll(lines[i], " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(lines[i+1], " ", "")
		got := strings.ToUpper(hex.EncodeToString(c.APDU(command)))
		if pre, any := strings.CutSuffix(want, "*"); got != want && !(any && strings.HasPrefix(got, pre)) {
			t.Fatalf("step %d: %s answered %s, want %s", i/2+1, lines[i], got, want)
		}
	}
}

const socialEnvironment = "00A404000F 7378312E73682E C9E7BBE1B1A3D5CF"

func TestPlainRecords(t *testing.T) {
	c := open(t, "sscard")
	exchange(t, c,
		"00B2013414", "6A82", // no application yet
		socialEnvironment, "9000",
		"00B2013400", "6C14",
		"00B2013414", "0812*",
		"00A4020002EF06", "9000",
		"00B2080014", "0812*", // by identifier, of the selected file
		"00B20D0006", "0D0419491231 9000",
		"00B2990000", "6A83",
		"00B2083400", "6A83",
		"00C0000001", "6985",
		"8020000000", "6E00",
		"00D6000001FF", "6D00",
	)
	c.Reset()
	exchange(t, c, "00B2080014", "6986")
}

func TestPlainPIN(t *testing.T) {
	c := open(t, "sscard-pin")
	exchange(t, c,
		socialEnvironment, "9000",
		"00B2013414", "6982",
		"00200000", "63C3",
		"0020000003654321", "63C2",
		"0020000003123456", "9000",
		"00200000", "9000",
		"00B2013414", "0812*",
		"0020000003654321", "63C2",
		"0020000003654321", "63C1",
	)
	c.Reset() // tries outlive it
	exchange(t, c, socialEnvironment, "9000", "00B2013414", "6982", "0020000003654321", "63C0", "0020000003123456", "6983")
	exchange(t, open(t, "sscard-blocked"), socialEnvironment, "9000", "00200000", "6983")
	exchange(t, open(t, "sscard-key"), socialEnvironment, "9000", "0020000003123456", "9000", "00B2013414", "6982")
}

func TestPlainDialects(t *testing.T) {
	exchange(t, open(t, "thaiid"),
		"80B00004 02000D", "6985",
		"00A4040008 A000000054480001", "610A",
		"00C000000A", "6B00", // another P2
		"00A4040008 A000000054480001", "610A",
		"00C000010B", "6C0A",
		"00C000010A", inHex("SPECIMEN!!"),
		"80B00004 02000D", "610D",
		"00C000010D", inHex("3109900000122"),
		"80B0FF00 0200FF", "6B00",
	)
	exchange(t, open(t, "mykad"),
		"00A404000AA0000000744A504E0010", "6105",
		"00C0000005", "6F034A504E9000",
		"CC060000F0", "6985",
		"C832000005 080000 0C00", "9108",
		"CC00000008 0100 0100 1101 0C00", "940C",
		"CC0600000C", inHex("520305105558"),
		"CC0600000C", "6985", // once
		"C832000005 080000 0C00", "9108",
		"CC00000008 0300 0100 0000 0C00", "6A82",
	)
	exchange(t, open(t, "twnhi"), "00CA1100020000", "6A88", "00A4040010D1580000010000000000000000001100", "9000",
		"00CA1100020000", "6139", "00C0000039", "303030303030303030303031*")
}

func inHex(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) + "9000" }

func TestPlainPaths(t *testing.T) {
	exchange(t, open(t, "beid"),
		"00A4080C063F00DF014031", "6A82",
		"00A4040C0CA000000177504B43532D3135", "9000",
		"00A4080C063F00DF014031", "9000",
		"00B00000FF", "*",
		"00B07FF0FF", "6B00",
		"00A4080C063F00DF014099", "6A82",
	)
	exchange(t, open(t, "rsid"),
		"00A40800020F0204", "6A82",
		"00A404000BF381000002534552494401", "9000",
		"00A40800020F0204", "620280009000",
		"00B0000004", "0000*",
	)
	exchange(t, open(t, "rsid-apollo"), "00A40800020F0204", "620280009000") // no application to select
}

// A name may say what goes wrong; nonsense is no specimen.
func TestNamed(t *testing.T) {
	c := open(t, "sim:sscard?pull=2")
	exchange(t, c, socialEnvironment, "9000")
	if b := c.APDU([]byte{0, 0xB2, 1, 0x34, 0}); b != nil {
		t.Errorf("answered %X", b)
	}
	waited := 0
	slow := open(t, "emrtd-slow", sim.Slow(func(context.Context, int) { waited++ }))
	slow.APDU([]byte{0, 0xA4, 4, 0x0C, 7, 0xA0, 0, 0, 2, 0x47, 0x10, 1})
	if waited != 1 {
		t.Errorf("waited %d times", waited)
	}
	for _, name := range []string{"emrtd?pull=0", "emrtd?pull=x", "emrtd?slow=999999", "emrtd?burn=1", "emrtd?", "nobody?pull=1"} {
		if _, err := sim.Open(name); !errors.Is(err, sim.ErrNoSpecimen) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sim.Secrets("sscard-pin?slow=1")[cardreader.PIN] != "123456" || sim.Secrets("thaiid") != nil {
		t.Error("secrets")
	}
}

func TestBrokenPlain(t *testing.T) {
	for _, text := range []string{
		`{"dialect":"latin"}`, `{"files":{"xx":{}}}`, `{"files":{"ef05":{}}}`, `{"files":{"EF05":{"access":"maybe"}}}`, `{"files":{"EF05":{"access":"pin"}}}`,
		`{"files":{"EF05":{"sfi":"05"},"EF06":{"sfi":"05"}}}`,
	} {
		if _, err := sim.ParseSpecimen([]byte(`{"name":"x","kind":"x","note":"SPECIMEN","plain":` + text + `}`)); !errors.Is(err, sim.ErrBroken) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := sim.ParseSpecimen([]byte(`{"note":"SPECIMEN","slow_ms":-1}`)); !errors.Is(err, sim.ErrBroken) {
		t.Error(err)
	}
}

// FuzzPlain: whatever a plain chip is asked, it answers with a status and never more than was asked for.
func FuzzPlain(f *testing.F) {
	all, err := sim.Specimens()
	if err != nil {
		f.Fatal(err)
	}
	var cards []sim.Specimen
	for _, s := range all {
		if s.Plain != nil {
			cards = append(cards, s)
		}
	}
	for i := range cards {
		f.Add(byte(i), []byte{5, 0, 0xB2, 1, 0x34, 0, 5, 0, 0xC0, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, which byte, b []byte) {
		s := cards[int(which)%len(cards)]
		c := sim.NewCard(s)
		for aid := range s.Plain.Apps {
			id, _ := hex.DecodeString(aid)
			c.APDU(append([]byte{0, 0xA4, 4, 0, byte(len(id))}, id...))
		}
		for len(b) > 0 {
			n := min(int(b[0]), len(b)-1)
			answer := c.APDU(bytes.Clone(b[1 : 1+n]))
			if b = b[1+n:]; len(answer) < 2 || len(answer) > 258 {
				t.Fatalf("answer of %d bytes", len(answer))
			}
		}
	})
}
