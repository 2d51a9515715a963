package vds

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// ID is the format's name.
const ID = "vds"

const (
	maxShown  = 1000 // characters of one value
	maxClaims = 256
)

// Format implements verify.Format.
type Format struct{}

var _ verify.Format = Format{}

// ID is "vds".
func (Format) ID() string { return ID }

// Sniff recognises the magic byte of a seal, and JSON with data and sig.
func (Format) Sniff(b []byte) bool {
	return len(b) > 20 && b[0] == magic && (b[1] == 2 || b[1] == 3) || isNC(b)
}

func isNC(b []byte) bool {
	b = bytes.TrimSpace(b[:min(len(b), maxJSON+1)])
	return bytes.HasPrefix(b, []byte("{")) && bytes.Contains(b, []byte(`"sigvl"`)) && bytes.Contains(b, []byte(`"hdr"`))
}

// Verify judges the content of a code.
func (Format) Verify(ctx context.Context, b []byte, req verify.Request) (*verify.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var judge interface {
		judge(verify.Request) *verify.Result
	}
	var err error
	if isNC(b) {
		judge, err = parseNC(bytes.TrimSpace(b))
	} else {
		judge, err = parseSeal(b)
	}
	switch {
	case errors.Is(err, ErrUnreadable):
		return verify.NewResult(ID, req.At, []check.Check{check.Unsure("structure", check.Unreadable, "")}), nil
	case err != nil:
		return verify.NewResult(ID, req.At, []check.Check{check.Fail("structure", check.Structure, first(err))}), nil
	}
	return judge.judge(req), nil
}

// first gives the first of an error's sentences.
func first(err error) string {
	for _, known := range []error{trust.ErrTooLarge, trust.ErrStructure, ErrStructure} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ""
}

// flatten writes what msg says, names inside others after a point.
func flatten(out verify.Claims, name string, v any) {
	if len(out) >= maxClaims || len(name) > 200 {
		return
	}
	s := ""
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			flatten(out, strings.TrimPrefix(name+"."+verify.Clean(k), "."), e)
		}
		return
	case []any:
		for i, e := range x {
			flatten(out, name+"."+strconv.Itoa(i), e)
		}
		return
	case string:
		s = verify.Clean(x)
	case json.Number:
		s = x.String()
	case bool:
		s = strconv.FormatBool(x)
	}
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	if s != "" {
		out[name] = s
	}
}
