package station

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/doctor"
)

// SupportText is the support file of this counter, redacted, as it is shown before anybody saves it.
func (s *Station) SupportText(ctx context.Context) (string, error) {
	facts := []doctor.Line{{Name: "program", Value: About().Words()}, {Name: "system", Value: runtime.GOOS + "/" + runtime.GOARCH + ", " + strconv.Itoa(runtime.NumCPU()) + " processors"},
		{Name: "counter", Value: map[bool]string{true: "training", false: "real"}[s.o.Training]},
		{Name: "bundle", Value: fmt.Sprintf("version %d of %s, until %s", s.bundle.Version, s.bundle.MadeAt.Format(time.DateOnly), s.bundle.NotAfter.Format(time.DateOnly))}}
	for _, snap := range s.trust.Snapshots() {
		facts = append(facts, doctor.Line{Name: "list", Value: snap.Kind + " " + snap.MadeAt.Format(time.DateOnly)})
	}
	if rows, err := s.Printers(ctx); err == nil {
		for _, r := range rows {
			facts = append(facts, doctor.Line{Name: "printer", Value: strings.TrimSpace(r.Name + " " + r.Code)})
		}
	}
	st, err := s.store.Stats(ctx)
	if err != nil {
		return "", err
	}
	for state, n := range st.States {
		facts = append(facts, doctor.Line{Name: "queue", Value: fmt.Sprintf("%s %d", state, n)})
	}
	slices.SortStableFunc(facts[4:], func(a, b doctor.Line) int { return strings.Compare(a.Name+a.Value, b.Name+b.Value) })
	h := s.Health(ctx)
	h.Probes = append(h.Probes, s.Readers(ctx)...)
	return doctor.Support(s.clock.Time(), facts, h, private(s.o.Dir)), nil
}

// private are the words that name a user or a computer.
func private(dir string) (words []string) {
	if host, err := os.Hostname(); err == nil {
		words = append(words, host)
	}
	if u, err := user.Current(); err == nil && u.Username != "root" {
		words = append(words, u.Username, u.Name)
	}
	return append(words, dir)
}

// SaveSupport writes the text that was shown where a clerk finds it, and says where.
func (s *Station) SaveSupport(text string) (string, error) {
	name := "bangban-support-" + s.clock.Time().Format("20060102-150405") + ".txt"
	var last error
	for _, dir := range append(usual(), os.TempDir()) {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		path := filepath.Join(dir, name)
		if last = os.WriteFile(path, []byte(text), 0o600); last == nil {
			return path, nil
		}
	}
	return "", &desk.Error{Op: "support.save", Code: "file-unwritable", Args: map[string]string{"File": name}, Err: last}
}
