package station

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/qrread"
	"bangban/app/store"
	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formats"
	"bangban/cardreader/check"
)

// Presented is something that was shown, and how to judge it.
type Presented struct {
	Input      []byte // text, bytes, or a picture that holds a QR code
	Format     string // only this format; empty: any
	Audience   string // who judges; empty: the audience is shown, not judged
	Nonce      string
	Transcript []byte
	Trust      [][]byte // anchors for this call
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
		Training: s.o.Training, Transcript: p.Transcript}
	if s.bundle != nil {
		req.Own = s.bundle.Issuer
	}
	if s.store != nil {
		req.Ledger = ledger{s.store}
	}
	list := formats.All(formats.Deps{})
	if p.Format != "" {
		list = only(list, p.Format)
	}
	input, unread := text(p.Input)
	if unread {
		return verify.NewResult("", at, []check.Check{check.Unsure(verify.CheckFormat, check.Unreadable, "no code found in the picture")}), nil
	}
	return verify.Run(ctx, list, input, req)
}

func only(list []verify.Format, id string) (one []verify.Format) {
	for _, f := range list {
		if f.ID() == id {
			one = append(one, f)
		}
	}
	return one
}

// text takes the text of the code out of a picture; anything else passes as it is, without the line end that a text
// file ends in. unread: a picture without a code that can be read.
func text(in []byte) (out []byte, unread bool) {
	if !isPicture(in) {
		if bytes.ContainsFunc(in, func(r rune) bool { return r < ' ' && r != '\r' && r != '\n' && r != '\t' || r > '~' }) {
			return in, false // bytes, not text: a line end may be part of them
		}
		return bytes.TrimRight(in, "\r\n"), false
	}
	found, err := qrread.DecodeFile(in)
	if err != nil || len(found) == 0 {
		return nil, true
	}
	return []byte(found[0]), false
}

func isPicture(b []byte) bool {
	s := string(b[:min(len(b), 8)])
	return strings.HasPrefix(s, "\x89PNG\r\n\x1a\n") || strings.HasPrefix(s, "\xff\xd8\xff")
}

// ledger is the recipient's own record in the store.
type ledger struct{ store *store.Store }

func (l ledger) Uses(ctx context.Context, issuer string, serial uint64) (verify.Use, error) {
	u, err := l.store.Used(ctx, issuer, serial)
	return verify.Use{Seen: u.Seen, ID: u.ID, Count: u.Count}, err
}
