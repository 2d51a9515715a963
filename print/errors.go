package print

import (
	"errors"
	"fmt"
	"maps"
)

// Codes of errors that a person sees. Each has error.<code> and hint.<code> in the locale files.
const (
	CodeGlyphMissing  = "glyph-missing"          // Args: CodePoint
	CodeCodeTooLarge  = "code-too-large"         // the QR code would need a version above MaxCodeVersion
	CodeFolderMissing = "printer-folder-missing" // the folder printer's directory is not there
	CodeDiskFull      = "printer-disk-full"
	CodeCancelled     = "printer-cancelled"
	CodeRefused       = "printer-refused" // the device does not take this job: no bytes, no title
	CodeFailed        = "printer-failed"  // anything else that went wrong on the way to paper
)

// Sentinels of this package.
var (
	ErrFont   = errors.New("print: font not usable")
	ErrLayout = errors.New("print: sheet not drawable")
	ErrPDF    = errors.New("print: pdf not built")
	ErrArea   = errors.New("print: area not drawable")
	ErrSigner = errors.New("print: pdf not signed")
	ErrToken  = errors.New("print: time-stamp not usable")
)

// GlyphError says that no font can print a rune. It never holds the text the rune came from.
type GlyphError struct {
	CodePoint rune
}

func (e *GlyphError) Error() string { return "print: no glyph for " + e.codePoint() }

// Code is the desk code of the error.
func (e *GlyphError) Code() string { return CodeGlyphMissing }

// Args holds the code point as it is usually written: U+20BB7.
func (e *GlyphError) Args() map[string]string {
	return map[string]string{"CodePoint": e.codePoint()}
}

func (e *GlyphError) codePoint() string { return fmt.Sprintf("U+%04X", e.CodePoint) }

// Error is a failure with a code of this package. It carries no personal data.
type Error struct {
	code string
	args map[string]string
	err  error
}

// NewError makes an Error with a code of this package, its cause and the arguments of its sentence.
func NewError(code string, cause error, args map[string]string) *Error {
	return &Error{code: code, args: maps.Clone(args), err: cause}
}

func (e *Error) Error() string {
	if e.err != nil {
		return "print: " + e.code + ": " + e.err.Error()
	}
	return "print: " + e.code
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.err }

// Code is the desk code of the error.
func (e *Error) Code() string { return e.code }

// Args are the placeholders of the sentence.
func (e *Error) Args() map[string]string { return maps.Clone(e.args) }
