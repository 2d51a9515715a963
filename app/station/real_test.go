package station_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/bundle"
	"bangban/app/station"
)

// What speaks against making a counter, each with its own reason; nothing is made.
func TestSetUpRefuses(t *testing.T) {
	f, other := newRealOffice(t), newRealOffice(t)
	file := f.bundle(nil)
	l, err := f.inst.Enrol("H12")
	f.must(err)
	good := station.Setup{Bundle: file, Fingerprint: l.Fingerprint, Station: "H12", Code: l.Code}
	demo := open(t, options(t))
	shown, err := demo.Show(context.Background())
	f.must(err)
	if !shown.Training {
		t.Fatal("the training counter is real")
	}
	for _, tc := range []struct {
		code string
		edit func(*station.Setup)
	}{
		{"bundle-unreadable", func(u *station.Setup) { u.Bundle = []byte("words") }},
		{"bundle-unsigned", func(u *station.Setup) {
			u.Bundle = append([]byte(nil), file...)
			u.Bundle[len(file)-3] ^= 1
		}},
		{"bundle-fingerprint", func(u *station.Setup) { u.Bundle = other.bundle(nil) }},
		{"bundle-fingerprint", func(u *station.Setup) { u.Fingerprint = "" }},
		{"bundle-group", func(u *station.Setup) { u.Fingerprint = flipped(u.Fingerprint, 7) }},
		{"letter-code", func(u *station.Setup) { u.Code = "12" }},
		{"roster-no-letters", func(u *station.Setup) {
			u.Bundle = f.bundle(func(m map[string]any) {
				m["roster"] = []any{map[string]any{"id": "77", "name": "SPECIMEN", "roles": []string{"clerk"}}}
			})
		}},
		{"station-name", func(u *station.Setup) { u.Station = "h 12" }},
	} {
		u := good
		tc.edit(&u)
		o := f.options()
		o.Dir = filepath.Join(t.TempDir(), "real")
		_, err := station.SetUp(context.Background(), o, u)
		wantCode(t, err, tc.code)
		if _, err := os.Lstat(filepath.Join(o.Dir, "kind")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a counter was made", tc.code)
		}
	}
	late := f.options()
	late.Dir, late.Now = filepath.Join(t.TempDir(), "real"), func() time.Time { return f.clock.now.AddDate(0, 3, 0) }
	_, err = station.SetUp(context.Background(), late, good)
	wantCode(t, err, "bundle-expired")

	// Not beside the institution's own keys, and not twice.
	f.must(os.MkdirAll(filepath.Join(f.data, "institution"), 0o700))
	_, err = station.SetUp(context.Background(), f.options(), good)
	wantCode(t, err, "data-holds-institution")
	f.must(os.RemoveAll(f.data))
	f.setUp(file)
	_, err = station.SetUp(context.Background(), f.options(), good)
	wantCode(t, err, "station-exists")
}

// flipped changes one character of the n-th group.
func flipped(fingerprint string, n int) string {
	b := []byte(fingerprint)
	at := (n - 1) * 5
	if b[at] == '0' {
		b[at] = '1'
	} else {
		b[at] = '0'
	}
	return string(b)
}

// A counter that awaits its answer opens for nothing else, takes no other counter's answer, and works after its own.
func TestAnswer(t *testing.T) {
	ctx := context.Background()
	f, other := newRealOffice(t), newRealOffice(t)
	request := f.setUp(f.bundle(nil))
	_, err := station.Open(ctx, f.options())
	wantCode(t, err, station.CodeAwaits)
	o := f.options()
	o.Awaiting = true
	s := open(t, o)
	foreign := other.answer(other.setUp(other.bundle(nil)), 0)
	wantCode(t, s.Import(ctx, foreign), "answer-foreign")
	wantCode(t, s.Import(ctx, []byte("words")), "answer-unreadable")

	// Another computer with the letter of another counter of the same institution.
	second := *f
	second.data = filepath.Join(t.TempDir(), "second")
	l, err := f.inst.Enrol("H13")
	f.must(err)
	so := second.options()
	sr, err := station.SetUp(ctx, so, station.Setup{Bundle: f.bundle(nil), Fingerprint: l.Fingerprint, Station: "H13", Code: l.Code})
	f.must(err)
	wantCode(t, s.Import(ctx, f.answer(sr, 0)), "answer-other-station")
	if _, err := station.Open(ctx, f.options()); err == nil {
		t.Fatal("a counter without an answer opened")
	}

	first := f.answer(request, time.Hour)
	f.must(s.Import(ctx, first))
	show, err := s.Show(ctx)
	f.must(err)
	if show.Serials != 100 || show.Block != "1-100" || show.KeyLeft != "1h0m0s" || show.Renew {
		t.Fatalf("shown %+v", show)
	}
	// A renewal needs no code; the older answer is refused after it.
	renewal, err := s.Request()
	f.must(err)
	next := f.answer(renewal, 0)
	f.must(s.Import(ctx, next))
	wantCode(t, s.Import(ctx, first), "answer-older")
	if show, err = s.Show(ctx); err != nil || show.Block != "101-200" {
		t.Fatalf("after the renewal %+v, %v", show, err)
	}
	f.clock.now = f.clock.now.Add(8 * 24 * time.Hour)
	wantCode(t, s.Import(ctx, next), "answer-ended")
}

