package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"bangban/app/verify"
	"bangban/cardreader/check"
)

// Provider is somebody who can be asked about a code.
type Provider interface {
	ID() string // of the format of its results
	Knows(code string) bool
	Ask(ctx context.Context, code string, req verify.Request) (*verify.Result, error)
}

// Format implements verify.Format over providers. The zero Format knows no code.
type Format struct{ Providers []Provider }

var _ verify.Format = Format{}

// ID is "network-identity".
func (Format) ID() string { return ID }

// Sniff asks the providers whether the code is one of theirs. It is text of one line, or the phone's JSON object.
func (f Format) Sniff(b []byte) bool { return f.of(string(bytes.TrimSpace(b))) != nil }

func (f Format) of(code string) Provider {
	if len(code) == 0 || len(code) > maxCode {
		return nil
	}
	for _, p := range f.Providers {
		if p.Knows(code) {
			return p
		}
	}
	return nil
}

// Verify asks the first provider that knows the code.
func (f Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	code := string(bytes.TrimSpace(b))
	p := f.of(code)
	if p == nil {
		return verify.NewResult(ID, req.At, []check.Check{check.Unsure(verify.CheckFormat, check.Unreadable, "")}), nil
	}
	return p.Ask(ctx, code, req)
}

// NeedsCallBack tells whether a result could not be had now: the code is worthless by the time it can, so that the person
// is called back and shows another.
func NeedsCallBack(r *verify.Result) bool {
	return (r.Format == ID || r.Format == IDSimulated) && slices.ContainsFunc(r.Checks, func(c check.Check) bool {
		return c.Name == CheckPlatform && c.Verdict == check.Indeterminate
	})
}

// ID implements Provider.
func (p *Platform) ID() string { return ID }

// Knows implements Provider: only codes that begin as the platform's do are sent to it.
func (p *Platform) Knows(code string) bool {
	return slices.ContainsFunc(p.c.Prefixes, func(prefix string) bool { return strings.HasPrefix(code, prefix) })
}

// Ask implements Provider.
func (p *Platform) Ask(ctx context.Context, code string, req verify.Request) (*verify.Result, error) {
	a, err := p.ask(ctx, code)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, errDown):
		return verify.NewResult(ID, req.At, []check.Check{check.Unsure(CheckPlatform, ReasonNoNetwork, p.c.Name)}), nil
	case errors.Is(err, errAnswer):
		return verify.NewResult(ID, req.At, []check.Check{check.Unsure(CheckPlatform, ReasonPlatform, p.c.Name)}), nil
	case err != nil:
		return nil, err
	}
	checks := []check.Check{check.Pass(CheckPlatform, p.c.Name+", "+p.host), p.judgeSignature(a), p.judgeSerial(a), p.judgeTime(a, req), p.judgeOutcome(a)}
	r := verify.NewResult(ID, req.At, checks)
	if r.Verdict == check.Passed {
		r.Claims = p.claims(a)
		r.Trust = []verify.Freshness{{Kind: "platform", Snapshot: p.c.Name}}
	}
	return r, nil
}

func (p *Platform) judgeSignature(a *answer) check.Check {
	if p.c.Platform == nil {
		c := check.Unsure(CheckSignature, check.NotChecked, "no key of the platform is configured: its TLS certificate alone vouches")
		c.Optional = true
		return c
	}
	detail := signatureOf(p.c.Platform) + " key of " + p.c.Name
	if !verifies(p.c.Platform, a.body, a.signature) {
		return check.Fail(CheckSignature, check.WrongSignature, detail)
	}
	return check.Pass(CheckSignature, detail)
}

// judgeSerial: an answer to another question says nothing.
func (p *Platform) judgeSerial(a *answer) check.Check {
	if s, _ := find(a.fields, p.c.Fields.Serial).(string); s != a.serial {
		return check.Fail("nonce", "wrong-nonce", "")
	}
	return check.Pass("nonce", "")
}

