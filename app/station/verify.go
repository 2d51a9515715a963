package station

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/qrread"
	"bangban/app/scan"
	"bangban/app/store"
	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formats"
	"bangban/app/verify/pdfsig"
	"bangban/cardreader/check"
)

// Presented is something that was shown, and how to judge it.
type Presented struct {
	Input      []byte // text, bytes, or a picture that holds a QR code
	Format     string // only this format; empty: any
	Audience   string // who judges; empty: the audience is shown, not judged
	Nonce      string
	Transcript []byte
	Handover   *verify.Handover // what was asked over OpenID4VP, in place of Transcript
	Bearer     verify.Bearer    // who shows it, where that is judged
	ReaderKey  []byte           // PKCS #8, PEM or DER: the reader's ephemeral key of the session
	Trust      [][]byte         // anchors for this call
}

// Verify judges what was shown, for a folder that may not exist yet: then nothing is trusted but p.Trust. A folder that
// exists is opened read-only beside a running counter; only the ledger's note of a Passed judgement with an audience is
// left out then.
func Verify(ctx context.Context, o Options, p Presented) (*verify.Result, error) {
	o.fill()
	s := &Station{o: o, dir: dataDir(o.Dir), clock: NewClock(o.Now)}
	fresh, err := s.dir.settle(o.Training)
	if err != nil {
		return nil, err
	}
	if fresh {
		s.trust = trust.New(nil)
		return s.verify(ctx, p)
	}
	o.ReadOnly = true
	if s, err = Open(ctx, o); err != nil {
		return nil, err
	}
	res, err := s.verify(ctx, p)
	return res, errors.Join(err, s.Close())
}

// Verify judges what was shown at this counter. A Passed judgement with an audience notes issuer, serial and id, which
// consumes nothing.
func (s *Station) Verify(ctx context.Context, p Presented) (*verify.Result, error) {
	res, err := s.verify(ctx, p)
	if err != nil || s.o.ReadOnly || p.Audience == "" || res.Seen == nil || res.Verdict != check.Passed {
		return res, err
	}
	if err := s.store.See(ctx, res.Seen.Series(), res.Seen.Serial, res.Seen.ID, p.Audience); err != nil {
		return nil, err
	}
	return res, nil
}

func (s *Station) verify(ctx context.Context, p Presented) (*verify.Result, error) {
	anchors := s.trust.Clone()
	for _, t := range p.Trust {
		if err := anchors.Add(t, "--trust", time.Time{}); err != nil {
			return nil, &desk.Error{Op: "verify", Code: "trust-unreadable", Err: err}
		}
	}
	at, _, sure := s.clock.Now()
	if !s.o.At.IsZero() {
		at, sure = s.o.At, true
	}
	req := verify.Request{At: at, ClockUnsure: !sure, Audience: p.Audience, Nonce: p.Nonce, Anchors: anchors,
		Training: s.o.Training, Transcript: p.Transcript, Handover: p.Handover}
	var err error
	if req.ReaderKey, err = readerKey(p.ReaderKey); err != nil {
		return nil, &desk.Error{Op: "verify", Code: "trust-unreadable", Err: err}
	}
	if s.bundle != nil {
		req.Own = s.bundle.Issuer
	}
	if s.store != nil {
		req.Ledger = ledger{s.store}
	}
	online, broken := s.providers()
	list := formats.All(formats.Deps{Online: online})
	if p.Format != "" {
		list = only(list, p.Format, pdfsig.ID) // whoever wants a voucher and shows a signed file wants both judged
	}
	res, err := lift(ctx, list, p.Input, req)
	if err != nil {
		return nil, err
	}
	if broken != nil && noContainer(res) { // what nothing else reads may be a code of that platform
		return nil, broken
	}
	if res, err = s.takenBack(ctx, res); err != nil {
		return nil, err
	}
	res.Judge(p.Bearer)
	return res, nil
}

