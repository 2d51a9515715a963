package desk

import "time"

// State is where a voucher is in its life (design §4).
type State string

// The life of a voucher. Spoiled and void are side states.
const (
	StateDraft      State = "draft"
	StateSigned     State = "signed"
	StatePrinting   State = "printing"
	StatePrinted    State = "printed"
	StateProved     State = "proved"
	StateHandedOver State = "handed-over"
	StateSpoiled    State = "spoiled"
	StateVoid       State = "void"
)

// Ended tells whether nothing more can happen to the paper at the counter.
func (s State) Ended() bool { return s == StateHandedOver || s == StateSpoiled || s == StateVoid }

// LedgerRow is what the counter itself keeps of one voucher: never a name, a number or an exact time.
type LedgerRow struct {
	Serial    string   `json:"serial"`
	State     State    `json:"state"`
	Day       string   `json:"day"` // YYYY-MM-DD, station time, local
	ExpiryDay string   `json:"expires,omitempty"`
	Audience  string   `json:"audience,omitempty"` // erased when the day is closed
	Purpose   string   `json:"purpose,omitempty"`  // erased when the day is closed
	Clerk     string   `json:"clerk,omitempty"`
	Flags     []string `json:"flags,omitempty"` // what makes it worth a second look at day-end
	Copies    int      `json:"copies"`
	Hash      [32]byte `json:"-"` // SHA-256 of the COSE bytes
}

// ParcelRow is one parcel as a screen lists it.
type ParcelRow struct {
	ID       string `json:"id"` // the receipt number
	Seq      uint64 `json:"seq"`
	Kind     string `json:"kind"`
	Day      string `json:"day"`
	State    string `json:"state"`
	Attempts int    `json:"attempts"`
	Size     int    `json:"size"`
	Reason   string `json:"reason,omitempty"`
}

// DayRow is one line of the day's reconciliation: issued = printed + spoiled + void.
type DayRow struct {
	Day     string `json:"day"`
	Issued  int    `json:"issued"`
	Printed int    `json:"printed"`
	Spoiled int    `json:"spoiled"`
	Void    int    `json:"void"`
	Open    int    `json:"open"`
}

// Level is how a part of the counter feels.
type Level uint8

// The levels. The zero value is not known.
const (
	LevelUnknown Level = iota
	LevelGood
	LevelWarn // works, somebody should look
	LevelStop // does not work; Code says why and what to do
)

// Probe is one part of the counter and how it feels: reader, printer, network, unsent, lists, clock, disk, keys.
type Probe struct {
	Name  string            `json:"name"`
	Level Level             `json:"-"`
	Code  string            `json:"code,omitempty"` // health.<Code> in the locale files says it, hint.<Code> what to do
	Args  map[string]string `json:"args,omitempty"`
}

// Health is the whole counter at one moment.
type Health struct {
	At     time.Time
	Probes []Probe
}

// Probe gives the part with this name; a part nobody asked is LevelUnknown.
func (h Health) Probe(name string) Probe {
	for _, p := range h.Probes {
		if p.Name == name {
			return p
		}
	}
	return Probe{Name: name}
}
