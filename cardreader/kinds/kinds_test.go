package kinds_test

import (
	"context"
	"errors"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/kinds"
	"bangban/cardreader/sim"
)

// chip answers SELECT of one application and nothing else.
type chip struct {
	aid    string
	answer []byte
	err    error
	asked  int
}

func (c *chip) ATR() []byte  { return nil }
func (c *chip) Close() error { return nil }
func (c *chip) Transmit(_ context.Context, b []byte) ([]byte, error) {
	c.asked++
	if c.err != nil {
		return nil, c.err
	}
	if c.aid != "" && len(b) >= 5+len(c.aid) && b[1] == 0xA4 && string(b[5:5+len(c.aid)]) == c.aid {
		return c.answer, nil
	}
	return []byte{0x6A, 0x82}, nil
}

func kindOf(t *testing.T, c cardreader.Conn) (string, error) {
	t.Helper()
	k, err := kinds.Identify(context.Background(), c, kinds.All(kinds.Deps{}))
	if err == nil {
		return k.ID(), nil
	}
	var e *cardreader.Error
	if !errors.As(err, &e) {
		t.Fatalf("not a *cardreader.Error: %v", err)
	}
	return e.Args()["Kind"], err
}

func TestIdentifyStrangers(t *testing.T) {
	ok := []byte{0x90, 0x00}
	for _, tc := range []struct {
		name, aid, want string
		answer          []byte
	}{
		{"contactless bank card", "2PAY.SYS.DDF01", kinds.BankCard, ok},
		{"contact bank card", "1PAY.SYS.DDF01", kinds.BankCard, ok},
		{"blocked bank card", "1PAY.SYS.DDF01", kinds.BankCard, []byte{0x62, 0x83}},
		{"token of a clerk", "\xA0\x00\x00\x03\x08\x00\x00\x10\x00", kinds.ClerkToken, ok},
		{"security key", "\xA0\x00\x00\x06\x47\x2F\x00\x01", kinds.SecurityKey, ok},
		{"transit card", "\xA0\x00\x00\x06\x32\x01\x01\x05", kinds.TransitCard, ok},
		{"German health card", "\xD2\x76\x00\x00\x01\x02", kinds.HealthDE, ok},
		{"Japanese card", "\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01", kinds.MyNumber, ok},
		{"SIM card", "\xA0\x00\x00\x00\x87\x10\x02", kinds.SIMCard, ok},
		{"nothing known", "", kinds.Unknown, nil},
	} {
		got, err := kindOf(t, &chip{aid: tc.aid, answer: tc.answer})
		if got != tc.want || !errors.Is(err, cardreader.ErrOtherKind) {
			t.Errorf("%s: %q, %v; want %q", tc.name, got, err, tc.want)
		}
	}
}

// A card whose application answers is read by its kind.
func TestIdentifyKinds(t *testing.T) {
	for _, tc := range []struct{ aid, want string }{
		{"\xA0\x00\x00\x02\x47\x10\x01", "emrtd"},
		{"\xA0\x00\x00\x01\x77PKCS-15", "beid"},
		{"sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF", "sscard"},
		{"\xD1\x58\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x11\x00", "twnhi"},
		{"\xA0\x00\x00\x00\x54\x48\x00\x01", "thaiid"},
		{"\xA0\x00\x00\x00\x74JPN\x00\x10", "mykad"},
		{"\xF3\x81\x00\x00\x02SERID\x01", "rsid"},
		{"\xF3\x81\x00\x00\x02SERRP\x01", "rsid"},
	} {
		if got, err := kindOf(t, &chip{aid: tc.aid, answer: []byte{0x90, 0x00}}); err != nil || got != tc.want {
			t.Errorf("%q, %v; want %q", got, err, tc.want)
		}
	}
}

func TestIdentifyPassportAndBankCard(t *testing.T) {
	for name, want := range map[string]string{"emrtd": "emrtd", "bank-card": kinds.BankCard} {
		system, err := sim.NewSystem(name)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := system.Reader(sim.Prefix + name).Connect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := kindOf(t, conn); got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestIdentifyStops(t *testing.T) {
	gone := &chip{err: cardreader.NewError(cardreader.CodePulled, nil, nil)}
	if _, err := kindOf(t, gone); !errors.Is(err, cardreader.ErrPulled) {
		t.Errorf("pulled: %v", err)
	}
	if gone.asked > 2 {
		t.Errorf("asked a card that is gone %d times", gone.asked)
	}
	if _, err := kindOf(t, &empty{}); !errors.Is(err, cardreader.ErrPulled) {
		t.Errorf("empty answer: %v", err)
	}
	if _, err := kindOf(t, record{}); !errors.Is(err, cardreader.ErrOtherKind) {
		t.Errorf("no chip: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := kinds.Identify(ctx, &chip{}, kinds.All(kinds.Deps{}))
	var e *cardreader.Error
	if !errors.As(err, &e) || e.Code() != cardreader.CodeCancelled {
		t.Errorf("cancelled: %v", err)
	}
}

// empty answers nothing without an error, as PC/SC does for a card pulled in the middle of a command.
type empty struct{ chip }

func (*empty) Transmit(context.Context, []byte) ([]byte, error) { return nil, nil }

// record is a card that takes no APDUs.
type record struct{}

func (record) ATR() []byte  { return nil }
func (record) Close() error { return nil }

// A SELECT that was not transacted says nothing about the card: no other application is tried, nothing is guessed.
func TestIdentifyDoesNotGuess(t *testing.T) {
	broken := &once{chip: chip{aid: "2PAY.SYS.DDF01", answer: []byte{0x90, 0x00}}}
	_, err := kindOf(t, broken)
	var e *cardreader.Error
	if !errors.As(err, &e) || e.Code() != cardreader.CodeFaulty || broken.asked != 0 {
		t.Errorf("%v after %d more commands", err, broken.asked)
	}
}

// once fails at its first command.
type once struct {
	chip
	failed bool
}

func (o *once) Transmit(ctx context.Context, b []byte) ([]byte, error) {
	if !o.failed {
		o.failed = true
		return nil, errors.New("not transacted")
	}
	return o.chip.Transmit(ctx, b)
}
