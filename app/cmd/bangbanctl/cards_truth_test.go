package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/sim"
	"bangban/locales"
)

var updateTruths = flag.Bool("update-truths", false, "write testdata/cards anew")

// judgedAt is the day on which every truth holds.
const judgedAt = "2026-11-26T10:00:00Z"

// truth is what card read must make of a specimen: testdata/cards/<specimen>.json. What is measured is no part of it.
type truth struct {
	Exit    int                 `json:"exit"`
	Error   string              `json:"error,omitempty"` // code of the sentence
	Kind    string              `json:"kind,omitempty"`
	Subject *cardreader.Subject `json:"subject,omitempty"`
	Checks  []check.Check       `json:"checks,omitempty"`
}

// made is what a call of card read --json said.
func made(t testing.TB, exit int, out, errw string) truth {
	t.Helper()
	got := truth{Exit: exit}
	if exit != exitOK && exit != exitFailed {
		got.Error = saidCode(t, errw)
		return got
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v: %q %q", err, out, errw)
	}
	return got
}

// saidCode finds the code whose sentence is the first line that is not for programs.
func saidCode(t testing.TB, errw string) string {
	t.Helper()
	c, err := locales.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	line, rest, _ := strings.Cut(errw, "\n")
	if strings.HasPrefix(line, "{") {
		line, _, _ = strings.Cut(rest, "\n")
	}
	best, literal := "", -1
	for _, key := range c.Keys() {
		code, ok := strings.CutPrefix(key, "error.")
		if !ok {
			continue
		}
		parts := regexp.MustCompile(`\{\{[^}]*\}\}`).Split(c.Sentence(key), -1)
		n := len(strings.Join(parts, ""))
		for i, p := range parts {
			parts[i] = regexp.QuoteMeta(p)
		}
		if n > literal && regexp.MustCompile("^"+strings.Join(parts, ".+")+"$").MatchString(line) {
			best, literal = code, n
		}
	}
	if best == "" {
		t.Errorf("no sentence: %q", errw)
	}
	return best
}

// encoded writes a truth as its file has it. A Subject does not print; JSON is how it is told.
func encoded(t testing.TB, v truth) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func truthFile(name string) string { return filepath.Join("testdata", "cards", name+".json") }

// truthOf reads the file of a specimen.
func truthOf(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(truthFile(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func allSpecimens(t testing.TB) []sim.Specimen {
	t.Helper()
	all, err := sim.Specimens()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// patience is how long card read waits: for a card that is taken away nobody waits long.
func patience(s sim.Specimen) string {
	if s.PullAt > 0 {
		return "1s"
	}
	return "30s"
}

// Every specimen on its simulated reader is read as its truth says: the person, each check with its reason, the exit code;
// or the sentence that is said instead.
func TestCardTruths(t *testing.T) {
	t.Setenv("PCSCLITE_CSOCK_NAME", filepath.Join(t.TempDir(), "no-service"))
	dir := filepath.Join(t.TempDir(), "st")
	for _, s := range allSpecimens(t) {
		var out, errw bytes.Buffer
		exit := run(context.Background(), []string{"--training", "--data", dir, "--json", "card", "read", "--reader", "sim:" + s.Name,
			"--timeout", patience(s), "--at", judgedAt}, strings.NewReader(""), &out, &errw)
		got := encoded(t, made(t, exit, out.String(), errw.String()))
		if *updateTruths {
			if err := os.WriteFile(truthFile(s.Name), []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := truthOf(t, s.Name); got != want {
			t.Errorf("%s\n got %s\nwant %s", s.Name, got, want)
		}
	}
}

// The truths themselves: the person is the one of the specimen's file, what is wrong with a specimen is what fails, and
// nothing else fails.
func TestTruthsSayWhatIsWrong(t *testing.T) {
	wrong := map[string]string{
		"emrtd-clone": "chip clone", "emrtd-tampered": "dg-hashes wrong-digest", "emrtd-expired": "validity expired",
		"emrtd-revoked": "revocation revoked", "cnid-expired": "validity expired", "sscard-expired": "validity expired", "thaiid-expired": "validity expired",
		"thaiid-tampered": "number check-digit", "beid-expired": "validity expired", "beid-tampered": "identity-signature wrong-signature",
		"beid-address": "address-signature wrong-signature", "beid-photo": "photo-hash wrong-digest", "rsid-expired": "validity expired",
	}
	refused := map[string]string{
		"bank-card": "card-other-kind", "clerk-token": "card-other-kind", "mute": "card-faulty", "cnid-refused": "card-refuses-sam", "cnid-pulled": "card-pulled", "emrtd-pulled": "card-pulled",
		"sscard-blocked": "card-pin-blocked", "sscard-last-try": "card-pin-blocked", "sscard-key": "card-unsupported",
	}
	files, err := filepath.Glob(truthFile("*"))
	if err != nil || len(files) != len(allSpecimens(t)) {
		t.Errorf("%d truths of %d specimens, %v", len(files), len(allSpecimens(t)), err)
	}
	for _, s := range allSpecimens(t) {
		var v truth
		if err := json.Unmarshal([]byte(truthOf(t, s.Name)), &v); err != nil {
			t.Fatal(err)
		}
		failed := ""
		for _, c := range v.Checks {
			if c.Verdict == check.Failed {
				failed += c.Name + " " + string(c.Reason)
			}
		}
		switch {
		case v.Error != refused[s.Name] || (v.Error != "") != (v.Exit == exitFailure):
			t.Errorf("%s: %q, exit %d; want %q", s.Name, v.Error, v.Exit, refused[s.Name])
		case failed != wrong[s.Name] || (failed != "") != (v.Exit == exitFailed):
			t.Errorf("%s: %q failed, exit %d; want %q", s.Name, failed, v.Exit, wrong[s.Name])
		case v.Error == "" && (v.Subject == nil || *v.Subject != s.Truth || v.Kind != s.Kind):
			t.Errorf("%s: not the person of the specimen", s.Name)
		}
	}
}
