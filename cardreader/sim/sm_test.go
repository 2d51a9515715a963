package sim

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"bangban/cardreader/apdu"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// appendixD is the passport of ICAO Doc 9303-11 Appendix D: its zone (D.2), its randomness (D.3), its EF.COM (D.4).
func appendixD(t testing.TB) *Card {
	s := Specimen{
		Kind: kindPassport, Extended: true,
		MRZ: []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C<3UTO6908061F9406236ZE184226B<<<<<14"},
		Dirs: []Dir{{AID: "A0000002471001", SFI: map[string]string{"1E": "011E"}, Files: map[string][]byte{
			"011E": unhex(t, "60145F0104303130365F36063034303030305C026175"),
		}}},
	}
	return NewCard(s, Rand(bytes.NewReader(unhex(t, "4608F91988702212"+"0B4F80323EB3191CB04970CB4052790B"))))
}

// The whole conversation of Appendix D.3 and D.4, byte for byte.
var conversation = [][2]string{
	{"00A4040C07A0000002471001", "9000"},
	{"0084000008", "4608F91988702212 9000"},
	{
		"0082000028 72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A7 28",
		"46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449 9000",
	},
	{"0CA4020C15 8709016375432908C044F6 8E08BF8B92D635FF24F8 00", "99029000 8E08FA855A5D4C50A8ED 9000"},
	{"0CB000000D 970104 8E08ED6705417E96BA55 00", "8709019FF0EC34F9922651 99029000 8E08AD55CC17140B2DED 9000"},
	{
		"0CB000040D 970112 8E082EA28A70F3C7B535 00",
		"871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A 99029000 8E08C8B2787EAEA07D74 9000",
	},
}

func TestAppendixD(t *testing.T) {
	c := appendixD(t)
	for i, step := range conversation {
		if got, want := c.APDU(unhex(t, step[0])), unhex(t, step[1]); !bytes.Equal(got, want) {
			t.Fatalf("step %d: %X, want %X", i+1, got, want)
		}
	}
}

// One bit anywhere in a protected command must end the session with 6988 or 6987, and the next command is refused.
func TestSecureMessagingFaults(t *testing.T) {
	good := unhex(t, conversation[4][0])
	for i := range good {
		if i == 1 || i == 4 || i == len(good)-1 || i == 0 { // other instruction, Lc, Le, class: see below
			continue
		}
		c := appendixD(t)
		for _, step := range conversation[:4] {
			c.APDU(unhex(t, step[0]))
		}
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if got := c.APDU(bad); !bytes.Equal(got, []byte{0x69, 0x88}) && !bytes.Equal(got, []byte{0x69, 0x87}) {
			t.Fatalf("byte %d changed: %X, want 6987 or 6988", i, got)
		}
		if got := c.APDU(good); !bytes.Equal(got, []byte{0x68, 0x82}) {
			t.Fatalf("after byte %d: %X, want 6882", i, got)
		}
	}
}

func TestSessionEnds(t *testing.T) {
	for name, command := range map[string]string{
		"command in the clear": "00B09E0004",
		"replayed command":     strings.ReplaceAll(conversation[3][0], " ", ""),
		"missing MAC":          "0CB0000003" + "970104" + "00",
		"reset":                "",
	} {
		c := appendixD(t)
		for _, step := range conversation[:4] {
			c.APDU(unhex(t, step[0]))
		}
		if command == "" {
			c.Reset()
		} else if got := c.APDU(unhex(t, command)); len(got) != 2 || got[0] == 0x90 {
			t.Errorf("%s: answer %X", name, got)
		}
		if got := c.APDU(unhex(t, conversation[4][0])); !bytes.Equal(got, []byte{0x68, 0x82}) {
			t.Errorf("%s: the session goes on: %X", name, got)
		}
	}
}

// A challenge serves once, and a wrong key is 6300.
func TestAccessControlRefuses(t *testing.T) {
	auth := unhex(t, conversation[2][0])
	c := appendixD(t)
	c.APDU(unhex(t, conversation[0][0]))
	if got := c.APDU(auth); !bytes.Equal(got, []byte{0x69, 0x85}) {
		t.Fatalf("without a challenge: %X", got)
	}
	c.APDU(unhex(t, conversation[1][0]))
	bad := bytes.Clone(auth)
	bad[20] ^= 1
	if got := c.APDU(bad); !bytes.Equal(got, []byte{0x63, 0x00}) {
		t.Fatalf("wrong key: %X", got)
	}
	if got := c.APDU(auth); !bytes.Equal(got, []byte{0x69, 0x85}) {
		t.Fatalf("second use of a challenge: %X", got)
	}
}

// The keys of Appendix D.2.
func TestKeys(t *testing.T) {
	k := deriveKeys(keySeed("L898902C<369080619406236"))
	// Appendix D.2 sets the parity bits; DES ignores them, so compare without.
	for name, pair := range map[string][2][]byte{
		"K_Enc": {k.encKey, unhex(t, "AB94FDECF2674FDFB9B391F85D7F76F2")},
		"K_MAC": {k.macKey, unhex(t, "7962D9ECE03D1ACD4C76089DCE131543")},
	} {
		for i := range pair[0] {
			if pair[0][i]|1 != pair[1][i]|1 {
				t.Fatalf("%s: %X, want %X", name, pair[0], pair[1])
			}
		}
	}
}

// Nothing that a reader sends makes the chip panic or answer nothing.
func FuzzCard(f *testing.F) {
	for _, step := range conversation {
		f.Add(unhex(f, step[0]), uint8(3))
	}
	f.Add(unhex(f, "00B19E000354010000"), uint8(0))
	f.Fuzz(func(t *testing.T, command []byte, after uint8) {
		c := appendixD(t)
		for _, step := range conversation[:int(after)%len(conversation)] {
			c.APDU(unhex(t, step[0]))
		}
		if r, err := apdu.ParseResponse(c.APDU(command)); err != nil || r.SW == 0 {
			t.Fatalf("%v, %v", r, err)
		}
	})
}
