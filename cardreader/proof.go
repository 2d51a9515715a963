package cardreader

import (
	"slices"

	"bangban/cardreader/check"
)

// Proof says how far what one field holds is vouched for by whoever issued the card: Passed, the issuer's signature was
// verified; Failed, it does not fit; Indeterminate, it could not be told here. Reason not-supported then means that this
// card can prove it nowhere offline.
type Proof struct {
	Field   string        `json:"field"` // as in the JSON of Subject; "photo"
	Verdict check.Verdict `json:"verdict"`
	Reason  check.Reason  `json:"reason,omitempty"`
	By      string        `json:"by,omitempty"`     // the check that decided
	Source  string        `json:"source,omitempty"` // the key or list that it rests on
}

// origins are the names of the checks that ask who issued what the card says. The others ask whether it is still good,
// or plausible.
func origins() []string {
	return []string{"sod-signature", "dg-hashes", "identity-signature", "sam", "issuer", "csca"}
}

// Origin tells whether a check asks who issued the card.
func Origin(c check.Check) bool {
	return slices.Contains(origins(), c.Name) || c.Name == "address-signature" || c.Name == "photo-hash"
}

// Signed is the proof of the document as a whole: of what every field rests on.
func (d *Document) Signed() Proof { return d.prove("", origins()...) }

// Proofs gives the proof of each field that the document has, in the order of Subject. A field that has a signature of
// its own rests on that one.
func (d *Document) Proofs() []Proof {
	s := d.Subject
	var all []Proof
	for _, f := range [][2]string{
		{"surname", s.Surname}, {"given_names", s.GivenNames}, {"full_name", s.FullName}, {"sex", s.Sex}, {"birth_date", s.BirthDate},
		{"nationality", s.Nationality}, {"number", s.Number}, {"address", s.Address}, {"authority", s.Authority},
		{"issued", s.Issued}, {"expires", s.Expires},
	} {
		switch {
		case f[1] == "":
		case f[0] == "address" && d.has("address-signature"):
			all = append(all, d.prove(f[0], "address-signature", "csca"))
		default:
			all = append(all, d.prove(f[0], origins()...))
		}
	}
	if len(d.Photo) > 0 {
		all = append(all, d.prove("photo", append(origins(), "photo-hash")...))
	}
	return all
}

func (d *Document) has(name string) bool {
	return slices.ContainsFunc(d.Checks, func(c check.Check) bool { return c.Name == name })
}

// prove weighs the checks of these names: one that failed decides, else one that could not be told, else the first.
func (d *Document) prove(field string, names ...string) Proof {
	p := Proof{Field: field, Reason: check.NotChecked}
	worst := -1
	for _, c := range d.Checks {
		if !slices.Contains(names, c.Name) {
			continue
		}
		rank := map[check.Verdict]int{check.Passed: 0, check.Indeterminate: 1, check.Failed: 2}[c.Verdict]
		if rank > worst {
			worst = rank
			p.Verdict, p.Reason, p.By, p.Source = c.Verdict, c.Reason, c.Name, c.Detail
		}
	}
	return p
}
