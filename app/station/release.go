package station

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/queue/https"
)

// ReleaseName is the file in which an institution says which program its counters are to run, as its gateway publishes it.
const ReleaseName = "release"

// ReleaseEvery is how often an open counter asks for it.
const ReleaseEvery = 24 * time.Hour

// errReleaseOlder is what was said before something that is known already.
var errReleaseOlder = errors.New("station: an older word about programs than the one known")

// release keeps the newest word of the institution, which was checked before it was written.
func (f dataDir) release() string { return f.path("bundle", ReleaseName) }

// ReleaseState is what the institution says about programs, beside the program that asks.
type ReleaseState struct {
	Installed string           `json:"installed"`
	Newest    string           `json:"newest"`
	Least     string           `json:"least,omitempty"`
	Newer     bool             `json:"newer"`   // there is a newer one than this
	TooOld    bool             `json:"too_old"` // this is older than any that may be used
	Said      string           `json:"said"`
	Until     string           `json:"until"`
	Files     []ReleasePackage `json:"files"`
}

// ReleasePackage is one package by its sum.
type ReleasePackage struct {
	Name string `json:"name"`
	Size uint64 `json:"size"`
	Sum  string `json:"sha256"`
}

// state compares a release with this program.
func releaseState(r *bundle.Release, installed string) ReleaseState {
	st := ReleaseState{Installed: installed, Newest: r.Version, Least: r.Least, Said: r.MadeAt.Format(time.RFC3339), Until: r.NotAfter.Format(time.RFC3339),
		Newer: bundle.CompareVersions(installed, r.Version) < 0, TooOld: r.Least != "" && bundle.CompareVersions(installed, r.Least) < 0, Files: []ReleasePackage{}}
	for _, f := range r.Files {
		st.Files = append(st.Files, ReleasePackage{f.Name, f.Size, f.SumText()})
	}
	return st
}

// FetchRelease asks the gateway of the bundle and takes in what it says.
func (s *Station) FetchRelease(ctx context.Context) (ReleaseState, error) {
	gate, err := s.gateway()
	if err != nil {
		return ReleaseState{}, err
	}
	if gate == nil {
		return ReleaseState{}, &desk.Error{Op: "update.check", Code: "release-no-address"}
	}
	file, err := gate.Published(ctx, ReleaseName, bundle.MaxRelease)
	if errors.Is(err, https.ErrNotPublished) {
		return ReleaseState{}, &desk.Error{Op: "update.check", Code: "release-none", Err: err}
	}
	if err != nil {
		return ReleaseState{}, err
	}
	return s.TakeRelease(file)
}

// TakeRelease checks what the institution says about programs and remembers it, so that the window names it. It brings
// nothing in: programs come by the computer's own package tool.
func (s *Station) TakeRelease(file []byte) (ReleaseState, error) {
	r, err := bundle.OpenRelease(file, bundle.Anchor{Root: s.bundle.Root.Raw})
	if err != nil {
		return ReleaseState{}, &desk.Error{Op: "update.check", Code: "release-unsigned", Err: err}
	}
	now := s.clock.Time()
	if !s.o.At.IsZero() { // the moment that is asked about
		now = s.o.At
	}
	if now.After(r.NotAfter) {
		return ReleaseState{}, &desk.Error{Op: "update.check", Code: "release-ended", Args: map[string]string{"Date": r.NotAfter.Format(time.DateOnly)}}
	}
	known, err := s.knownRelease()
	switch {
	case err != nil:
		return ReleaseState{}, err
	case known != nil && r.Number < known.Number:
		return ReleaseState{}, &desk.Error{Op: "update.check", Code: "release-older", Err: errReleaseOlder}
	case known == nil || r.Number > known.Number:
		if err := writeFile(s.dir.release(), file, 0o600); err != nil {
			return ReleaseState{}, s.unreadable(err)
		}
	}
	return releaseState(r, Version), nil
}

// knownRelease is the newest word that was taken in; nil: none, or one that cannot be read any more, which counts as none.
func (s *Station) knownRelease() (*bundle.Release, error) {
	file, err := os.ReadFile(s.dir.release())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, s.unreadable(err)
	}
	r, err := bundle.OpenRelease(file, bundle.Anchor{Root: s.bundle.Root.Raw})
	if err != nil {
		s.o.Log.Warn("station", "op", "release", "err", err)
		return nil, nil
	}
	return r, nil
}

// ErrPackage is a package that is not the one the institution signed for.
var ErrPackage = errors.New("station: not the package that the institution signed for")

// CheckPackage compares a package with what the institution said last.
func (s *Station) CheckPackage(name string, content io.Reader) error {
	r, err := s.knownRelease()
	if err != nil {
		return err
	}
	if r == nil {
		return &desk.Error{Op: "update.check", Code: "release-none"}
	}
	want, ok := r.File(name)
	if !ok {
		return fmt.Errorf("%w: it names no %s", ErrPackage, name)
	}
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(content, int64(want.Size)+1))
	if err != nil {
		return err
	}
	if uint64(n) != want.Size || [32]byte(h.Sum(nil)) != want.Sum {
		return fmt.Errorf("%w: %s has another content", ErrPackage, name)
	}
	return nil
}

// program is the line about the program itself; none where nothing is to be said. It stops nobody: a clerk cannot install
// anything.
func (s *Station) program(now time.Time) []desk.Probe {
	r, err := s.knownRelease()
	if err != nil || r == nil || now.After(r.NotAfter) {
		return nil
	}
	p := desk.Probe{Name: "program", Level: desk.LevelWarn, Args: map[string]string{"Version": r.Version, "Installed": Version}}
	switch st := releaseState(r, Version); {
	case st.TooOld:
		p.Code = "program-old"
	case st.Newer:
		p.Code = "program-newer"
	default:
		p.Level, p.Args = desk.LevelGood, nil
	}
	return []desk.Probe{p}
}

// asking remembers when the gateway was last asked about programs; the first time is at the start.
type asking struct{ last time.Time }

// ask asks where it is due. No answer keeps nobody from work.
func (a *asking) ask(ctx context.Context, s *Station) {
	now := s.o.Now()
	if s.o.ReadOnly || !a.last.IsZero() && now.Sub(a.last).Abs() < ReleaseEvery {
		return
	}
	a.last = now
	var d *desk.Error
	if _, err := s.FetchRelease(ctx); err != nil && !(errors.As(err, &d) && d.Code == "release-none") {
		s.o.Log.Warn("station", "op", "release", "err", err)
	}
}
