package ofd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// ID is the format's name.
const ID = "ofd"

// Format implements verify.Format.
type Format struct{}

var _ verify.Format = Format{}

// ID is "ofd".
func (Format) ID() string { return ID }

// Sniff recognises a zip file that speaks of OFD.xml.
func (Format) Sniff(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) && bytes.Contains(b, []byte(rootFile))
}

// Verify judges a document.
func (f Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	one := func(c check.Check) (*verify.Result, error) {
		return verify.NewResult(ID, req.At, []check.Check{c}), nil
	}
	if !f.Sniff(b) {
		return one(check.Unsure("structure", check.Unreadable, ""))
	}
	a, err := openArchive(b)
	var docs []*document
	if err == nil {
		docs, err = parse(a)
	}
	switch {
	case errors.Is(err, ErrUnreadable), errors.Is(err, ErrEncrypted):
		return one(check.Unsure("structure", check.Unreadable, sentence(err)))
	case err != nil:
		return one(check.Fail("structure", check.Structure, sentence(err)))
	}
	return judgeAll(ctx, a, docs, req)
}

// sentence gives the first of an error's sentences; what a library adds may quote the bytes.
func sentence(err error) string {
	for _, known := range []error{ErrEncrypted, ErrTooLarge, ErrArchive, ErrXML, ErrMissing, ErrSeal, ErrUnreadable} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ErrStructure.Error()
}

func judgeAll(ctx context.Context, a *archive, docs []*document, req verify.Request) (*verify.Result, error) {
	checks := []check.Check{check.Pass("structure", "GB/T 33190")}
	covered := map[string]bool{}
	var all []*judgement
	var seals, signers []string
	signed, total := true, 0
	for _, d := range docs {
		signed = signed && len(d.signatures) > 0
		covered[d.list] = true
		for i, s := range d.signatures {
			total++
			j, err := s.judge(ctx, a, d.list, i == len(d.signatures)-1, req)
			if err != nil {
				return nil, err
			}
			all = append(all, j)
			checks = append(checks, j.checks...)
			if j.seal != "" && !slices.Contains(seals, j.seal) {
				seals = append(seals, j.seal)
			}
			if j.signer != "" && !slices.Contains(signers, j.signer) {
				signers = append(signers, j.signer)
			}
			for _, r := range s.references {
				covered[r.file] = true
			}
			for _, m := range s.machinery() {
				covered[m] = true
			}
			covered[s.sealFile] = covered[s.sealFile] || s.sealFile != ""
		}
	}
	if !signed {
		checks = append(checks, check.Unsure("signature", ReasonNotSigned, ""))
	} else {
		checks = append(checks, coverage(a, covered, total))
	}
	checks = append(checks, judgeTime(all, docs, req))
	if req.Nonce != "" {
		checks = append(checks, check.Unsure("nonce", "no-key-binding", "a file answers no question"))
	}
	status := check.Unsure("status", check.NoList, "")
	status.Optional = true
	r := verify.NewResult(ID, req.At, append(checks, status))
	trusted := signed && !slices.ContainsFunc(all, func(j *judgement) bool { return !j.trusted }) && checkNamed(checks, CheckCoverage).Verdict == check.Passed
	if trusted {
		r.Claims = docs[0].meta.claims(seals, signers)
		r.Trust = freshness(all, req.At)
	}
	return r, nil
}

func checkNamed(checks []check.Check, name string) check.Check {
	for _, c := range checks {
		if c.Name == name {
			return c
		}
	}
	return check.Check{}
}

func freshness(all []*judgement, at time.Time) (out []verify.Freshness) {
	for _, j := range all {
		for _, snap := range j.rests {
			if f := trust.Snapshot.Freshness(snap, at); !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// coverage tells files that no signature is over: a reader may show them, and nobody signed them.
func coverage(a *archive, covered map[string]bool, signatures int) check.Check {
	open := 0
	for _, name := range a.names {
		if !covered[name] {
			open++
		}
	}
	if open > 0 {
		return check.Unsure(CheckCoverage, ReasonNotCovered, fmt.Sprintf("%d of %d files", open, len(a.names)))
	}
	return check.Pass(CheckCoverage, fmt.Sprintf("%d files, %d signatures", len(a.names), signatures))
}

// judgeTime: nothing is signed in the future, and a licence that says when it ends has not ended.
func judgeTime(all []*judgement, docs []*document, req verify.Request) check.Check {
	detail := "no time of signing"
	for _, j := range all {
		if !j.at.IsZero() {
			detail = "signed " + j.at.Format(time.RFC3339) + ", by the signer's clock"
		}
		if !req.ClockUnsure && !req.At.IsZero() && req.At.Add(skew).Before(j.at) {
			return check.Fail("time", check.NotYetValid, detail)
		}
	}
	for _, d := range docs {
		if ends := d.meta.ends(); !req.ClockUnsure && !ends.IsZero() && !req.At.Before(ends) {
			return check.Fail("time", check.Expired, ends.Add(-24*time.Hour).Format(time.DateOnly))
		}
	}
	switch {
	case req.ClockUnsure || req.At.IsZero():
		return check.Unsure("time", check.ClockUnsure, "")
	case detail == "no time of signing" && len(all) > 0:
		return check.Unsure("time", check.NotChecked, detail)
	}
	return check.Pass("time", detail)
}
