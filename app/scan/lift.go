package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"bangban/app/qrread"
)

// MaxBytes bounds a file that is looked at.
const MaxBytes = qrread.MaxBytes

// maxFound bounds what one file gives.
const maxFound = 24

// Found is one thing that may be a credential.
type Found struct {
	Data  []byte
	Where string // "picture code 2", "pdf code 1", "pdf", "file": part of the detail of a verdict
	Code  bool   // it was read off a picture or a page: somebody may have put it beside another
}

// Format implements fmt.Formatter so that no verb prints the data.
func (f Found) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "%s (%d bytes)", f.Where, len(f.Data)) }

// LogValue implements slog.LogValuer.
func (f Found) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(f)) }

// Lifted is what a file holds.
type Lifted struct {
	Found  []Found
	Beside []string // what was there and was not looked at, "CCITTFaxDecode" for one
}

// Lift finds what may be a credential in a file or text, in the order in which it should be tried. It fails with
// ErrNothing where a picture holds no code, and with ErrTooLarge.
func Lift(ctx context.Context, data []byte) (Lifted, error) {
	switch {
	case len(data) > MaxBytes:
		return Lifted{}, ErrTooLarge
	case isPicture(data):
		texts, err := qrread.DecodeFileContext(ctx, data)
		if err != nil {
			if ctx.Err() != nil {
				return Lifted{}, ctx.Err()
			}
			return Lifted{}, errors.Join(ErrNothing, err)
		}
		return Lifted{Found: found(texts, "picture code")}, nil
	case isPDF(data):
		return liftPDF(ctx, data)
	}
	return Lifted{Found: []Found{{Data: trimmed(data), Where: "file"}}}, ctx.Err()
}

func found(texts []string, where string) (all []Found) {
	for i, t := range texts {
		if i == maxFound {
			break
		}
		all = append(all, Found{Data: []byte(t), Where: fmt.Sprintf("%s %d", where, i+1), Code: true})
	}
	return all
}

// trimmed drops the line end that a text file ends in. Bytes stay as they are: a line end may be part of them.
func trimmed(in []byte) []byte {
	if bytes.ContainsFunc(in, func(r rune) bool { return r < ' ' && r != '\r' && r != '\n' && r != '\t' || r > '~' }) {
		return in
	}
	return bytes.TrimRight(in, "\r\n")
}

func isPicture(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) || bytes.HasPrefix(b, []byte("\xff\xd8\xff"))
}

// isPDF allows for what some programs write before the header (ISO 32000-1 annex H.3.4.1).
func isPDF(b []byte) bool { return bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")) }
