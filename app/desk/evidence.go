package desk

import (
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// KindEvidence is the kind of a document that is none: somebody without a card was identified by several papers.
const KindEvidence = "evidence"

// Evidence is on which terms a purpose is done for somebody who has no card: two or more other papers, each worth some
// points, looked at by two members of staff. The assurance is lower still than with an unproven document.
type Evidence struct {
	Least  int           `cbor:"1,keyasint" json:"least"`            // points that must be reached; at least LeastEvidence
	Life   time.Duration `cbor:"2,keyasint" json:"life"`             // at most; 0: a day
	Fields []string      `cbor:"3,keyasint" json:"fields,omitempty"` // at most these; empty: the name only
	Vouch  bool          `cbor:"4,keyasint" json:"vouch"`            // that somebody vouches counts
	Attach bool          `cbor:"5,keyasint" json:"attach"`           // who vouches may sign by the end of the day
}

// LeastEvidence is what no policy goes below: two papers, one of them with a number that an office can look up.
const LeastEvidence = 4

// evidenceLife bounds such a voucher where the terms do not.
const evidenceLife = 24 * time.Hour

// Piece is one thing that speaks for who somebody is.
type Piece struct {
	Code   string
	Points int
	Number bool // an authority gave it a number
	Vouch  bool // it is a person's word, no paper
}

// Codes of the pieces that are somebody's word.
const (
	PieceVouch      = "vouch"       // the colleague who gives the second word knows the person
	PieceVouchLater = "vouch-later" // the officer of the village or the community signs by the end of the day
)

// Pieces are what is taken, the strongest first. Two words of people are one.
func Pieces() []Piece {
	return []Piece{{"household-book", 3, true, false}, {"temporary-id", 3, true, false}, {"driving-licence", 3, true, false},
		{"loss-receipt", 2, true, false}, {"pension-card", 2, true, false}, {"village-letter", 2, false, false},
		{"bank-book", 1, true, false}, {"utility-bill", 1, false, false},
		{PieceVouch, 2, false, true}, {PieceVouchLater, 1, false, true}}
}

// PieceOf finds one by its code.
func PieceOf(code string) (Piece, bool) {
	all := Pieces()
	i := slices.IndexFunc(all, func(p Piece) bool { return p.Code == code })
	if i < 0 {
		return Piece{}, false
	}
	return all[i], true
}

// Score adds the points of papers up, and says how many papers there are.
func Score(codes []string) (points, papers int) {
	for _, c := range codes {
		p, ok := PieceOf(c)
		if !ok {
			continue
		}
		points += p.Points
		if !p.Vouch {
			papers++
		}
	}
	return points, papers
}

// OnEvidence gives the purpose as it is for somebody without a card, and whether these pieces are enough for it.
func (p Purpose) OnEvidence(codes []string) (Purpose, bool) {
	e := p.Evidence
	if e == nil || p.Binding == BindFace {
		return Purpose{}, false
	}
	points, papers := Score(codes)
	vouch, later := slices.Contains(codes, PieceVouch), slices.Contains(codes, PieceVouchLater)
	if points < max(e.Least, LeastEvidence) || papers < 1 || papers < 2 && !vouch && !later || (vouch || later) && !e.Vouch || later && !e.Attach || vouch && later {
		return Purpose{}, false
	}
	if p.Binding == BindDocument && !slices.ContainsFunc(codes, func(c string) bool { one, _ := PieceOf(c); return one.Number }) {
		return Purpose{}, false // nothing that the paper could be bound to
	}
	life := e.Life
	if life <= 0 {
		life = evidenceLife
	}
	if p.Life <= 0 || p.Life > life {
		p.Life = life
	}
	keep := e.Fields
	if len(keep) == 0 {
		keep = []string{FieldName}
	}
	p.Fields = slices.DeleteFunc(slices.Clone(p.Fields), func(f string) bool { return !slices.Contains(keep, f) })
	return p, true
}

// Shown is the part of the assistance record that is about those papers: codes only.
type Shown struct {
	Pieces []string `cbor:"1,keyasint"`
	Points int      `cbor:"2,keyasint"`
	Attach bool     `cbor:"3,keyasint,omitempty"` // who vouches still has to sign
}

// String gives the number of pieces.
func (s Shown) String() string { return fmt.Sprintf("evidence(%d)", len(s.Pieces)) }

// LogValue implements slog.LogValuer.
func (s Shown) LogValue() slog.Value { return slog.StringValue(s.String()) }
