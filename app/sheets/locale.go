package sheets

import "bangban/locales"

// In makes a Language of a catalogue of the program.
func In(c *locales.Catalog) Language {
	return Language{Tag: c.Tag(), T: func(key string, args map[string]string) string { return c.T(key, args) }}
}
