package station_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/people"
	"bangban/app/station"
	"bangban/app/store"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

// A computer whose clock is set back signs nothing, also after a new start, and cannot tell dates.
func TestClockSetBack(t *testing.T) {
	o, c := options(t), newClock()
	o.Now = c.Now
	s, err := station.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p := issue(t, s)
	c.now = c.now.Add(-4 * time.Minute)
	issue(t, s) // within what clocks do
	c.now = c.now.Add(-time.Hour)
	wantCode(t, s.IssueTraining(t.Context(), order(), p.keep), flow.CodeClockUnsure)
	shut(t, s)

	s = open(t, o)
	wantCode(t, s.IssueTraining(t.Context(), order(), p.keep), flow.CodeClockUnsure)
	if probe := s.Health(t.Context()).Probe("clock"); probe.Level != desk.LevelStop {
		t.Errorf("health: %v", probe)
	}
	rows, err := s.Ledger(t.Context())
	if err != nil || len(rows) != 2 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	r, err := s.Verify(t.Context(), station.Presented{Input: []byte(p.text), Audience: "demo-bank"})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Checks, func(c check.Check) bool { return c.Reason == check.ClockUnsure })
	if r.Verdict != check.Indeterminate || i < 0 || r.Checks[i].Verdict != check.Indeterminate {
		t.Errorf("verdict %v: %v", r.Verdict, r.Checks)
	}
	c.now = c.now.Add(2 * time.Hour)
	issue(t, s)
}

