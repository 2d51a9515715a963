package station

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/doctor"
	"bangban/app/flow"
	"bangban/app/sheets"
	"bangban/cardreader/pcsc"
	"bangban/print"
)

// Founder makes a real counter in a folder where there is none, a step at a time. It implements flow.Founding.
type Founder struct {
	O     Options
	Where []string // folders that are looked through for the institution's files; nil: sticks, and where browsers save
}

var _ flow.Founding = Founder{}

// Bounds of the search for files.
const (
	foundMost  = 9 // what one digit chooses
	foundDepth = 2
	foundBytes = 1 << 20 // of an answer
)

// usual are the folders where sticks and downloads lie.
func usual() (dirs []string) {
	if home, err := os.UserHomeDir(); err == nil {
		for _, d := range []string{"Downloads", "下载", "Desktop", "桌面", ""} {
			dirs = append(dirs, filepath.Join(home, d))
		}
	}
	if runtime.GOOS == "windows" {
		for letter := 'D'; letter <= 'Z'; letter++ {
			dirs = append(dirs, string(letter)+`:\`)
		}
		return dirs
	}
	for _, at := range []string{"/media/*/*", "/run/media/*/*", "/media/*", "/mnt/*", "/Volumes/*"} {
		found, _ := filepath.Glob(at)
		dirs = append(dirs, found...)
	}
	return dirs
}

// Files implements flow.Founding: the newest first.
func (f Founder) Files(ctx context.Context, answers bool) []string {
	where := f.Where
	if where == nil {
		where = usual()
	}
	type found struct {
		path string
		at   time.Time
	}
	var all []found
	seen := map[string]bool{}
	for _, dir := range where {
		for depth, pattern := 0, "*"; depth < foundDepth && ctx.Err() == nil; depth, pattern = depth+1, pattern+"/*" {
			paths, _ := filepath.Glob(filepath.Join(dir, pattern))
			for _, p := range paths {
				info, err := os.Stat(p)
				if err == nil && info.Mode().IsRegular() && !seen[p] && looksLike(p, info.Size(), answers) {
					seen[p] = true
					all = append(all, found{p, info.ModTime()})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return b.at.Compare(a.at) })
	var out []string
	for _, a := range all[:min(len(all), foundMost)] {
		out = append(out, a.path)
	}
	return out
}

// looksLike goes by the name only: what is in a file is looked at when it is chosen.
func looksLike(path string, size int64, answers bool) bool {
	name := strings.ToLower(filepath.Base(path))
	if answers {
		return size < foundBytes && strings.Contains(name, "answer") && !strings.HasSuffix(name, ".request.pem")
	}
	return size <= bundle.MaxFile && (strings.HasSuffix(name, ".bundle") || name == "bundle")
}

func readFile(op, path string, most int64) ([]byte, error) {
	unreadable := func(err error) error {
		return &desk.Error{Op: op, Code: "file-unreadable", Args: map[string]string{"File": filepath.Base(path)}, Err: err}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, unreadable(err)
	}
	return b, nil
}

// Bundle implements flow.Founding.
func (f Founder) Bundle(_ context.Context, path string) (flow.BundleLook, error) {
	b, err := readFile("setup.bundle", path, bundle.MaxFile)
	if err != nil {
		return flow.BundleLook{}, err
	}
	o := f.O
	o.Training, o.Dir = false, filepath.Join(f.O.Dir, "none") // it is compared with nothing yet
	show, err := ShowBundle(o, b, "")
	if err != nil {
		return flow.BundleLook{}, err
	}
	if show.Training {
		return flow.BundleLook{}, &desk.Error{Op: "setup.bundle", Code: bundle.CodeTraining}
	}
	day, _, _ := strings.Cut(show.MadeAt, "T")
	return flow.BundleLook{Name: show.Name, Issuer: show.Issuer, Version: show.Version, MadeAt: day, Groups: strings.Split(show.Fingerprint, "-")}, nil
}

// Found implements flow.Founding. The request is also written beside the bundle, so that it goes back on the same stick.
func (f Founder) Found(ctx context.Context, path, fingerprint, name, code string) (string, error) {
	b, err := readFile("setup.bundle", path, bundle.MaxFile)
	if err != nil {
		return "", err
	}
	request, err := SetUp(ctx, f.O, Setup{Bundle: b, Fingerprint: fingerprint, Station: name, Code: code})
	if err != nil {
		return "", err
	}
	beside := filepath.Join(filepath.Dir(path), name+".request.pem")
	if os.WriteFile(beside, request, 0o644) == nil {
		return beside, nil
	}
	return dataDir(f.O.Dir).request(), nil // it lies in the data folder all the same
}

// Answer implements flow.Founding.
func (f Founder) Answer(ctx context.Context, path string) (err error) {
	var file []byte
	if path != "" {
		if file, err = readFile("setup.answer", path, foundBytes); err != nil {
			return err
		}
	}
	o := f.O
	o.Training, o.Awaiting = false, true
	s, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if path == "" {
		return s.EnrolOnline(ctx, "")
	}
	return s.Import(ctx, file)
}

// Awaiting says where the request of a counter lies that the institution has not answered; empty: it is not one.
func Awaiting(o Options) string {
	d := dataDir(o.Dir)
	kind, err := d.readKind()
	if err != nil || kind != kindReal {
		return ""
	}
	if _, err := os.Lstat(d.answer()); err == nil {
		return ""
	}
	return d.request()
}

// Unset tells whether there is no counter in the folder yet and one could be made.
func Unset(o Options) bool {
	kind, err := dataDir(o.Dir).readKind()
	return err == nil && kind == ""
}

var _ flow.Fitting = (*Station)(nil)

// Readers implements flow.Fitting.
func (s *Station) Readers(ctx context.Context) (probes []desk.Probe) {
	p := doctor.Parts{Training: s.o.Training, Readers: s.cards}
	if pcsc.Available() && len(s.cards.systems) > 0 {
		p.Service = s.cards.systems[0]
	}
	p.Hardware = func(ctx context.Context) doctor.Hardware { return thisMachine().hardware(ctx, s.o.SAM, s.cards) }
	for _, probe := range doctor.Examine(ctx, p).Probes {
		switch probe.Name {
		case doctor.ProbeService, doctor.ProbeReader, doctor.ProbeDriver:
			probes = append(probes, probe)
		}
	}
	return probes
}

// Choices implements flow.Fitting.
func (s *Station) Choices(ctx context.Context) (all []flow.PrinterChoice, err error) {
	rows, err := s.Printers(ctx)
	for _, r := range rows {
		all = append(all, flow.PrinterChoice{Name: r.Name, Chosen: r.Chosen, Code: r.Code})
	}
	return all, err
}

// TestPage implements flow.Fitting: large words, and the scanner's test code.
func (s *Station) TestPage(ctx context.Context, lang string) error {
	return s.printKind(ctx, PrintsVoucher, "test-page", lang, func(fonts *print.Fonts, paper string, first, second sheets.Language) (*print.Sheet, error) {
		return sheets.TestPage(fonts, sheets.TestData{Code: flow.TestCode, Printer: s.printers.Name(), At: local(s.clock.Time()), Training: s.o.Training}, first, second)
	})
}
