package bundle

import (
	"slices"
	"time"

	"bangban/app/desk"
	"bangban/app/trust"
)

// Bundle is what the institution says to its counters. Field numbers are the format.
type Bundle struct {
	Version     uint64                 `cbor:"1,keyasint" json:"version"`
	MadeAt      time.Time              `cbor:"2,keyasint" json:"made_at"`
	NotAfter    time.Time              `cbor:"3,keyasint" json:"not_after"`
	Issuer      string                 `cbor:"4,keyasint" json:"issuer"` // iss; "urn:bangban:training:…" in training
	Name        desk.Text              `cbor:"5,keyasint" json:"name"`   // of the institution
	Training    bool                   `cbor:"6,keyasint" json:"training"`
	Purposes    []desk.Purpose         `cbor:"7,keyasint" json:"purposes"`
	Recipients  []desk.Recipient       `cbor:"8,keyasint" json:"recipients"`
	Roster      []Member               `cbor:"9,keyasint" json:"roster"`
	Policy      desk.Policy            `cbor:"10,keyasint" json:"policy"`
	Institution []byte                 `cbor:"11,keyasint" json:"-"` // institution.pem: root, then issuing certificates
	Lists       []List                 `cbor:"12,keyasint" json:"lists"`
	BackOffice  []Holder               `cbor:"13,keyasint" json:"-"`
	ReceiptKeys []string               `cbor:"14,keyasint" json:"receipt_keys"` // note verifier keys
	Statements  [][]byte               `cbor:"15,keyasint" json:"-"`            // the root's word for the two lines above
	Sinks       []Sink                 `cbor:"16,keyasint" json:"sinks"`
	Wording     map[string]desk.Text   `cbor:"17,keyasint,omitempty" json:"wording,omitempty"`    // sentences by locale key
	Checklists  map[string][]desk.Text `cbor:"18,keyasint,omitempty" json:"checklists,omitempty"` // by purpose
	Intake      []Holder               `cbor:"19,keyasint,omitempty" json:"-"`                    // who may open what is carried: its outside, no parcel
}

// Member is one of the staff on the roster.
type Member struct {
	Clerk     desk.Clerk `cbor:"1,keyasint" json:"clerk"`
	Enrolment []byte     `cbor:"2,keyasint,omitempty" json:"-"` // of the code in the clerk's letter; see EnrolmentHash
	PIV       [][]byte   `cbor:"3,keyasint,omitempty" json:"-"` // certificates (DER) of the clerk's cards; see CardKey
	Until     time.Time  `cbor:"4,keyasint,omitzero" json:"until,omitzero"`
}

// Kinds of lists, as package trust names and reads them (trust.Store.Add takes the bytes of each).
const (
	ListCSCA        = trust.KindCSCA        // country signing certificates: DER, PEM or a master list
	ListStatus      = trust.KindStatus      // status list as a CWT or JWT, or of the W3C; Name is its URI
	ListDelegations = trust.KindDelegations // withdrawn delegations of an institution; Name is its iss
	ListInstitution = trust.KindInstitution // institution.pem of somebody else whose papers are accepted
	ListKey         = trust.KindKey         // certificates, JWK sets (with iss: tied to that issuer), COSE keys
	ListVICAL       = trust.KindVICAL       // issuers of mobile documents
	ListLoTE        = trust.KindLoTE        // trusted entities, ETSI TS 119 602, signed JSON
	ListCRL         = trust.KindCRL         // withdrawn certificates of an authority, DER or PEM
)

// List is one dated list on which verdicts rest.
type List struct {
	Kind     string    `cbor:"1,keyasint" json:"kind"`
	Name     string    `cbor:"2,keyasint" json:"name"`
	MadeAt   time.Time `cbor:"3,keyasint" json:"made_at"`
	NotAfter time.Time `cbor:"4,keyasint" json:"not_after"`
	Bytes    []byte    `cbor:"5,keyasint" json:"-"`
}

// Suites of a Holder.
const (
	SuiteXWing = "X-Wing"     // ML-KEM-768 and X25519 (draft-ietf-hpke-pq, 0x647a)
	SuiteP256  = "DHKEM-P256" // RFC 9180 §7.1, 0x0010; by policy, where the back office keeps its keys in a PKCS#11 token
)

// Holder is one key to which parcels are sealed, or what carries them. ID is the first 8 bytes of SHA-256 of Public. All
// back-office keys of a bundle are of one suite.
type Holder struct {
	ID     []byte `cbor:"1,keyasint"`
	Suite  string `cbor:"2,keyasint"`
	Public []byte `cbor:"3,keyasint"`
}

// Sink is one way out of the counter.
type Sink struct {
	Kind    string `cbor:"1,keyasint" json:"kind"` // "folder", "https"
	Address string `cbor:"2,keyasint" json:"address,omitempty"`
}

// Purpose gives the purpose with this code.
func (b *Bundle) Purpose(code string) (desk.Purpose, bool) {
	i := slices.IndexFunc(b.Purposes, func(p desk.Purpose) bool { return p.Code == code })
	if i < 0 {
		return desk.Purpose{}, false
	}
	return b.Purposes[i], true
}

// Recipient gives the recipient with this id.
func (b *Bundle) Recipient(id string) (desk.Recipient, bool) {
	i := slices.IndexFunc(b.Recipients, func(r desk.Recipient) bool { return r.ID == id })
	if i < 0 {
		return desk.Recipient{}, false
	}
	return b.Recipients[i], true
}

// Member gives the member of staff with this id.
func (b *Bundle) Member(id string) (Member, bool) {
	i := slices.IndexFunc(b.Roster, func(m Member) bool { return m.Clerk.ID == id })
	if i < 0 {
		return Member{}, false
	}
	return b.Roster[i], true
}

// ListsOf gives the lists of one kind.
func (b *Bundle) ListsOf(kind string) []List {
	var ls []List
	for _, l := range b.Lists {
		if l.Kind == kind {
			ls = append(ls, l)
		}
	}
	return ls
}

// Standing is what a counter may do under a bundle of this age. The zero value is Stopped.
type Standing uint8

// The standings (design §7: past its not-after the counter narrows, then stops issuing).
const (
	Stopped Standing = iota // no issuing
	Narrow                  // issuing, with a warning; no new mandates
	Full
)

// Grace is how long past its not-after a bundle still lets a counter issue.
const Grace = 7 * 24 * time.Hour

// Standing tells what the counter may do at a station time.
func (b *Bundle) Standing(at time.Time) Standing {
	switch {
	case at.Before(b.NotAfter):
		return Full
	case at.Before(b.NotAfter.Add(Grace)):
		return Narrow
	}
	return Stopped
}
