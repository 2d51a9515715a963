package trust

import "time"

// Kinds of snapshots.
const (
	KindInstitution = "institution"
	KindCSCA        = "csca"
	KindKey         = "key"
	KindStatus      = "status"
	KindDelegations = "delegations"
	KindVICAL       = "vical"
	KindLoTE        = "lote" // list of trusted entities, ETSI TS 119 602
	KindCRL         = "crl"  // list of withdrawn certificates
)

// Snapshot says what something is, where it came from and how old it is.
type Snapshot struct {
	Kind     string
	Name     string    // of the institution, the state, the list: never of a person
	Source   string    // "bundle 12", "file", "training"
	MadeAt   time.Time // zero: unknown, it does not age
	NotAfter time.Time // zero: no end of its own
}

// Freshness is how a verdict names a snapshot that it rests on.
type Freshness struct {
	Kind     string `json:"kind"`
	Snapshot string `json:"snapshot"`
	AgeDays  int    `json:"age_days"`
}

const day = 24 * time.Hour

// Freshness gives the age of the snapshot in whole days at that time.
func (s Snapshot) Freshness(at time.Time) Freshness {
	f := Freshness{Kind: s.Kind, Snapshot: s.Label()}
	if !s.MadeAt.IsZero() && at.After(s.MadeAt) {
		f.AgeDays = int(at.Sub(s.MadeAt) / day)
	}
	return f
}

// Label names the snapshot and the day it was made.
func (s Snapshot) Label() string {
	if s.MadeAt.IsZero() {
		return s.Name
	}
	return s.Name + " " + s.MadeAt.UTC().Format(time.DateOnly)
}

// TooOld tells whether at is past the snapshot's end or its age past maxAge; a zero maxAge sets no bound.
func (s Snapshot) TooOld(at time.Time, maxAge time.Duration) bool {
	return !s.NotAfter.IsZero() && at.After(s.NotAfter) ||
		maxAge > 0 && !s.MadeAt.IsZero() && at.Sub(s.MadeAt) > maxAge
}
