package pdfsig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"bangban/app/verify"
	"bangban/cardreader/check"
)

// ID is the format's name.
const ID = "pdf"

// maxShown bounds one claim.
const maxShown = 500

// Format implements verify.Format.
type Format struct{}

var _ verify.Format = Format{}

// ID is "pdf".
func (Format) ID() string { return ID }

// Sniff recognises the head of a PDF file.
func (Format) Sniff(b []byte) bool { return bytes.HasPrefix(b, []byte("%PDF-")) }

// Verify judges the signatures of a file.
func (Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	one := func(c check.Check) (*verify.Result, error) {
		return verify.NewResult(ID, req.At, []check.Check{c}), nil
	}
	f, err := parse(b)
	var found []*signature
	if err == nil {
		found, err = collect(f)
	}
	switch {
	case errors.Is(err, ErrUnreadable), errors.Is(err, ErrEncrypted):
		return one(check.Unsure("structure", check.Unreadable, sentence(err)))
	case errors.Is(err, ErrHybrid):
		return one(check.Unsure("structure", check.NotSupported, sentence(err)))
	case err != nil && bytes.Contains(b, []byte("/ByteRange")):
		return one(check.Fail("structure", check.Structure, sentence(err)))
	case err != nil:
		return one(check.Unsure("structure", check.Unreadable, sentence(err)))
	}
	return judge(ctx, f, found, req)
}

// sentence gives the first of an error's sentences, without what the file says.
func sentence(err error) string {
	for _, known := range []error{ErrUnreadable, ErrEncrypted, ErrHybrid} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ErrStructure.Error()
}

func judge(ctx context.Context, f *file, found []*signature, req verify.Request) (*verify.Result, error) {
	checks := []check.Check{check.Pass("structure", fmt.Sprintf("PDF, %d revisions", len(f.sections)))}
	var all []*judgement
	for _, s := range found {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		all = append(all, judgeOne(f, s, req))
	}
	signed := 0
	for i, j := range all {
		answered := slices.ContainsFunc(all[i+1:], func(later *judgement) bool {
			return later.proven && later.subFilter != stampFilter && later.revision == 0
		})
		j.judgeChanges(f, answered)
		checks = append(checks, j.checks...)
		if j.subFilter != stampFilter {
			signed++
		}
	}
	if signed == 0 {
		checks = append(checks, check.Unsure("signature", ReasonNotSigned, "a code on its pages is for the scanner"))
	} else {
		checks = append(checks, coverage(f, all))
	}
	checks = append(checks, judgeTime(all, req))
	checks = append(checks, judgeSM2(f, all, req)...)
	if req.Nonce != "" {
		checks = append(checks, check.Unsure("nonce", "no-key-binding", "a file answers no question"))
	}
	status := check.Unsure("status", check.NoList, "")
	status.Optional = true
	r := verify.NewResult(ID, req.At, append(checks, status))
	return r, conclude(r, f, all, signed)
}

// coverage: the newest signature, or one whose later changes were all judged, is over everything; bytes behind the last
// end of file that no table knows are nobody's.
func coverage(f *file, all []*judgement) check.Check {
	end := bytes.LastIndex(f.b, []byte("%%EOF"))
	if end < 0 || len(bytes.TrimRight(f.b[end+len("%%EOF"):], "\r\n\t \x00")) > 0 {
		return check.Unsure(CheckCoverage, ReasonOpen, "bytes behind the end of the file")
	}
	for _, j := range all {
		if j.revision == 0 && j.end > 0 {
			if len(bytes.TrimRight(f.b[min(j.end, len(f.b)):], "\r\n\t \x00")) > 0 {
				return check.Unsure(CheckCoverage, ReasonOpen, "bytes behind the last signature")
			}
			return check.Pass(CheckCoverage, "the whole file")
		}
	}
	return check.Pass(CheckCoverage, "later revisions judged by their changes")
}

// judgeTime: nothing is signed in the future.
func judgeTime(all []*judgement, req verify.Request) check.Check {
	detail := "no time of signing"
	for _, j := range all {
		if !j.at.IsZero() {
			detail = "signed " + j.at.Format(time.RFC3339) + map[bool]string{true: ", time-stamped", false: ", by the signer's clock"}[j.stamped]
		}
		if !req.ClockUnsure && !req.At.IsZero() && req.At.Add(skew).Before(j.at) {
			return check.Fail("time", check.NotYetValid, detail)
		}
	}
	if req.ClockUnsure || req.At.IsZero() {
		return check.Unsure("time", check.ClockUnsure, "")
	}
	return check.Pass("time", detail)
}

// conclude gives claims where every signature is proven and nothing was altered since.
func conclude(r *verify.Result, f *file, all []*judgement, signed int) error {
	if signed == 0 || slices.ContainsFunc(all, func(j *judgement) bool {
		return j.subFilter != stampFilter && (!j.proven || check.Overall(j.checks) != check.Passed)
	}) {
		return nil
	}
	r.Claims = verify.Claims{"signatures": strconv.Itoa(signed)}
	var names []string
	for _, j := range all {
		for _, snap := range j.rests {
			if fresh := snap.Freshness(r.At); !slices.Contains(r.Trust, fresh) {
				r.Trust = append(r.Trust, fresh)
			}
		}
		if j.signer != nil {
			names = append(names, j.signer.Subject.String())
		}
	}
	first := all[slices.IndexFunc(all, func(j *judgement) bool { return j.subFilter != stampFilter })]
	put := func(name, s string) {
		if s = verify.Clean(s); len(s) > maxShown {
			s = strings.ToValidUTF8(s[:maxShown], "") + "…"
		}
		if s != "" {
			r.Claims[name] = s
		}
	}
	put("signed_by", strings.Join(names, "; "))
	if !first.at.IsZero() {
		put("signed_at", first.at.Format(time.RFC3339)+map[bool]string{true: "", false: " (signer's clock)"}[first.stamped])
	}
	put("reason", decode(first.dict["Reason"]))
	put("location", decode(first.dict["Location"]))
	v := f.view(first.revision)
	if info, err := getDict(v, v.sections[0].trailer["Info"]); err == nil {
		if title, err := v.get(info["Title"]); err == nil {
			put("title", decode(title))
		}
	}
	return nil
}

// decode reads a text string (§7.9.2.2): UTF-16BE or UTF-8 by its mark, else Latin letters.
func decode(x any) string {
	t, _ := x.(text)
	switch b := t.bytes; {
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		var u []uint16
		for b = b[2:]; len(b) >= 2; b = b[2:] {
			u = append(u, uint16(b[0])<<8|uint16(b[1]))
		}
		return string(utf16.Decode(u))
	case bytes.HasPrefix(b, []byte{0xef, 0xbb, 0xbf}):
		return strings.ToValidUTF8(string(b[3:]), "\ufffd")
	default:
		out := make([]rune, len(b))
		for i, c := range b {
			out[i] = rune(c)
		}
		return string(out)
	}
}
