package station_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/keys"
	"bangban/app/station"
	"bangban/assets"
)

var cheap = keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 2}

// realOffice is a real institution of the test with one counter, H12.
type realOffice struct {
	t     testing.TB
	clock *clock
	dir   string // of the institution
	inst  *institution.Institution
	data  string // of the counter
	codes map[string]string
	pins  map[string]string
	lists map[string][]byte // files beside bundle.json
}

const officeIss = "https://specimen.example/id"

// newRealOffice makes institution, letters and nothing else.
func newRealOffice(t testing.TB) *realOffice {
	t.Helper()
	f := &realOffice{t: t, clock: newClock(), dir: filepath.Join(t.TempDir(), "inst"), data: filepath.Join(t.TempDir(), "real"),
		codes: map[string]string{}, pins: map[string]string{"01": "135790", "02": "246802"}}
	var err error
	f.inst, err = institution.Create(f.dir, institution.Options{Name: desk.Text{"zh-Hans": "SPECIMEN 大厅", "en": "SPECIMEN hall"}, Issuer: officeIss,
		Rand: rand.Reader, Now: f.clock.Now, Passphrase: []byte("correct horse SPECIMEN"), Cost: cheap})
	f.must(err)
	for _, id := range []string{"01", "02"} {
		f.letter(id)
	}
	return f
}

func (f *realOffice) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *realOffice) letter(id string) {
	f.t.Helper()
	l, err := f.inst.EnrolClerk(id)
	f.must(err)
	f.codes[id] = l.Code
}

// bundle makes and signs one; edit changes what the source says.
func (f *realOffice) bundle(edit func(map[string]any)) []byte {
	f.t.Helper()
	text := func(s string) map[string]string { return map[string]string{"zh-Hans": s, "en": s} }
	pub := f.t.TempDir()
	f.must(f.inst.Status(pub, institution.Revoked{}))
	src := map[string]any{
		"valid": "35d", "published": "pub",
		"purposes": []any{map[string]any{"code": "housing-fund", "title": text("Housing fund"), "allows": text("May ask"),
			"fields": []string{"full_name", "birth_date"}, "binding": "document", "life": "72h", "max_uses": 1, "recipients": []string{"bank"}}},
		"recipients": []any{map[string]any{"id": "bank", "name": text("Bank")}},
		"roster": []any{map[string]any{"id": "01", "name": "SPECIMEN", "roles": []string{"clerk"}},
			map[string]any{"id": "02", "name": "SPECIMEN", "roles": []string{"supervisor"}}},
		"policy": map[string]any{"hotline": "12345", "hall": text("Hall one"), "blank_after": "90s", "lock_after": "10m",
			"max_list_age": map[string]string{"status": "31d", "delegations": "31d"}},
		"lists": []any{map[string]any{"kind": "csca", "name": "SPECIMEN CSCA", "file": "csca.der"}},
		"sinks": []any{map[string]any{"kind": "folder"}},
	}
	if edit != nil {
		edit(src)
	}
	js, err := json.Marshal(src)
	f.must(err)
	dir := fstest.MapFS{"bundle.json": {Data: js}, "csca.der": {Data: assets.TrainingCSCA()}}
	for name, data := range f.lists {
		dir[name] = &fstest.MapFile{Data: data}
	}
	f.must(addDir(dir, "pub", pub))
	b, err := bundle.Read(dir, f.clock.Now())
	f.must(err)
	draft, err := bundle.EncodeDraft(b)
	f.must(err)
	b, err = bundle.DecodeDraft(draft)
	f.must(err)
	signed, err := f.inst.SignBundle(b)
	f.must(err)
	return signed
}

func (f *realOffice) options() station.Options {
	return station.Options{Dir: f.data, Program: "test", Now: f.clock.Now, Cost: cheap}
}

// setUp makes the counter and gives its request.
func (f *realOffice) setUp(file []byte) []byte {
	f.t.Helper()
	l, err := f.inst.Enrol("H12")
	f.must(err)
	request, err := station.SetUp(context.Background(), f.options(), station.Setup{Bundle: file, Fingerprint: l.Fingerprint, Station: "H12", Code: l.Code})
	f.must(err)
	return request
}

// answer answers a request.
func (f *realOffice) answer(request []byte, valid time.Duration) []byte {
	f.t.Helper()
	r, err := institution.OpenRequest(request)
	f.must(err)
	a, err := f.inst.Answer(r, institution.Grant{Count: 100, Valid: valid, MaxLife: 72 * time.Hour})
	f.must(err)
	return a.Encode()
}

// counter is a counter that is set up, answered, and has its two people.
func (f *realOffice) counter() *station.Station {
	f.t.Helper()
	o := f.options()
	ans := f.answer(f.setUp(f.bundle(nil)), 0)
	o.Awaiting = true
	s := open(f.t, o)
	f.must(s.Import(context.Background(), ans))
	f.hire(s)
	f.must(s.Close())
	return open(f.t, f.options())
}

// online is a counter that delivers to a gateway, which has answered its request.
func (f *realOffice) online(gateway string) *station.Station {
	f.t.Helper()
	f.setUp(f.bundle(func(src map[string]any) {
		src["sinks"] = []any{map[string]any{"kind": "https", "address": "https://" + gateway}}
	}))
	o := f.options()
	o.Awaiting = true
	s := open(f.t, o)
	f.must(s.EnrolOnline(context.Background(), ""))
	return s
}

// hire lets the two people of the counter choose their PINs.
func (f *realOffice) hire(s *station.Station) {
	f.t.Helper()
	for id, pin := range f.pins {
		_, err := s.Enrol(context.Background(), id, f.codes[id], station.PIN(pin))
		f.must(err)
	}
}

func (f *realOffice) version(s *station.Station) uint64 {
	f.t.Helper()
	show, err := s.Show(context.Background())
	f.must(err)
	return show.Bundle
}

func addDir(to fstest.MapFS, at, from string) error {
	return filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, p)
		to[path.Join(at, filepath.ToSlash(rel))] = &fstest.MapFile{Data: b}
		return err
	})
}
