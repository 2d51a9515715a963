package flow

// Act is one leaf of the journal as a screen lists it. It names nobody but staff, and no time but the day.
type Act struct {
	N      int // from 1
	Kind   string
	Day    string
	Serial string
	Parcel uint64
	Clerk  string
	Code   string
	Number uint64
}

// Proof is what came of computing the journal again.
type Proof struct {
	Acts    int // leaves that the newest signed checkpoint covers
	Parcels int
}

// TakenIn is what came from a stick.
type TakenIn struct {
	Receipts int // parcels that are done with
	Refused  int // receipts and notes that cannot be relied on
	Void     int // papers of neighbours that are known to be taken back now
}
