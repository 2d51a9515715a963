package flow

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"bangban/app/desk"
	"bangban/app/voucher"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

const beforeSchema = 1

// order is what the person said yes to, copied out of the visit: the draft is made beside the machine.
type order struct {
	visit     uint64
	station   Station
	before    desk.Before // salt, hash and expiry are filled in by the draft
	subject   cardreader.Subject
	kind      string
	security  []byte // the document's security object, a copy
	photo     []byte // the document's picture, a copy, where the purpose is bound to the face
	purpose   desk.Purpose
	recipient desk.Recipient
	lang      string
	second    string
	paper     string
	maxLife   time.Duration
	mandate   *mandateOrder // nil: a voucher

	number     string // of the document that a paper is bound to
	grant      *Grant // the mandate that a helper acts on; nil: the person is here
	helperName string

	again *desk.Before // the record of a paper that was spoiled: what the person said yes to is made once more
	face  []byte       // its portrait
}

// order copies everything that the draft needs.
func (m *Machine) order(a desk.Answer, now, os time.Time) *order {
	in, v, policy := &m.in, m.visit, m.p.Rules.Policy()
	d, s := v.doc, *in.Subject
	o := &order{visit: v.id, station: in.Station, subject: s, kind: d.Kind, purpose: *in.Purpose, recipient: *in.Recipient,
		number: s.Number, lang: in.Lang, paper: m.o.Paper, maxLife: in.Station.MaxLife, security: append([]byte(nil), d.Raw[securityObject]...)}
	if o.second = m.o.Lang; in.Lang == m.o.Lang {
		o.second = m.o.Second
	}
	if o.purpose.Binding == desk.BindFace {
		o.photo = append([]byte(nil), d.Photo...)
	}
	compare := "face"
	if !v.compared {
		compare = ""
	}
	o.before = desk.Before{
		Schema: beforeSchema, Station: in.Station.Name, Hall: policy.Hall.In(m.o.Lang), App: m.o.App, At: now, OSTime: os,
		Mode: m.mode(), Clerk: m.clerk.ID, Training: in.Training, Withdrawal: policy.Hotline,
		Identified: desk.Identified{Kind: d.Kind, Checks: lines(d.Checks), Compare: compare, Photo: len(d.Photo) > 0,
			Unproven: v.lower, Second: in.Second},
		Purpose: o.purpose.Code, Recipient: o.recipient.ID, Fields: o.purpose.Fields, Operations: o.purpose.Operations,
		Expires: in.Expires, MaxUses: o.purpose.MaxUses, Software: in.Station.Software,
		Consent: desk.Consent{Answer: a, TextID: ConsentText, Lang: in.Lang, ReadAloud: in.ReadAloud, At: now},
		Names:   nameRecord(in.Doubts),
		Person:  desk.Person{Name: s.Name(), Number: s.Number, BirthDate: s.BirthDate},
	}
	m.grantOrder(o)
	m.evidenceOrder(o)
	return o
}

// securityObject is the name under which a kind keeps the object that its issuer signed (ICAO Doc 9303-10 §4.6.2).
const securityObject = "SOD"

func lines(checks []check.Check) []string {
	list := make([]string, 0, len(checks))
	for _, c := range checks {
		line := c.Name + "=" + c.Verdict.String()
		if c.Reason != check.OK {
			line += ":" + string(c.Reason)
		}
		list = append(list, line)
	}
	return list
}

// drafted is what one draft made.
type drafted struct {
	signed Signed
	paper  *Paper
	job    Job      // to draw a copy from
	before [32]byte // SHA-256 of the record
	record desk.Before
}

func (d *drafted) wipe() {
	clear(d.signed.Before)
	clear(d.signed.COSE)
	d.paper.Wipe()
	*d = drafted{}
}