// A fresh voucher key takes over with its own delegation, and not before.
func TestRotateKey(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	s := f.counter()
	before, err := s.Show(ctx)
	f.must(err)
	_, err = s.Rotate(ctx, "01", station.PIN(f.pins["01"]))
	wantCode(t, err, "login-role")
	request, err := s.Rotate(ctx, "02", station.PIN(f.pins["02"]))
	f.must(err)
	if now, err := s.Show(ctx); err != nil || now.Certificate != before.Certificate {
		t.Fatalf("the prepared key is in use: %v", err)
	}
	f.must(s.Import(ctx, f.answer(request, 0)))
	after, err := s.Show(ctx)
	f.must(err)
	if after.Certificate == before.Certificate || after.Serials != 100 {
		t.Fatal("the prepared key did not take over")
	}
	if _, err := s.Login(ctx, "01", station.PIN(f.pins["01"])); err != nil {
		t.Fatalf("the PIN of before does not open the new key: %v", err)
	}
	f.must(s.Close())
	open(t, f.options())
}

// Bundles: newer and signed only, each refusal with its reason; back to the one before on a supervisor's word, and no
// further forward with what was seen.
func TestBundles(t *testing.T) {
	ctx := context.Background()
	f, other := newRealOffice(t), newRealOffice(t)
	s := f.counter()
	old := f.bundle(nil)
	newer := f.bundle(nil)
	if _, err := s.AcceptBundle(ctx, newer); err != nil {
		t.Fatal(err)
	}
	twice := f.bundle(func(m map[string]any) { m["version"] = 9 })
	again := other.bundle(nil)
	demo, err := os.ReadFile(filepath.Join(trainingFolder(t), "bundle", "current.bundle"))
	f.must(err)
	broken := append([]byte(nil), twice...)
	broken[len(broken)-3] ^= 1
	for code, file := range map[string][]byte{"bundle-older": old, "bundle-in-force": newer, "bundle-foreign": again,
		"bundle-unsigned": broken, "bundle-unreadable": []byte("words")} {
		_, err := s.AcceptBundle(ctx, file)
		wantCode(t, err, code)
	}
	if _, err := s.AcceptBundle(ctx, demo); err == nil {
		t.Fatal("a training bundle came into force")
	}
	// Signed twice under one number: the institution's version file was put back by hand.
	f.must(os.WriteFile(filepath.Join(f.dir, "bundle-version.json"), []byte(`{"version":2}`), 0o600))
	f.clock.now = f.clock.now.Add(time.Minute)
	_, err = s.AcceptBundle(ctx, f.bundle(func(m map[string]any) { m["valid"] = "34d" }))
	wantCode(t, err, "bundle-differs")

	_, err = s.ReturnBundle(ctx, "01", station.PIN(f.pins["01"]))
	wantCode(t, err, "login-role")
	_, err = s.ReturnBundle(ctx, "02", station.PIN("000000"))
	wantCode(t, err, "login-wrong-pin")
	if b, err := s.ReturnBundle(ctx, "02", station.PIN(f.pins["02"])); err != nil || b.Version != 1 {
		t.Fatalf("return: %v", err)
	}
	_, err = s.AcceptBundle(ctx, old) // 2 is newer than 1, but 3 was seen
	wantCode(t, err, "bundle-older")
	f.must(s.Close())
	s = open(t, f.options())
	if f.version(s) != 1 {
		t.Fatal("the return did not last")
	}
	_, err = s.AcceptBundle(ctx, newer)
	wantCode(t, err, "bundle-older")
	if _, err := s.AcceptBundle(ctx, twice); err != nil {
		t.Fatal(err)
	}
	expired := f.bundle(func(m map[string]any) { m["version"], m["valid"] = 20, "1h" })
	f.clock.now = f.clock.now.Add(2 * time.Hour)
	_, err = s.AcceptBundle(ctx, expired)
	wantCode(t, err, "bundle-expired")
	report, err := s.VerifyJournal(ctx, nil)
	f.must(err)
	if report.Acts[14] != 4 { // first, 3, back to 1, 9
		t.Fatalf("bundles in the journal: %d", report.Acts[14])
	}
}

// trainingFolder is a folder that a training counter has made.
func trainingFolder(t *testing.T) string {
	o := options(t)
	shut(t, open(t, o))
	return o.Dir
}

