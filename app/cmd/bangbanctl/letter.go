package main

import (
	"fmt"
	"io"
	"time"

	"bangban/app/institution"
	"bangban/locales"
)

// letterText collects a letter.
type letterText struct{ b []byte }

func (t *letterText) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	return len(p), nil
}

// letter writes an enrolment letter as plain text, in Chinese and in English: whoever opens the envelope must understand
// it.
func (e *env) letter(w io.Writer, l *institution.Letter) error {
	for n, tag := range []string{"zh-Hans", "en"} {
		c, err := locales.Open(tag)
		if err != nil {
			return err
		}
		if n > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s\n%s (%s)\n\n", c.T("letter.title", nil), l.Institution, l.Issuer)
		if l.Station != "" {
			fmt.Fprintln(w, c.T("letter.station", map[string]string{"Station": l.Station}))
		} else {
			fmt.Fprintln(w, c.T("letter.clerk", map[string]string{"Clerk": l.Clerk}))
		}
		fmt.Fprintln(w, c.T("letter.code", map[string]string{"Code": l.Code, "Until": l.Until.Format(time.DateOnly)}))
		if l.Station != "" {
			fmt.Fprintln(w, c.T("letter.fingerprint", nil))
			fmt.Fprint(w, groups(l.Fingerprint))
			fmt.Fprintln(w, c.T("letter.how", nil))
		} else {
			fmt.Fprintln(w, c.T("letter.first", nil))
		}
	}
	return nil
}

// groups sets the twelve groups in three lines, as they are read aloud and typed.
func groups(fingerprint string) string {
	const line = 4*4 + 3
	var out string
	for len(fingerprint) > line {
		out, fingerprint = out+"    "+fingerprint[:line]+"\n", fingerprint[line+1:]
	}
	return out + "    " + fingerprint + "\n"
}
