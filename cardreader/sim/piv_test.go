package sim

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"
)

func pivCard(t *testing.T) *Card {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	scalar, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return NewCard(Specimen{Name: "SPECIMEN", Kind: "clerk-token", PIV: &PIV{PIN: "246810", Tries: 3,
		Keys: map[string]PIVKey{"9D": {Private: scalar, Certificate: bytes.Repeat([]byte{0x30}, 600)}}}})
}

// What the chip answers, byte for byte where the standard says it, SP 800-73-4 part 2.
func TestPIVAnswers(t *testing.T) {
	c := pivCard(t)
	for _, step := range []struct {
		what, command string
		sw            uint16
		length        int
	}{
		{"nothing before SELECT", "00200080", 0x6D00, 0},
		{"another application", "00A4040007A0000002471001", 0x6A82, 0},
		{"SELECT by its beginning", "00A4040005A000000308", 0x9000, 8},
		{"tries", "00200080", 0x63C3, 0},
		{"a key before the PIN", "0087119D047C02820000", 0x6982, 0},
		{"wrong PIN", "0020008008313131313131FFFF", 0x63C2, 0},
		{"a PIN of another length", "0020008006313131313131", 0x6A80, 0},
		{"the PIN", "0020008008323436383130FFFF", 0x9000, 0},
		{"no longer asked for", "00200080", 0x9000, 0},
		{"a point that is none", "0087119D067C04820085000000", 0x6700, 0},
		{"a template without anything", "0087119D047C02820000", 0x6A80, 0},
		{"an object that is not there", "00CB3FFF055C035FC10200", 0x6A82, 0},
		{"a certificate comes in pieces", "00CB3FFF055C035FC10B00", 0x61FF, 256},
		{"the next piece", "00C0000000", 0x6165, 256},
		{"the last piece", "00C0000000", 0x9000, 0x65},
		{"nothing more", "00C0000000", 0x6985, 0},
		{"a maker's command", "00FD000000", 0x6D00, 0},
		{"SELECT once more", "00A4040005A000000308", 0x9000, 8},
		{"the PIN is still proven", "00200080", 0x9000, 0},
		{"forget it", "0020FF80", 0x9000, 0},
		{"asked for again", "00200080", 0x63C3, 0},
	} {
		answer := c.APDU(unhex(t, step.command))
		n := len(answer) - 2
		if sw := uint16(answer[n])<<8 | uint16(answer[n+1]); sw != step.sw || n != step.length && step.length != 8 {
			t.Errorf("%s: %04X with %d bytes, want %04X with %d", step.what, sw, n, step.sw, step.length)
		}
	}
}

// Tries outlive a reset; a blocked card stays blocked, also for the right PIN.
func TestPIVBlocks(t *testing.T) {
	c := pivCard(t)
	wrong, right := unhex(t, "0020008008313131313131FFFF"), unhex(t, "0020008008323436383130FFFF")
	for i, want := range []string{"63C2", "63C1", "6983", "6983"} {
		c.Reset()
		c.APDU(unhex(t, "00A4040005A000000308"))
		if got := c.APDU(wrong); !bytes.Equal(got, unhex(t, want)) {
			t.Errorf("try %d: %X, want %s", i+1, got, want)
		}
	}
	if got := c.APDU(right); !bytes.Equal(got, unhex(t, "6983")) {
		t.Errorf("the right PIN of a blocked card: %X", got)
	}
}
