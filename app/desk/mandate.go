package desk

import (
	"fmt"
	"log/slog"
)

// Modes of the assistance record: in which way somebody beside the person took part.
const (
	ModeInPerson = "in-person"
	ModeHelper   = "helper"              // the person gives a mandate; the helper was identified as well
	ModeHelpOnly = "technical-help-only" // somebody helped with the device; the person decided. That is no representation
)

// PurposeMandate is what the ledger calls the purpose of a mandate.
const PurposeMandate = "mandate"

// MandateTerms are what a person lets a helper do.
type MandateTerms struct {
	Scopes   []string // purpose codes
	Days     int      // one of MandateDays
	Uses     uint64   // at least 1
	Relation string   // one of Relations
}

// MandateDays are how long a mandate may last.
func MandateDays() []int { return []int{1, 31, 182, 365} }

// MandateUses are how often it may be offered to be used.
func MandateUses() []uint64 { return []uint64{1, 3, 6, 12} }

// MaxScopes is how many purposes one mandate may name: what finds room on the paper in large print.
const MaxScopes = 3

// Relations are what a helper may be to the person: codes.
func Relations() []string { return []string{"child", "spouse", "relative", "neighbour", "worker"} }

// DefaultHelperCap is how many live mandates of one counter may name the same helper where the policy says nothing.
const DefaultHelperCap = 3

// Mandate is the part of the assistance record that is about the helper. It prints as nothing.
type Mandate struct {
	Helper     Person     `cbor:"1,keyasint"`
	Identified Identified `cbor:"2,keyasint"`
	Relation   string     `cbor:"3,keyasint"`
	Scopes     []string   `cbor:"4,keyasint"`
	Days       int        `cbor:"5,keyasint"`
	Uses       uint64     `cbor:"6,keyasint"`
	Aside      bool       `cbor:"7,keyasint"` // the helper had stepped back when the person was asked
	Money      bool       `cbor:"8,keyasint,omitempty"`
	Live       int        `cbor:"9,keyasint"` // mandates of this counter that name the helper, this one not counted
}

// String says that there is a mandate, never whose.
func (Mandate) String() string { return "mandate" }

// Format implements fmt.Formatter so that no verb prints a field.
func (m Mandate) Format(f fmt.State, _ rune) { fmt.Fprint(f, m.String()) }

// LogValue implements slog.LogValuer.
func (m Mandate) LogValue() slog.Value { return slog.StringValue(m.String()) }
