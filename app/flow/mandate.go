package flow

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"bangban/app/desk"
	"bangban/app/voucher"
	"bangban/cardreader"
)

// Flags of ledger rows that are about helpers.
const (
	FlagMandate  = "helper-mandate"
	FlagHelpOnly = "help-only"
)

// Mandates is what a counter needs beside Ports to give mandates.
type Mandates interface {
	// Sign signs with the key that the clerk's login has unlocked, as Signer does.
	Sign(ctx context.Context, m *voucher.Mandate) (cose []byte, text string, err error)
	// Live counts the mandates of this counter that name a helper and are neither over nor taken back. No number is kept for
	// it, only a few keyed bits: it may count one too many. It counts one too few where the power went between the signing
	// and Note.
	Live(ctx context.Context, kind, number string) (int, error)
	// Note counts one more.
	Note(ctx context.Context, serial, kind, number string, until time.Time) error
}

// MandateJob is the part of a Job that is about a mandate. Job.Person is who gave it.
type MandateJob struct {
	Mandate *voucher.Mandate
	Scopes  []desk.Text
	Money   bool
}

type mandateOrder struct {
	terms  desk.MandateTerms
	helper cardreader.Subject
	kind   string
	scopes []desk.Text
	money  bool
}

// mandateEnd is the end of the last day.
func mandateEnd(now time.Time, days int) time.Time {
	return now.Truncate(time.Second).Add(time.Duration(days) * 24 * time.Hour)
}

func needOf(err error) (*cardreader.NeedError, *desk.Error) {
	e := desk.Explain("card.read", err)
	var need *cardreader.NeedError
	if !errors.As(err, &need) {
		return nil, e
	}
	copied := *need
	copied.Any = slices.Clone(need.Any)
	return &copied, e
}

// agreedMandate starts to sign what the person said yes to.
func (m *Machine) agreedMandate(a desk.Answer, now, os time.Time) *desk.Error {
	v, t := m.visit, *m.in.Mandate
	if v.helper == nil || !v.helping.aside {
		return notNow()
	}
	m.in.Expires = mandateEnd(now, t.Days)
	return m.begin(m.mandateOrder(a, now, os), a)
}

// mandateOrder copies everything that the draft of a mandate needs.
func (m *Machine) mandateOrder(a desk.Answer, now, os time.Time) *order {
	v, t := m.visit, *m.in.Mandate
	m.in.Purpose, m.in.Recipient = &desk.Purpose{Code: desk.PurposeMandate, Operations: t.Scopes, MaxUses: t.Uses}, &desk.Recipient{}
	o := m.order(a, now, os)
	m.in.Purpose, m.in.Recipient = nil, nil
	h := v.helper
	mo := &mandateOrder{terms: t, helper: h.Subject, kind: h.Kind, money: m.in.Money()}
	for _, code := range t.Scopes {
		for _, p := range m.in.Purposes {
			if p.Code == code {
				mo.scopes = append(mo.scopes, p.Title)
			}
		}
	}
	o.mandate = mo
	o.before.Consent.TextID = MandateText
	o.before.Mandate = &desk.Mandate{Helper: desk.Person{Name: h.Subject.Name(), Number: h.Subject.Number, BirthDate: h.Subject.BirthDate},
		Identified: desk.Identified{Kind: h.Kind, Checks: lines(h.Checks), Compare: "face", Photo: len(h.Photo) > 0},
		Relation:   t.Relation, Scopes: t.Scopes, Days: t.Days, Uses: t.Uses, Aside: v.helping.aside, Money: mo.money, Live: m.in.Helper.Live}
	return o
}

// MandateText is the key of the question that the person answers about a helper.
const MandateText = "cz.mandate.ask"

// draftMandate is draft for a mandate: record, signature, drawing, read-back inside T1.
func (m *Machine) draftMandate(ctx context.Context, o *order, slot Slot) (d drafted, err error) {
	b := o.before
	iat := slot.Now.Truncate(time.Second)
	if slot.Now.IsZero() {
		iat = b.At.Truncate(time.Second)
	}
	b.Expires = mandateEnd(iat, o.mandate.terms.Days)
	salts := make([]byte, 4*16)
	if _, err = io.ReadFull(m.p.Rand, salts); err != nil {
		return d, fmt.Errorf("flow: randomness: %w", err)
	}
	b.Salt = [16]byte(salts)
	enc, err := b.Encode()
	if err != nil {
		return d, fmt.Errorf("flow: record: %w", err)
	}
	t, h := o.mandate.terms, o.mandate.helper
	md := &voucher.Mandate{Issuer: o.station.Issuer, IssuedAt: iat, Expires: b.Expires, ID: [16]byte(salts[16:]), Serial: slot.Serial,
		Principal: voucher.Party{Name: o.subject.Name(), Binding: voucher.BindDocument([voucher.SaltSize]byte(salts[32:]), o.kind, o.subject.Number)},
		Helper:    voucher.Party{Name: h.Name(), Binding: voucher.BindDocument([voucher.SaltSize]byte(salts[48:]), o.mandate.kind, h.Number)},
		Scopes:    t.Scopes, Uses: t.Uses, Relation: t.Relation, Before: sha256.Sum256(enc)}
	if slot.StatusURI != "" {
		md.Status = &voucher.StatusRef{Index: slot.Index, URI: slot.StatusURI}
	}
	cose, text, err := m.p.Mandates.Sign(ctx, md)
	if err != nil {
		clear(enc)
		return d, fmt.Errorf("flow: sign: %w", err)
	}
	serial := voucher.FormatSerial(o.station.Name, slot.Serial)
	job := Job{Text: text, Serial: serial, Person: b.Person, Kind: o.kind, Lang: o.lang, Second: o.second, Answer: b.Consent.Answer, Paper: o.paper,
		Mandate: &MandateJob{Mandate: md, Scopes: o.mandate.scopes, Money: o.mandate.money}}
	paper, err := m.p.Press.Compose(ctx, job)
	if err != nil {
		clear(enc)
		clear(cose)
		return d, fmt.Errorf("flow: compose: %w", err)
	}
	row := o.row(&voucher.Voucher{IssuedAt: iat, Expires: b.Expires}, serial, sha256.Sum256(cose))
	row.Flags = append([]string{FlagMandate}, row.Flags...)
	d.signed = Signed{Row: row, CTI: md.ID, Before: enc, COSE: cose, Mandate: true}
	d.paper, d.job, d.before = paper, job, md.Before
	return d, nil
}

// noteHelper counts the mandate for its helper. Where that fails the mandate stands all the same.
func (m *Machine) noteHelper(ctx context.Context, o *order, serial string) {
	until := mandateEnd(o.before.At, o.mandate.terms.Days)
	if err := m.p.Mandates.Note(context.WithoutCancel(ctx), serial, o.mandate.kind, o.mandate.helper.Number, until); err != nil {
		m.log.Warn("visit", "op", "helper", "cause", err)
	}
}
