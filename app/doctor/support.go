package doctor

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"bangban/app/desk"
)

// Line is one fact of a support file.
type Line struct{ Name, Value string }

// Support is the text of a support file: what this counter is and how its parts feel, for somebody far away who helps. It
// names nobody: what could be a number, a name of a user or a computer is struck out, in codes of ours too.
func Support(at time.Time, facts []Line, h desk.Health, private []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "bangban support file, %s\n\n", at.UTC().Format(time.RFC3339))
	for _, f := range facts {
		fmt.Fprintf(&b, "%-12s %s\n", f.Name, Redact(f.Value, private))
	}
	b.WriteString("\n")
	for _, p := range h.Probes {
		line := fmt.Sprintf("%-10s %-8s %s", p.Name, levelWord(p.Level), p.Code)
		for _, k := range []string{"Cause", "MB", "Count", "List", "Devices", "Ports"} {
			if v := p.Args[k]; v != "" {
				line += "  " + k + "=" + v
			}
		}
		b.WriteString(strings.TrimRight(Redact(line, private), " ") + "\n")
	}
	return b.String()
}

func levelWord(l desk.Level) string {
	return [...]string{"unknown", "good", "warn", "stop"}[min(l, desk.LevelStop)]
}

// struck stands where something was struck out.
const struck = "▇"

var (
	longNumber = regexp.MustCompile(`[0-9][0-9Xx-]{7,}`)
	mailOrHost = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+`)
	homeFolder = regexp.MustCompile(`(?i)(/home/|/Users/|[A-Z]:\\Users\\)[^/\\\s]+`)
)

// Redact strikes out what a support file must not say: numbers that are long enough to be somebody's, addresses, home
// folders, and the words that the caller names (user, computer). Dates stay.
func Redact(s string, private []string) string {
	for _, p := range private {
		if len(p) > 1 {
			s = strings.ReplaceAll(s, p, struck)
		}
	}
	s = homeFolder.ReplaceAllString(s, "${1}"+struck)
	s = mailOrHost.ReplaceAllString(s, struck)
	return longNumber.ReplaceAllStringFunc(s, func(n string) string {
		if _, err := time.Parse(time.DateOnly, n); err == nil {
			return n
		}
		return struck
	})
}