func (p *Platform) judgeTime(a *answer, req verify.Request) check.Check {
	at, ok := moment(find(a.fields, p.c.Fields.Time))
	switch {
	case !ok:
		c := check.Unsure("freshness", check.NotChecked, "the platform names no time")
		c.Optional = true // the answer came in this connection
		return c
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure("freshness", check.ClockUnsure, "")
	case req.At.Sub(at).Abs() > answerLife:
		return check.Fail("freshness", "not-fresh", at.Format(time.RFC3339))
	}
	return check.Pass("freshness", at.Format(time.RFC3339))
}

// moment reads milliseconds, seconds or RFC 3339.
func moment(v any) (time.Time, bool) {
	text, ok := v.(string)
	if n, number := v.(json.Number); number {
		text, ok = n.String(), true
	}
	if !ok || text == "" {
		return time.Time{}, false
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), true
	}
	n, err := json.Number(text).Int64()
	switch {
	case err != nil || n <= 0:
		return time.Time{}, false
	case n > 1e11:
		return time.UnixMilli(n).UTC(), true
	}
	return time.Unix(n, 0).UTC(), true
}

func (p *Platform) judgeOutcome(a *answer) check.Check {
	code := text(find(a.fields, p.c.Fields.Outcome), 40)
	if code == "" || !slices.Contains(p.c.Accepted, code) {
		return check.Fail(CheckAnswer, ReasonRefused, code)
	}
	return check.Pass(CheckAnswer, code)
}

func (p *Platform) claims(a *answer) verify.Claims {
	out := verify.Claims{"platform": p.c.Name}
	for name, field := range map[string]string{"name": p.c.Fields.Name, "number": p.c.Fields.Number, "pid": p.c.Fields.PID} {
		if s := text(find(a.fields, field), 200); s != "" {
			out[name] = s
		}
	}
	return out
}

func text(v any, limit int) string {
	s, ok := v.(string)
	if n, number := v.(json.Number); number {
		s, ok = n.String(), true
	}
	if !ok || len(s) > limit {
		return ""
	}
	return verify.Clean(s)
}

// simulated marks everything that the simulator says.
const simulated = "SIMULATED"

// SimulatorPrefix begins the codes of the simulator: SIM-NETID:name:masked number, or SIM-NETID-NO: for one that is refused,
// SIM-NETID-OFF: for no network.
const SimulatorPrefix = "SIM-NETID"

// Simulator stands in for a platform in training. Nothing is asked of anybody.
type Simulator struct{}

// ID implements Provider.
func (Simulator) ID() string { return IDSimulated }

// Knows implements Provider.
func (Simulator) Knows(code string) bool { return strings.HasPrefix(code, SimulatorPrefix) }

// Ask implements Provider.
func (Simulator) Ask(_ context.Context, code string, req verify.Request) (*verify.Result, error) {
	head, rest, _ := strings.Cut(code, ":")
	training := check.Pass("training", simulated)
	if !req.Training {
		training = check.Fail("training", check.TrainingPaper, simulated)
	}
	if head == SimulatorPrefix+"-OFF" {
		return verify.NewResult(IDSimulated, req.At, []check.Check{check.Unsure(CheckPlatform, ReasonNoNetwork, simulated), training}), nil
	}
	answer := check.Pass(CheckAnswer, simulated)
	if head != SimulatorPrefix {
		answer = check.Fail(CheckAnswer, ReasonRefused, simulated)
	}
	r := verify.NewResult(IDSimulated, req.At, []check.Check{check.Pass(CheckPlatform, simulated), check.Pass(CheckSignature, simulated), answer, training})
	if r.Verdict == check.Passed {
		name, number, _ := strings.Cut(rest, ":")
		r.Claims = verify.Claims{"platform": simulated, "name": text(name, 200), "number": text(number, 200)}
		r.Trust = []verify.Freshness{{Kind: "platform", Snapshot: simulated}}
	}
	return r, nil
}
