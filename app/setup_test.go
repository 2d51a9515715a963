package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/keys"
	"bangban/app/station"
)

// --bundle asks for the three things in the letter and makes the counter; a wrong group is named and makes nothing.
func TestSetUpAtTerminal(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC) }
	work := t.TempDir()
	t.Chdir(work)
	inst, err := institution.Create(filepath.Join(work, "inst"), institution.Options{Name: desk.Text{"en": "SPECIMEN"}, Issuer: "https://specimen.example/id",
		Rand: rand.Reader, Now: now, Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}})
	must(t, err)
	clerk, err := inst.EnrolClerk("01")
	must(t, err)
	l, err := inst.Enrol("H12")
	must(t, err)
	b, err := bundle.Read(fstest.MapFS{"bundle.json": {Data: []byte(`{"valid":"35d","roster":[{"id":"01","name":"SPECIMEN","roles":["clerk"]}]}`)}}, now())
	must(t, err)
	file, err := inst.SignBundle(b)
	must(t, err)
	must(t, os.WriteFile("b", file, 0o600))

	so := station.Options{Dir: filepath.Join(work, "real"), Now: now, Program: "test", Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}}
	o := options{bundle: "b", data: so.Dir, lang: "en"}
	var out bytes.Buffer
	typed := func(fingerprint string) error {
		out.Reset()
		return takeBundle(context.Background(), o, so, strings.NewReader(fingerprint+"\nH12\n"+l.Code+"\n"), &out)
	}
	var d *desk.Error
	if err := typed("1" + l.Fingerprint[1:]); !errors.As(err, &d) || d.Code != "bundle-group" && d.Code != "bundle-fingerprint" {
		t.Fatalf("a wrong group: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(so.Dir, "kind")); err == nil {
		t.Fatal("a wrong fingerprint made a counter")
	}
	if err := typed(strings.ToLower(l.Fingerprint)); !errors.Is(err, errSetUp) || !strings.Contains(out.String(), "H12.request.pem") {
		t.Fatalf("set up: %v\n%s", err, out.String())
	}
	if strings.Contains(out.String(), l.Code) || strings.Contains(out.String(), clerk.Code) {
		t.Fatal("a code was printed")
	}
	request, err := os.ReadFile("H12.request.pem")
	must(t, err)
	r, err := institution.OpenRequest(request)
	must(t, err)
	_, err = inst.Answer(r, institution.Grant{Count: 5, MaxLife: time.Hour})
	must(t, err)
	// The same bundle again asks for nothing; a newer one comes into force.
	must(t, takeBundle(context.Background(), o, so, strings.NewReader(""), &out))
	next, err := inst.SignBundle(b)
	must(t, err)
	must(t, os.WriteFile("b", next, 0o600))
	must(t, takeBundle(context.Background(), o, so, strings.NewReader(""), &out))
	so.ReadOnly = true
	st, err := station.Open(context.Background(), so)
	must(t, err)
	defer st.Close()
	if show, err := st.Show(context.Background()); err != nil || show.Bundle != 2 {
		t.Fatalf("bundle %d, %v", show.Bundle, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