// draft is what the store calls inside T1: record, voucher, signature, drawing, read-back. Whatever fails here leaves
// nothing behind.
func (m *Machine) draft(ctx context.Context, o *order, slot Slot) (d drafted, err error) {
	b := o.before
	iat := slot.Now.Truncate(time.Second)
	if slot.Now.IsZero() {
		iat = b.At.Truncate(time.Second)
	}
	if o.maxLife > 0 && b.Expires.Sub(iat) > o.maxLife {
		b.Expires = iat.Add(o.maxLife)
	}
	salts := make([]byte, 4*16)
	if _, err = io.ReadFull(m.p.Rand, salts); err != nil {
		return d, fmt.Errorf("flow: randomness: %w", err)
	}
	if b.Salt = [16]byte(salts); o.again != nil {
		b = *o.again
	}
	if len(o.security) > 0 {
		sum := sha256.Sum256(append(append([]byte(nil), b.Salt[:]...), o.security...))
		b.Identified.Hash = sum[:]
	}
	enc, err := b.Encode()
	if err != nil {
		return d, fmt.Errorf("flow: record: %w", err)
	}
	v := &voucher.Voucher{
		Issuer: o.station.Issuer, Subject: [16]byte(salts[16:]), ID: [16]byte(salts[32:]), Audience: o.recipient.ID,
		IssuedAt: iat, NotBefore: iat, Expires: b.Expires, Holder: holder(o),
		Terms: voucher.Terms{PurposeCode: o.purpose.Code, PurposeText: o.purpose.Title.In(o.lang), MaxUses: o.purpose.MaxUses,
			Before: sha256.Sum256(enc), Operations: o.purpose.Operations, RepresentedBy: o.helperName, Serial: slot.Serial},
	}
	if slot.StatusURI != "" {
		v.Status = &voucher.StatusRef{Index: slot.Index, URI: slot.StatusURI}
	}
	if o.purpose.Binding == desk.BindDocument {
		v.Terms.Binding = voucher.BindDocument([voucher.SaltSize]byte(salts[48:]), o.kind, o.number)
	}
	switch {
	case o.purpose.Binding != desk.BindFace:
	case o.again != nil:
		v.Holder.Face = o.face
	default:
		if v.Holder.Face, err = m.portrait(o.photo); err != nil {
			clear(enc)
			return d, err
		}
	}
	cose, text, err := m.p.Signer.Sign(ctx, v)
	if err != nil {
		clear(enc)
		return d, fmt.Errorf("flow: sign: %w", err)
	}
	serial := voucher.FormatSerial(o.station.Name, slot.Serial)
	job := o.job(v, text, serial)
	paper, err := m.p.Press.Compose(ctx, job)
	if err != nil {
		clear(enc)
		clear(cose)
		return d, fmt.Errorf("flow: compose: %w", err)
	}
	d.signed = Signed{Row: o.row(v, serial, sha256.Sum256(cose)), CTI: v.ID, Before: enc, COSE: cose}
	d.paper, d.job, d.before, d.record = paper, job, v.Terms.Before, b
	return d, nil
}

// CodePortrait: nobody here can read the picture on the document, so there is no portrait for the paper.
const CodePortrait = "portrait-not-made"

// portrait makes claim 62. A picture that nobody here can read is the document's fault, not the clerk's.
func (m *Machine) portrait(photo []byte) ([]byte, error) {
	if m.o.Portrait == nil {
		return nil, problem(CodePortrait)
	}
	face, err := m.o.Portrait(photo)
	if err != nil {
		return nil, &desk.Error{Op: "voucher.issue", Code: CodePortrait, Err: err}
	}
	return face, nil
}

// holder sets the fields that the purpose needs and no other.
func holder(o *order) (h voucher.Holder) {
	for _, f := range o.purpose.Fields {
		switch f {
		case desk.FieldName:
			h.FullName = o.subject.Name()
		case desk.FieldBirthDate:
			h.BirthDate = o.subject.BirthDate
		case desk.FieldNationality:
			h.Nationality = o.subject.Nationality
		case desk.FieldSex:
			h.Sex = map[string]uint8{"M": voucher.Male, "F": voucher.Female, "X": voucher.Other}[o.subject.Sex]
		}
	}
	return h
}

func (o *order) job(v *voucher.Voucher, text, serial string) Job {
	person := o.before.Person
	person.Number = o.number
	return Job{Voucher: v, Text: text, Serial: serial, Person: person, Kind: o.kind, Purpose: o.purpose, Recipient: o.recipient,
		Lang: o.lang, Second: o.second, Answer: o.before.Consent.Answer, Paper: o.paper,
		Unproven: o.before.Identified.Unproven, Seconded: o.before.Identified.Second != ""}
}

// Flags of a ledger row: what makes it worth a second look at day-end.
const (
	FlagSpoken   = "spoken-yes"
	FlagNoPhoto  = "no-photo"
	FlagSoftware = "software-key"
	FlagUnproven = "unproven-document"
	FlagName     = "name-by-hand"
)

