package desk

import (
	"fmt"
	"log/slog"
)

// ModeGrant: a helper acts on a mandate, the person is not there.
const ModeGrant = "helper-on-mandate"

// Grant is the part of the assistance record that is about the mandate somebody acts on. It prints as nothing.
type Grant struct {
	Serial   string `cbor:"1,keyasint"`
	ID       []byte `cbor:"2,keyasint"` // cti of the mandate
	Issuer   string `cbor:"3,keyasint"`
	Helper   Person `cbor:"4,keyasint"` // identified as Before says
	Relation string `cbor:"5,keyasint"`
	Uses     uint64 `cbor:"6,keyasint"` // that the mandate allows
	Use      uint64 `cbor:"7,keyasint"` // number of this one at this counter
}

// String says that there is a mandate, never whose.
func (Grant) String() string { return "grant" }

// Format implements fmt.Formatter so that no verb prints a field.
func (g Grant) Format(f fmt.State, _ rune) { fmt.Fprint(f, g.String()) }

// LogValue implements slog.LogValuer.
func (g Grant) LogValue() slog.Value { return slog.StringValue(g.String()) }