// lift judges what lies in a file: each thing that may be a credential, in the order of scan.Lift, until one can be read.
// A PDF that somebody signed is judged as that and by the code on its pages, whichever is worse.
func lift(ctx context.Context, list []verify.Format, input []byte, req verify.Request) (*verify.Result, error) {
	lifted, err := scan.Lift(ctx, input)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, qrread.ErrPart):
		return unreadable(req.At, "one of several codes; all of them must be in the picture"), nil
	case errors.Is(err, scan.ErrTooLarge), errors.Is(err, qrread.ErrTooLarge):
		return unreadable(req.At, "too large to be looked at"), nil
	case err != nil:
		return unreadable(req.At, "no code found in the picture"), nil
	}
	inside := attachedTexts(input)
	lifted.Found = orAttached(lifted.Found, inside)
	var first, signed *verify.Result
	var tried []string
	if n := len(lifted.Found) - 1; n > 0 && lifted.Found[n].Where == wherePDF && bytes.Contains(input, []byte("/ByteRange")) {
		if signed, err = verify.Run(ctx, list, input, req); err != nil {
			return nil, err
		}
		lifted.Found = lifted.Found[:n]
		if noContainer(signed) {
			tried, first, signed = append(tried, wherePDF), signed, nil
		}
	}
	var read codes
	for _, f := range lifted.Found {
		if read.count > 0 && !f.Code { // a file, and papers inside one, are asked where no code was read
			continue
		}
		res, err := verify.Run(ctx, list, f.Data, req)
		if err != nil {
			return nil, err
		}
		if !noContainer(res) {
			read.take(res, f)
			continue
		}
		if first == nil {
			first = res
		}
		tried = append(tried, f.Where)
	}
	if read.count > 0 {
		return withAttached(both(signed, read.worst(), read.found.Where), inside, read.found), nil
	}
	if signed != nil {
		return signed, nil
	}
	if len(tried) == 1 && len(lifted.Beside) == 0 {
		return first, nil
	}
	detail := "tried " + strings.Join(tried, ", ")
	if len(lifted.Beside) > 0 {
		detail += "; not looked at: " + strings.Join(lifted.Beside, ", ")
	}
	return unreadable(req.At, detail), nil
}

// wherePDF is how package scan calls the whole PDF.
const wherePDF = "pdf"

// readerKey reads a private key for key agreement; nil of nothing.
func readerKey(b []byte) (*ecdh.PrivateKey, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if block, _ := pem.Decode(b); block != nil {
		b = block.Bytes
	}
	k, err := x509.ParsePKCS8PrivateKey(b)
	if err != nil {
		return nil, err
	}
	switch k := k.(type) {
	case *ecdh.PrivateKey:
		return k, nil
	case *ecdsa.PrivateKey:
		return k.ECDH()
	}
	return nil, errors.New("station: not a key for key agreement")
}

// noContainer tells whether nothing could read the bytes.
func noContainer(r *verify.Result) bool {
	return slices.ContainsFunc(r.Checks, func(c check.Check) bool {
		return c.Reason == check.Unreadable && (c.Name == verify.CheckFormat || c.Name == "structure")
	})
}

// sameOffice tells whether the institution that a file's signature goes back to issued the code on it, and its lists were
// asked: a passed status.
func sameOffice(signed, code *verify.Result) bool {
	issuer := code.Claims["issuer"]
	return issuer != "" && slices.ContainsFunc(signed.Checks, func(c check.Check) bool {
		return c.Name == "issuer" && c.Verdict == check.Passed && c.Detail == "institution "+issuer
	}) && slices.ContainsFunc(code.Checks, func(c check.Check) bool { return c.Name == "status" && c.Verdict == check.Passed })
}

// both joins the judgement of a signed file with that of the code on its pages. What one of the two says counts only where
// that one is proven; the whole is the worse of both.
func both(signed, code *verify.Result, where string) *verify.Result {
	if signed == nil {
		return code
	}
	checks := slices.Clone(signed.Checks)
	if sameOffice(signed, code) { // the lists that were asked about the code answer for the file
		checks = slices.DeleteFunc(checks, func(c check.Check) bool { return c.Reason == check.NoList && c.Optional })
	}
	checks = append(checks, sameSigner(signed, code)...)
	for _, c := range code.Checks {
		c.Detail = strings.TrimRight(where+": "+c.Detail, ": ")
		checks = append(checks, c)
	}
	r := verify.NewResult(signed.Format+"+"+code.Format, signed.At, checks)
	r.Claims, r.Trust, r.Seen = code.Claims, slices.Clone(code.Trust), code.Seen
	if r.Claims == nil {
		r.Claims = signed.Claims
	}
	for _, t := range signed.Trust {
		if !slices.Contains(r.Trust, t) {
			r.Trust = append(r.Trust, t)
		}
	}
	return r
}

func unreadable(at time.Time, detail string) *verify.Result {
	return verify.NewResult("unknown", at, []check.Check{check.Unsure(verify.CheckFormat, check.Unreadable, detail)})
}

func only(list []verify.Format, ids ...string) (some []verify.Format) {
	for _, f := range list {
		if slices.Contains(ids, f.ID()) {
			some = append(some, f)
		}
	}
	return some
}

// ledger is the recipient's own record in the store.
type ledger struct{ store *store.Store }

func (l ledger) Uses(ctx context.Context, issuer string, serial uint64) (verify.Use, error) {
	u, err := l.store.Used(ctx, issuer, serial)
	return verify.Use{Seen: u.Seen, ID: u.ID, Count: u.Count}, err
}