func (o *order) row(v *voucher.Voucher, serial string, hash [32]byte) desk.LedgerRow {
	r := desk.LedgerRow{Serial: serial, State: desk.StateSigned, Day: day(v.IssuedAt), ExpiryDay: day(v.Expires),
		Audience: v.Audience, Purpose: o.purpose.Code, Clerk: o.before.Clerk, Hash: hash}
	if o.before.Consent.Answer == desk.YesSpoken {
		r.Flags = append(r.Flags, FlagSpoken)
	}
	if !o.before.Identified.Photo {
		r.Flags = append(r.Flags, FlagNoPhoto)
	}
	if o.before.Identified.Unproven {
		r.Flags = append(r.Flags, FlagUnproven)
	}
	if len(o.before.Names) > 0 {
		r.Flags = append(r.Flags, FlagName)
	}
	if e := o.before.Evidence; e != nil {
		r.Flags = append(r.Flags, FlagEvidence)
		if e.Attach {
			r.Flags = append(r.Flags, FlagAttach)
		}
	}
	if o.grant != nil {
		r.Flags = append(r.Flags, FlagGrant)
	}
	if o.before.Mode == desk.ModeHelpOnly {
		r.Flags = append(r.Flags, FlagHelpOnly)
	}
	if o.station.Software {
		r.Flags = append(r.Flags, FlagSoftware)
	}
	return r
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// start issues o beside the machine.
func (m *Machine) start(o *order) bool {
	return m.effect(func(ctx context.Context) { m.issue(ctx, o) })
}

// issue is T1 and, where it held, the first printing. T1 itself is not cut off by the end of Run.
func (m *Machine) issue(ctx context.Context, o *order) {
	var d drafted
	if err := m.useGrant(ctx, o); err != nil {
		clear(o.security)
		m.do(func() { m.notIssued(desk.Explain("visit.grant", err)) })
		return
	}
	parcel, err := m.p.Commit.Issue(context.WithoutCancel(ctx), func(slot Slot) (Signed, error) {
		d.wipe() // the store may try a transaction again
		var err error
		if o.mandate != nil {
			d, err = m.draftMandate(ctx, o, slot)
			return d.signed, err
		}
		d, err = m.draft(ctx, o, slot)
		return d.signed, err
	})
	clear(o.security)
	clear(o.photo)
	clear(d.signed.Before)
	clear(d.signed.COSE)
	if err != nil {
		d.wipe()
		m.do(func() { m.notIssued(desk.Explain("voucher.issue", err)) })
		return
	}
	m.do(func() { m.issued(o, &d, parcel) })
	if o.mandate != nil {
		m.noteHelper(ctx, o, d.signed.Row.Serial)
	} else if m.o.Remember != nil && o.grant == nil {
		m.o.Remember(o.purpose.Code, o.recipient.ID)
	}
	m.print(ctx, d.paper, 1)
}

// issued takes the signed voucher into the visit. The document has done its work and is wiped.
func (m *Machine) issued(o *order, d *drafted, parcel string) {
	v := m.visit
	o.security, o.photo = nil, nil
	v.order, v.record = o, d.record
	v.paper, v.job, v.hash = d.paper, d.job, d.before
	m.in.Serial, m.in.Parcel, m.in.Preview = d.signed.Row.Serial, parcel, d.paper.Preview
	m.changes++
	m.without(m.in.Serial)
	if m.in.Mandate == nil && v.grant == nil {
		m.last = [2]string{m.in.Purpose.Code, m.in.Recipient.ID}
	}
	m.log.Info("visit", "issued", m.in.Serial)
	m.scrub()
	m.refresh()
}

// notIssued is told that T1 did not happen. The person is asked again once the cause is gone.
func (m *Machine) notIssued(e *desk.Error) {
	m.in.Answer = desk.Unanswered
	if m.visit != nil && m.visit.order != nil { // a second one in the same visit: the card has been given back
		m.close(NotToday, "")
		m.tell(e)
		m.loadUnfinished()
		return
	}
	switch e.Code {
	case codeGlyphMissing: // no other purpose prints this name
		m.scrub()
		m.trouble(e, false)
	case codeTooLarge, CodePortrait:
		if m.in.Mandate != nil {
			m.helperBack()
		} else {
			m.step(Choose)
		}
		m.tell(e)
	default:
		m.step(Agree)
		m.tell(e)
	}
	m.loadUnfinished() // a store that failed while it answered may have written
	m.look()
}
