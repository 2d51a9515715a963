package station

import (
	"context"
	"errors"
	"testing"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/sim"
)

// The specimen zone of ICAO Doc 9303-4 appendix B.
const zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<|L898902C36UTO7408122F1204159ZE184226B<<<<<10"

func TestVetNamesTheField(t *testing.T) {
	mrz, can := cardreader.Secret{Kind: cardreader.MRZ}, cardreader.Secret{Kind: cardreader.CAN, Length: 6}
	for _, tc := range []struct {
		name, value string
		s           cardreader.Secret
		code, arg   string
	}{
		{"right", zone, mrz, "", ""},
		{"number", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<|L898903C36UTO7408122F1204159ZE184226B<<<<<10", mrz, "mrz-check-digit", "number"},
		{"birth", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<|L898902C36UTO7408222F1204159ZE184226B<<<<<10", mrz, "mrz-check-digit", "birth"},
		{"expiry", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<|L898902C36UTO7408122F1205159ZE184226B<<<<<10", mrz, "mrz-check-digit", "expiry"},
		{"optional", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<|L898902C36UTO7408122F1204159ZE184227B<<<<<10", mrz, "mrz-check-digit", "optional"},
		{"short", "P<UTO", mrz, "mrz-length", "5"},
		{"character", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<|L898902C36UTO7408122F1204159ZE184226B<<<<<1#", mrz, "mrz-character", ""},
		{"CAN", "123456", can, "", ""},
		{"CAN short", "12345", can, "secret-length", "6"},
		{"CAN letters", "12345A", can, "secret-digits", "6"},
	} {
		err := Vet(tc.s, tc.value)
		var d *desk.Error
		if tc.code == "" {
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
			}
			continue
		}
		if !errors.As(err, &d) || d.Code != tc.code || tc.arg != "" && d.Args["Field"] != tc.arg && d.Args["N"] != tc.arg {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// A card is asked what it needs before any secret is tried, and says what would do, the easiest first.
func TestNeedsAreAsked(t *testing.T) {
	s := openTraining(t, func(*Options) {})
	s.cards.offer = nil // nobody reads the number off the specimen
	for reader, want := range map[string][]cardreader.SecretKind{
		sim.Prefix + "emrtd": {cardreader.MRZ}, sim.Prefix + "emrtd-pace": {cardreader.CAN, cardreader.MRZ},
	} {
		_, err := s.cards.Read(context.Background(), reader, nil, nil)
		var need *cardreader.NeedError
		if !errors.As(err, &need) || need.Wrong || len(need.Any) != len(want) {
			t.Fatalf("%s: %v", reader, err)
		}
		for i, k := range want {
			if need.Any[i].Kind != k {
				t.Errorf("%s: %v", reader, need.Any)
			}
		}
	}
}

// answers is a chip that knows a few commands.
type answers struct {
	atr  []byte
	know map[string]string
	sent []string
}

func (a *answers) ATR() []byte  { return a.atr }
func (a *answers) Close() error { return nil }

func (a *answers) Transmit(_ context.Context, command []byte) ([]byte, error) {
	a.sent = append(a.sent, string(command))
	if r, ok := a.know[string(command)]; ok {
		return []byte(r), nil
	}
	return []byte{0x6A, 0x82}, nil
}

func TestStrangersAreNamed(t *testing.T) {
	select_ := func(aid string) string { return "\x00\xA4\x04\x00" + string(rune(len(aid))) + aid + "\x00" }
	passport := "\x00\xA4\x04\x0C\x07\xA0\x00\x00\x02\x47\x10\x01"
	for _, tc := range []struct {
		name string
		chip *answers
		code string
		kind string
	}{
		{"token by its answer to reset", &answers{atr: []byte("\x3B\xFDYubiKey"), know: map[string]string{passport: "\x90\x00"}}, cardreader.CodeOtherKind, "clerk-token"},
		{"memory card", &answers{atr: []byte("\x3B\x8F\x80\x01\x80\x4F\x0C\xA0\x00\x00\x03\x06\x03\x00\x01\x00\x00\x00\x00\x6A")}, cardreader.CodeOtherKind, "storage-card"},
		{"blank Java Card", &answers{know: map[string]string{select_("\xA0\x00\x00\x01\x51\x00\x00"): "\x6F\x00\x90\x00"}}, cardreader.CodeOtherKind, "blank-card"},
		{"bank card", &answers{know: map[string]string{select_("2PAY.SYS.DDF01"): "\x90\x00"}}, cardreader.CodeOtherKind, "bank-card"},
		{"PRC identity card without a module", &answers{know: map[string]string{"\x00\x36\x00\x00\x08": "12345678\x90\x00"}}, CodeNoSAM, ""},
		{"nobody knows", &answers{}, cardreader.CodeOtherKind, "unknown"},
	} {
		s := openTraining(t, func(*Options) {})
		var c Cards
		c.kinds = s.cards.kinds
		_, err := c.identify(context.Background(), tc.chip)
		d := desk.Explain("", err)
		if d == nil || d.Code != tc.code || d.Args["Kind"] != tc.kind {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// Where a reader with a module is attached, it is named.
func TestReaderWithModuleIsNamed(t *testing.T) {
	s := openTraining(t, func(*Options) {})
	_, err := s.cards.identify(context.Background(), &answers{know: map[string]string{"\x00\x36\x00\x00\x08": "12345678\x90\x00"}})
	if d := desk.Explain("", err); d.Code != CodeNeedsSAM || d.Args["Reader"] == "" {
		t.Errorf("%v %v", d, d.Args)
	}
}

func TestNameOf(t *testing.T) {
	s := openTraining(t, func(*Options) {})
	for reader, want := range map[string]string{sim.Prefix + "emrtd": "emrtd", sim.Prefix + "bank-card": "bank-card", sim.Prefix + "cnid": "cnid"} {
		if got, err := s.cards.NameOf(context.Background(), reader); got != want {
			t.Errorf("%s: %q, %v", reader, got, err)
		}
	}
}