// Wherever the power goes in an exchange, the next start finds the old bundle or the new one, whole, and the journal says
// the same.
func TestBundleCutOff(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	shut(t, f.counter())
	template := f.data
	next := f.bundle(nil)
	cut := errors.New("the power went")
	want := map[string]uint64{"next": 1, "mark": 1, "previous": 2, "rename": 2, "": 2}
	for step, version := range want {
		f.data = filepath.Join(t.TempDir(), "cut")
		f.must(os.CopyFS(f.data, os.DirFS(template)))
		f.must(onlyMine(f.data))
		o := f.options()
		station.Cut(&o, func(at string) error {
			if at == step {
				return cut
			}
			return nil
		})
		s := open(t, o)
		if _, err := s.AcceptBundle(ctx, next); step != "" && !errors.Is(err, cut) || step == "" && err != nil {
			t.Fatalf("before %q: %v", step, err)
		}
		f.must(s.Close())
		// A second cut while the first is being mended.
		if step == "previous" || step == "rename" || step == "mark" {
			o := f.options()
			station.Cut(&o, func(at string) error {
				if at == "rename" || at == "undo" {
					return cut
				}
				return nil
			})
			if _, err := station.Open(ctx, o); !errors.Is(err, cut) {
				t.Fatalf("before %q: the second cut was not met: %v", step, err)
			}
		}
		s = open(t, f.options())
		if got := f.version(s); got != version {
			t.Errorf("cut before %q: version %d is in force, want %d", step, got, version)
		}
		if _, err := os.Lstat(filepath.Join(f.data, "bundle", "next.bundle")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("cut before %q: half an exchange was left", step)
		}
		_, err := s.AcceptBundle(ctx, next)
		if version == 1 && err != nil {
			t.Errorf("cut before %q: the bundle is no longer taken: %v", step, err)
		}
		if version == 2 {
			wantCode(t, err, bundle.CodeInForce)
			b, err := s.ReturnBundle(ctx, "02", station.PIN(f.pins["02"]))
			if err != nil || b.Version != 1 {
				t.Errorf("cut before %q: the bundle before is gone: %v", step, err)
			}
		}
		f.must(s.Close())
	}
}

// onlyMine closes copied key files to others, as they were.
func onlyMine(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "keys", "*"))
	for _, n := range names {
		err = errors.Join(err, os.Chmod(n, 0o600))
	}
	return err
}

// Key files that others can read are not opened, the vault included.
func TestOpenKeyFiles(t *testing.T) {
	f := newRealOffice(t)
	shut(t, f.counter())
	for _, name := range []string{"voucher.vault", "identity.key"} {
		path := filepath.Join(f.data, "keys", name)
		f.must(os.Chmod(path, 0o644))
		_, err := station.Open(context.Background(), f.options())
		wantCode(t, err, "key-file-open")
		f.must(os.Chmod(path, 0o600))
	}
	open(t, f.options())
}

// A real counter has neither simulated readers nor a folder printer, and does not issue from the command line.
func TestRealRefuses(t *testing.T) {
	f := newRealOffice(t)
	s := f.counter()
	if names := s.Cards().Specimens(); len(names) > 0 || s.StaffPIN() != "" {
		t.Fatalf("specimens %v", names)
	}
	_, err := s.Cards().ReadNext(context.Background(), "sim:emrtd", nil, time.Second)
	wantCode(t, err, "reader-simulated")
	wantCode(t, s.IssueTraining(context.Background(), order(), nil), "login-role")
	if _, err := os.Lstat(f.data + "-papers"); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("a real counter made a folder for papers")
	}
	shut(t, s)
	o := f.options()
	o.Training = true
	_, err = station.Open(context.Background(), o)
	wantCode(t, err, "data-training-mismatch")
	f.must(os.Mkdir(filepath.Join(f.data, "institution"), 0o700))
	_, err = station.Open(context.Background(), f.options())
	wantCode(t, err, "data-holds-institution")
}

// A set-up that was cut off is made again from the start, whatever it left; what was made before is worth nothing.
func TestSetUpCutOff(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	file := f.bundle(nil)
	first := f.setUp(file)
	for _, lost := range [][]string{{"kind"}, {"kind", "bundle/current.bundle"}, {"kind", "keys/request.pem"}, {"kind", "keys/voucher.vault"}, {"kind", "bangban.db"}} {
		for _, name := range lost {
			f.must(os.Remove(filepath.Join(f.data, filepath.FromSlash(name))))
		}
		_, err := station.Open(ctx, f.options())
		wantCode(t, err, "station-not-set-up")
		f.setUp(file)
	}
	o := f.options()
	o.Awaiting = true
	s := open(t, o)
	request, err := s.Request()
	f.must(err)
	if string(request) == string(first) {
		t.Fatal("a cut-off set-up kept its keys")
	}
	f.must(s.Import(ctx, f.answer(request, 0)))
}
