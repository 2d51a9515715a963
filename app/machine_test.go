package app

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/app/desk"
)

func laid(t *testing.T, text string) (machine, error) {
	t.Helper()
	p := filepath.Join(t.TempDir(), "counter.json")
	must(t, os.WriteFile(p, []byte(text), 0o600))
	return readMachine(p)
}

// What is laid down holds where no flag is given; a locked flag cannot be given otherwise.
func TestMachineFile(t *testing.T) {
	m, err := laid(t, `{"data": "/srv/c", "lang": "en", "scale": 1.5, "citizen": "1366,0", "flip": true, "lock": ["lang", "bundle"]}`)
	must(t, err)
	for _, c := range []struct {
		args, lang, data string
		scale            float64
		refused          string
	}{
		{"", "en", "/srv/c", 1.5, ""},
		{"--data /other --scale 2", "en", "/other", 2, ""},
		{"--lang en", "en", "/srv/c", 1.5, ""},
		{"--training", "en", "", 1.5, ""},
		{"--lang zh-Hans", "", "", 0, "--lang"},
		{"--bundle x", "", "", 0, "--bundle"},
	} {
		var o options
		f := flags(&o, io.Discard)
		must(t, f.Parse(strings.Fields(c.args)))
		err := m.apply(f)
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%q: %v, want a refusal of %s", c.args, err, c.refused)
			}
			continue
		}
		if err != nil || o.lang != c.lang || o.data != c.data || o.scale != c.scale || o.citizen != "1366,0" || !o.flip {
			t.Errorf("%q gives %+v, %v", c.args, o, err)
		}
	}
}

func TestMachineFileRefused(t *testing.T) {
	if m, err := readMachine(filepath.Join(t.TempDir(), "none")); err != nil || m.Lock != nil {
		t.Errorf("no file: %v", err)
	}
	for name, text := range map[string]string{
		"broken": `{"lang": `, "unknown field": `{"pin": "1"}`, "two": `{} {}`, "unknown lock": `{"lock": ["training"]}`,
		"long": `{"lang": "` + strings.Repeat("x", maxMachine) + `"}`,
	} {
		_, err := laid(t, text)
		var d *desk.Error
		if !errors.As(err, &d) || d.Code != codeMachineFile {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A broken file stops the counter with a sentence; a refused flag is wrong usage.
func TestMachineFileAtTheStart(t *testing.T) {
	p := filepath.Join(t.TempDir(), "counter.json")
	must(t, os.WriteFile(p, []byte(`{"lang": "en", "lock": ["lang"]}`), 0o600))
	var out, errw bytes.Buffer
	if code := runWith(p, []string{"--lang", "zh-Hans"}, &out, &errw); code != 2 || !strings.Contains(errw.String(), "--lang") {
		t.Errorf("exit %d: %s", code, &errw)
	}
	must(t, os.WriteFile(p, []byte(`{`), 0o600))
	errw.Reset()
	if code := runWith(p, []string{"--lang", "en"}, &out, &errw); code != 1 || !strings.Contains(errw.String(), p) {
		t.Errorf("exit %d: %s", code, &errw)
	}
}

// --outreach is one screen and larger words; what was asked for otherwise stays, and the machine file can lay it down.
func TestOutreach(t *testing.T) {
	o := options{outreach: true, citizen: "1366,0"}
	if o.visiting(); !o.flip || o.scale != outreachScale || o.citizen != "" {
		t.Errorf("%+v", o)
	}
	o = options{outreach: true, scale: 2}
	if o.visiting(); o.scale != 2 {
		t.Errorf("a text size of %v", o.scale)
	}
	o = options{}
	if o.visiting(); o.flip || o.scale != 0 {
		t.Error("it is always so")
	}
	if v := (machine{Visits: true}).values()["outreach"]; v != "true" {
		t.Errorf("%q", v)
	}
}
