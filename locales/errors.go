package locales

import "errors"

// ErrNoLanguage says that there is no file for the language.
var ErrNoLanguage = errors.New("locales: no such language")
