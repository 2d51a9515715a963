package emrtd

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
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

func same(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	if !bytes.Equal(got, unhex(t, want)) {
		t.Errorf("%s: %X, want %s", what, got, want)
	}
}

// The zone of ICAO Doc 9303-11 appendix D.2 in its TD3 form.
const workedZone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<|L898902C<3UTO6908061F9406236ZE184226B<<<<<14"

// ICAO Doc 9303-11 appendix D.2: keys from the machine readable zone, both the common and the long number.
func TestWorkedKeys(t *testing.T) {
	zone, err := ParseMRZ(workedZone)
	if err != nil {
		t.Fatal(err)
	}
	if got := zone.information(); got != "L898902C<369080619406236" {
		t.Errorf("MRZ_information %s", got)
	}
	seed := keySeed(zone.information())
	same(t, "seed", seed[:], "239AB9CB282DAF66231DC5A4DF6BFBAE")
	k := derive(seed)
	same(t, "K_Enc", k.enc[:keySize], "AB94FDECF2674FDFB9B391F85D7F76F2")
	same(t, "K_MAC", k.mac[:keySize], "7962D9ECE03D1ACD4C76089DCE131543")

	for _, text := range []string{
		"I<UTOD23145890<7349<<<<<<<<<<<|3407127M9507122UTO<<<<<<<<<<<2|STEVENSON<<PETER<JOHN<<<<<<<<<",
		"I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<|D23145890<UTO3407127M95071227349<<<8",
	} {
		long, err := ParseMRZ(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := long.information(); got != "D23145890734934071279507122" {
			t.Errorf("MRZ_information of a long number %s", got)
		}
	}
}

// workedBAC is the run of appendix D.3.
func workedBAC(t testing.TB) *bac {
	zone, err := ParseMRZ(workedZone)
	if err != nil {
		t.Fatal(err)
	}
	return &bac{
		keys: derive(keySeed(zone.information())), rndIC: unhex(t, "4608F91988702212"),
		rndIFD: unhex(t, "781723860C06C226"), kIFD: unhex(t, "0B795240CB7049B01C19B33E32804F0B"),
	}
}

const workedAnswer = "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449"

// ICAO Doc 9303-11 appendix D.3: mutual authentication.
func TestWorkedAuthentication(t *testing.T) {
	b := workedBAC(t)
	same(t, "token", b.token(),
		"72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A7")
	s, err := b.finish(unhex(t, workedAnswer))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "KS_Enc", s.keys.enc[:keySize], "979EC13B1CBFE9DCD01AB0FED307EAE5")
	same(t, "KS_MAC", s.keys.mac[:keySize], "F1CB1F1FB5ADF208806B89DC579DC1F8")
	same(t, "SSC", s.counter(), "887022120C06C226")
}

func TestAuthenticationRefused(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"short":   func(b []byte) []byte { return b[:39] },
		"empty":   func([]byte) []byte { return nil },
		"MAC":     func(b []byte) []byte { b[39] ^= 1; return b },
		"content": func(b []byte) []byte { b[0] ^= 1; return b },
	} {
		if _, err := workedBAC(t).finish(change(unhex(t, workedAnswer))); !errors.Is(err, ErrBAC) {
			t.Errorf("%s: %v", name, err)
		}
	}
	replay := workedBAC(t)
	replay.rndIC = unhex(t, "0000000000000000") // an answer to another challenge
	if _, err := replay.finish(unhex(t, workedAnswer)); !errors.Is(err, ErrBAC) {
		t.Errorf("replay: %v", err)
	}
}

// tape answers known commands with known answers.
type tape struct {
	t    *testing.T
	want []string
	give []string
}

func (p *tape) Transmit(_ context.Context, b []byte) ([]byte, error) {
	same(p.t, "command", b, p.want[0])
	answer := unhex(p.t, p.give[0])
	p.want, p.give = p.want[1:], p.give[1:]
	return answer, nil
}

// ICAO Doc 9303-11 appendix D.4: EF.COM read under secure messaging, byte for byte.
func TestWorkedMessaging(t *testing.T) {
	s, err := workedBAC(t).finish(unhex(t, workedAnswer))
	if err != nil {
		t.Fatal(err)
	}
	c := &channel{sm: s, limit: apdu.MaxShortNe, conn: &tape{t: t,
		want: []string{
			"0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
			"0CB000000D9701048E08ED6705417E96BA5500",
			"0CB000040D9701128E082EA28A70F3C7B53500",
		},
		give: []string{
			"990290008E08FA855A5D4C50A8ED9000",
			"8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
			"871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
		}}}
	var got []byte
	for _, cmd := range []apdu.Command{
		{INS: 0xA4, P1: 0x02, P2: 0x0C, Data: []byte{0x01, 0x1E}}, {INS: 0xB0, Ne: 4}, {INS: 0xB0, P2: 4, Ne: 18},
	} {
		r, err := c.send(t.Context(), cmd)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Data...)
	}
	same(t, "EF.COM", got, "60145F0104303130365F36063034303030305C026175")
}
