package desk

import (
	"slices"
	"strings"
	"time"
)

// Binding is what keeps a voucher from being a bearer paper (design §4).
type Binding string

// The bindings.
const (
	BindFace     Binding = "face"     // a portrait in the code and on the paper
	BindDocument Binding = "document" // valid only with the document whose last digits are printed
	BindNone     Binding = "none"     // papers that grant the holder nothing
)

// Text is one sentence in several languages, by BCP 47 tag.
type Text map[string]string

// In gives the sentence in lang, else in what lang rests on (zh-Hant-x-short, zh-Hant, zh: RFC 4647 §3.4), else in
// zh-Hans, else in en, else any.
func (t Text) In(lang string) string {
	for l := lang; l != ""; l = shorter(l) {
		if s, ok := t[l]; ok {
			return s
		}
	}
	for _, l := range []string{"zh-Hans", "en"} {
		if s, ok := t[l]; ok {
			return s
		}
	}
	for _, s := range t {
		return s
	}
	return ""
}

// shorter takes the last subtag off, and with it a single letter that would then stand at the end.
func shorter(lang string) string {
	i := strings.LastIndexByte(lang, '-')
	if i < 0 {
		return ""
	}
	if i >= 2 && lang[i-2] == '-' {
		i -= 2
	}
	return lang[:i]
}

// Holder fields that a purpose may ask for.
const (
	FieldName        = "full_name"
	FieldBirthDate   = "birth_date"
	FieldSex         = "sex"
	FieldNationality = "nationality"
)

// Purpose is one thing that a voucher may be for, as the bundle allows it.
type Purpose struct {
	Code       string        `cbor:"1,keyasint" json:"code"` // "housing-fund"
	Title      Text          `cbor:"2,keyasint" json:"title"`
	Allows     Text          `cbor:"3,keyasint" json:"allows"` // what the holder may do with the paper
	Fields     []string      `cbor:"4,keyasint" json:"fields"`
	Binding    Binding       `cbor:"5,keyasint" json:"binding"`
	Life       time.Duration `cbor:"6,keyasint" json:"life"` // of the voucher, at most the delegation's MaxLife
	MaxUses    uint64        `cbor:"7,keyasint" json:"max_uses"`
	Operations []string      `cbor:"8,keyasint" json:"operations"`
	Recipients []string      `cbor:"9,keyasint" json:"recipients"`                    // ids; empty: any
	Unproven   *Unproven     `cbor:"10,keyasint,omitempty" json:"unproven,omitempty"` // nil: only proven documents
	Money      bool          `cbor:"11,keyasint,omitempty" json:"money,omitempty"`    // it moves money: who lets a helper do it is warned
	Evidence   *Evidence     `cbor:"12,keyasint,omitempty" json:"evidence,omitempty"` // nil: never without a card
}

// Unproven is on which terms a purpose takes a document of which nobody can prove here that the state issued it: its kind
// carries no signature that can be verified offline, or its issuer is on no list held here. The assurance is lower, so the
// voucher is narrower and shorter.
type Unproven struct {
	Kinds  []string      `cbor:"1,keyasint" json:"kinds"`            // of documents; none listed, none taken
	Life   time.Duration `cbor:"2,keyasint" json:"life"`             // at most; 0: as the purpose says
	Fields []string      `cbor:"3,keyasint" json:"fields,omitempty"` // at most these; empty: as the purpose says
	Second bool          `cbor:"4,keyasint" json:"second"`           // a second clerk looks at document and person, and says so by PIN
}

// For gives the purpose as it is for an unproven document of a kind, and whether it takes one.
func (p Purpose) For(kind string) (Purpose, bool) {
	u := p.Unproven
	if u == nil || !slices.Contains(u.Kinds, kind) {
		return Purpose{}, false
	}
	if u.Life > 0 && (p.Life <= 0 || p.Life > u.Life) {
		p.Life = u.Life
	}
	if len(u.Fields) > 0 {
		p.Fields = slices.DeleteFunc(slices.Clone(p.Fields), func(f string) bool { return !slices.Contains(u.Fields, f) })
	}
	return p, true
}

// Recipient is an office that accepts vouchers. ID is the audience in the voucher.
type Recipient struct {
	ID   string `cbor:"1,keyasint" json:"id"` // "demo-bank", "urn:uscc:…"
	Name Text   `cbor:"2,keyasint" json:"name"`
}

// Limits freeze a counter that has gone without its back office for too long. A zero limit is off.
type Limits struct {
	WarnUnsent    int           `cbor:"1,keyasint" json:"warn_unsent"`
	StopUnsent    int           `cbor:"2,keyasint" json:"stop_unsent"`
	WarnUnsentAge time.Duration `cbor:"3,keyasint" json:"warn_unsent_age"`
	StopUnsentAge time.Duration `cbor:"4,keyasint" json:"stop_unsent_age"`
	MinFreeBytes  uint64        `cbor:"5,keyasint" json:"min_free_bytes"`
}

// Policy is what the institution decides about its counters.
type Policy struct {
	Limits        Limits                   `cbor:"1,keyasint" json:"limits"`
	MaxListAge    map[string]time.Duration `cbor:"2,keyasint" json:"max_list_age"` // by kind of list
	DemandLists   []string                 `cbor:"3,keyasint" json:"demand_lists"`
	WipeOnRemoval bool                     `cbor:"4,keyasint" json:"wipe_on_removal"`
	BlankAfter    time.Duration            `cbor:"5,keyasint" json:"blank_after"`
	LockAfter     time.Duration            `cbor:"6,keyasint" json:"lock_after"`
	Hotline       string                   `cbor:"7,keyasint" json:"hotline"`
	Hall          Text                     `cbor:"8,keyasint" json:"hall"`

	// ClaimMap: vouchers carry claim 169 as a map, for offices whose readers take no byte string. Chain: the certificate of
	// the voucher key travels in the code, where there is no portrait, for readers that know no delegation.
	ClaimMap bool `cbor:"43,keyasint,omitempty" json:"claim_map,omitempty"`
	Chain    bool `cbor:"44,keyasint,omitempty" json:"chain,omitempty"`

	// SM: the PDF of a paper also holds its signed bytes and a signature over them by SM2 with SM3 (GB/T 32918, GB/T 35275).
	SM bool `cbor:"45,keyasint,omitempty" json:"sm,omitempty"`

	HelperCap int `cbor:"42,keyasint,omitempty" json:"helper_cap,omitempty"` // live mandates of one helper; 0: DefaultHelperCap

	// WipeOnHandOver: a visit that another clerk logs in over is wiped. Without it that clerk goes on from the comparison.
	WipeOnHandOver bool `cbor:"41,keyasint,omitempty" json:"wipe_on_hand_over,omitempty"`

	// CardRoles log in by a card of theirs only: a PIN opens nothing for whoever has one of these roles.
	CardRoles []Role `cbor:"46,keyasint,omitempty" json:"card_roles,omitempty"`

	PhotoDecoder *PhotoDecoder `cbor:"40,keyasint,omitempty" json:"photo_decoder,omitempty"` // nil: portraits in WLT are not shown
}

// ByCard tells whether somebody logs in by card only.
func (p *Policy) ByCard(c Clerk) bool { return slices.ContainsFunc(p.CardRoles, c.Has) }