// A wrong PIN costs a try, too many lock out, across a new start too; a supervisor is not locked out by it.
func TestLogin(t *testing.T) {
	o, c := options(t), newClock()
	o.Now = c.Now
	s, err := station.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	try := func(id, pin string) error {
		_, err := s.Login(t.Context(), id, station.PIN(pin))
		return err
	}
	wantCode(t, try("99", institution.TrainingPIN), people.CodeUnknown)
	for left := people.FreeTries - 1; left > 0; left-- {
		err := try(institution.TrainingClerk, "000000")
		wantCode(t, err, people.CodeWrongPIN)
		if strings.Contains(err.Error(), "000000") {
			t.Error("the error tells the PIN")
		}
	}
	wantCode(t, try(institution.TrainingClerk, "000000"), people.CodeLockedOut)
	wantCode(t, try(institution.TrainingClerk, institution.TrainingPIN), people.CodeLockedOut)
	shut(t, s)

	s = open(t, o)
	wantCode(t, try(institution.TrainingClerk, institution.TrainingPIN), people.CodeLockedOut)
	if err := try(institution.TrainingSupervisor, institution.TrainingPIN); err != nil {
		t.Errorf("the supervisor: %v", err)
	}
	c.now = c.now.Add(24 * time.Hour)
	if err := try(institution.TrainingClerk, institution.TrainingPIN); err != nil {
		t.Errorf("a day later: %v", err)
	}
	shut(t, s)
	look := open(t, readOnly(o))
	r, err := look.VerifyJournal(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Acts[journal.KindLogin] != 2 || r.Acts[journal.KindTry] < people.FreeTries {
		t.Errorf("the journal has %v", r.Acts)
	}
}

func readOnly(o station.Options) station.Options {
	o.ReadOnly = true
	return o
}

// Without a login nothing can be signed, and after F12 not any more.
func TestLockedKeySignsNothing(t *testing.T) {
	s := open(t, options(t))
	sign := func() error {
		_, _, err := s.Ports().Signer.Sign(t.Context(), &voucher.Voucher{})
		return err
	}
	wantCode(t, sign(), "key-locked")
	if probe := s.Health(t.Context()).Probe("keys"); probe.Code != "keys-locked" {
		t.Errorf("health: %v", probe)
	}
	if _, err := s.Login(t.Context(), institution.TrainingClerk, station.PIN(institution.TrainingPIN)); err != nil {
		t.Fatal(err)
	}
	if err := sign(); err == nil || desk.Explain("", err).Code == "key-locked" {
		t.Errorf("logged in: %v", err) // the empty voucher is refused for itself
	}
	s.Lock()
	wantCode(t, sign(), "key-locked")
	issue(t, s)
	wantCode(t, sign(), "key-locked") // the command line leaves no key open
}

// What a folder is and what was asked for.
func TestSettle(t *testing.T) {
	for _, tc := range []struct {
		name     string
		files    map[string]string
		training bool
		code     string // empty: it opens
	}{
		{"nothing there, training", nil, true, ""},
		{"nothing there, real", nil, false, "station-not-set-up"},
		{"training opened as real", map[string]string{"kind": "bangban training 1\n"}, false, "data-training-mismatch"},
		{"real opened as training", map[string]string{"kind": "bangban real 1\n"}, true, "data-training-mismatch"},
		{"a newer one", map[string]string{"kind": "bangban real 2\n"}, false, "data-newer"},
		{"somebody else's", map[string]string{"letter.txt": "Dear all"}, true, "data-foreign"},
		{"a real one with the institution's keys", map[string]string{"kind": "bangban real 1\n", "institution/root.key": "x"}, false, "data-holds-institution"},
		{"a real one with an inbox", map[string]string{"kind": "bangban real 1\n", "inbox.db": "x"}, false, "data-holds-institution"},
		{"a start that was cut off early", map[string]string{"institution/root.key": "x", "lock": ""}, true, ""},
		{"a start that was cut off late", map[string]string{"keys/voucher.vault": "x", "bundle/current.bundle": "x", ".new-123": "bangban tr"}, true, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := options(t)
			o.Training = tc.training
			for name, content := range tc.files {
				path := filepath.Join(o.Dir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s, err := station.Open(t.Context(), o)
			if tc.code != "" {
				wantCode(t, err, tc.code)
				if _, err := os.Lstat(filepath.Join(o.Dir, "bangban.db")); err == nil {
					t.Error("a database was made")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer shut(t, s)
			issue(t, s)
			if b, err := os.ReadFile(filepath.Join(o.Dir, "kind")); err != nil || string(b) != "bangban training 1\n" {
				t.Errorf("kind %q, %v", b, err)
			}
		})
	}
}

// A first start that is cut off after each file begins again and ends well; serials go on.
func TestFirstStartCutOff(t *testing.T) {
	o := options(t)
	s, err := station.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	first := issue(t, s)
	before, err := s.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	if err := os.Remove(filepath.Join(o.Dir, "kind")); err != nil { // as if the last step had not been taken
		t.Fatal(err)
	}
	s = open(t, o)
	after, err := s.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if before.Issuer == after.Issuer {
		t.Error("half an institution was used")
	}
	if second := issue(t, s); first.serial != "T01-000001" || second.serial != "T01-000002" {
		t.Errorf("serials %s, %s", first.serial, second.serial)
	}
}

// A training station renews itself: two months later, the same institution, a new bundle, a new block of serials.
func TestOpenAgain(t *testing.T) {
	o, c := options(t), newClock()
	o.Now = c.Now
	s, err := station.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	issue(t, s)
	before, err := s.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	c.now = c.now.Add(60 * 24 * time.Hour) // bundle and delegation have ended
	s = open(t, o)
	after, err := s.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if before.Issuer != after.Issuer || before.Bundle >= after.Bundle || before.KeyEnds == after.KeyEnds {
		t.Errorf("before %v %v %v, after %v %v %v", before.Issuer, before.Bundle, before.KeyEnds, after.Issuer, after.Bundle, after.KeyEnds)
	}
	if p := issue(t, s); p.serial != "T01-010001" { // a new delegation is a new block; what is left of the old one is void
		t.Errorf("serial %s", p.serial)
	}
}

// The papers of a training station lie beside its data folder, never inside, and what it shows are certificates.
func TestShow(t *testing.T) {
	o := options(t)
	s := open(t, o)
	if st, err := os.Stat(o.Dir + "-papers"); err != nil || !st.IsDir() {
		t.Errorf("papers: %v", err)
	}
	show, err := s.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		pem string
		n   int
	}{"certificate": {show.Certificate, 1}, "identity": {show.Identity, 1}, "institution": {show.Institution, 2}} {
		n, rest := 0, []byte(want.pem)
		for {
			var b *pem.Block
			if b, rest = pem.Decode(rest); b == nil {
				break
			}
			if _, err := x509.ParseCertificate(b.Bytes); err != nil || b.Type != "CERTIFICATE" {
				t.Errorf("%s: %s %v", name, b.Type, err)
			}
			n++
		}
		if n != want.n || len(rest) > 0 {
			t.Errorf("%s: %d certificates, %d bytes more", name, n, len(rest))
		}
	}
	if !show.Training || show.Serials != 10_000 || show.Station != station.TrainingName {
		t.Errorf("%v %v %v", show.Training, show.Serials, show.Station)
	}
	if s.StaffPIN() != institution.TrainingPIN || len(s.Staff()) == 0 {
		t.Error("the login screen has no staff or no PIN")
	}
}

// Beside an open counter somebody may look; nobody else may write, and the error names the holder.
func TestTwoProcesses(t *testing.T) {
	o := options(t)
	s := open(t, o)
	issue(t, s)
	look := open(t, readOnly(o))
	rows, err := look.Ledger(t.Context())
	if err != nil || len(rows) != 1 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if err := look.IssueTraining(t.Context(), order(), new(paper).keep); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("a counter opened for looking: %v", err)
	}
	_, err = station.Open(t.Context(), o)
	wantCode(t, err, "data-locked")
	if e := desk.Explain("", err); !strings.HasPrefix(e.Args["Holder"], "test (") {
		t.Errorf("holder %q", e.Args["Holder"])
	}
}

// What is wrong with an order uses no serial and writes nothing.
func TestIssueRefuses(t *testing.T) {
	s := open(t, options(t))
	for name, tc := range map[string]struct {
		change func(*station.Order)
		code   string
	}{
		"purpose":   {func(o *station.Order) { o.Purpose = "no-such" }, flow.CodeChoice},
		"recipient": {func(o *station.Order) { o.Recipient = "demo-rail" }, flow.CodeChoice},
		"glyph":     {func(o *station.Order) { o.Document.Subject.FullName = "样本𲎯 SPECIMEN" }, "glyph-missing"},
		"expired":   {func(o *station.Order) { o.Document.Subject.Expires = "2001-01-01" }, flow.CodeExpired},
		"failed": {func(o *station.Order) {
			o.Document.Checks = []check.Check{check.Fail("dg-hashes", check.WrongDigest, "")}
		}, flow.CodeNotProven},
		"unsure": {func(o *station.Order) {
			o.Document.Checks = []check.Check{check.Unsure("csca", check.UnknownIssuer, "")}
		}, flow.CodeIssuerUnknown},
	} {
		o := order()
		tc.change(&o)
		if err := s.IssueTraining(t.Context(), o, func(*flow.Paper) error {
			t.Errorf("%s: a paper came out", name)
			return nil
		}); desk.Explain("", err).Code != tc.code {
			t.Errorf("%s: %v, want %s", name, err, tc.code)
		}
	}
	rows, err := s.Ledger(t.Context())
	if err != nil || len(rows) > 0 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if p := issue(t, s); p.serial != "T01-000001" {
		t.Errorf("serial %s", p.serial)
	}
}

// A paper that cannot be written leaves a signed voucher that the next start names.
func TestPaperLost(t *testing.T) {
	s := open(t, options(t))
	err := s.IssueTraining(t.Context(), order(), func(*flow.Paper) error { return &desk.Error{Code: "printer-disk-full"} })
	wantCode(t, err, "printer-disk-full")
	open, err := s.Ports().Commit.Unfinished(context.Background())
	if err != nil || len(open) != 1 || open[0].Serial != "T01-000001" {
		t.Errorf("%v, %v", open, err)
	}
}

// Settings of the screen outlive the program.
func TestSetting(t *testing.T) {
	o := options(t)
	s, err := station.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if v := s.Setting(t.Context(), "lang"); v != "" {
		t.Errorf("%q", v)
	}
	s.SetSetting(t.Context(), "lang", "en")
	shut(t, s)
	if v := open(t, o).Setting(t.Context(), "lang"); v != "en" {
		t.Errorf("%q", v)
	}
}
