package sheets

import "errors"

// Sentinels of this package. Text that cannot be printed comes as *print.GlyphError, a code that is too large as
// *print.Error.
var (
	ErrPaper = errors.New("sheets: unknown paper size")
	ErrData  = errors.New("sheets: a needed field is missing")
)
