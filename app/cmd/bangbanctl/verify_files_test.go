package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/verify/ofd/ofdtest"
	"bangban/app/verify/pdfsig/pdfsigtest"
)

// Licence files, signed PDF files and W3C credentials from the command line: exit 0, 3, 4, and which check decides.
func TestVerifyFiles(t *testing.T) {
	bin, dir := programDir(t), t.TempDir()
	write := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	k, p := ofdtest.New(t), pdfsigtest.NewKit(t)
	licence := ofdtest.Base("结婚证", "SPECIMEN")
	k.Sign(t, licence, ofdtest.Options{Version: 4})
	sm2 := write("sm2.pem", k.CA.PEM())
	good := write("good.ofd", licence.Zip())
	licence.Put("Doc_0/Pages/Page_0/Content.xml", "<x/>")
	altered := write("altered.ofd", licence.Zip())
	paper := pdfsigtest.New("SPECIMEN")
	p.Sign(t, paper, pdfsigtest.Options{})
	root := write("root.pem", p.Root.PEM())
	pdf := write("good.pdf", paper.B)
	paper.Update(map[int]string{4: "<</Length 2>>\nstream\nET\nendstream"})
	changed := write("changed.pdf", paper.B)
	plain := write("plain.pdf", pdfsigtest.New("SPECIMEN").B)
	vc, trust := vcFiles(t, write)
	for _, tc := range []struct {
		file, trust string
		exit        int
		format      string
	}{
		{good, sm2, 0, "ofd"}, {good, "", 4, "ofd"}, {altered, sm2, 3, "ofd"}, {altered, "", 3, "ofd"},
		{pdf, root, 0, "pdf"}, {pdf, "", 4, "pdf"}, {changed, root, 3, "pdf"}, {plain, root, 4, "pdf"},
		{vc["good_es256"], trust, 0, "vc+jwt"}, {vc["good_es256"], "", 4, "vc+jwt"}, {vc["none"], trust, 3, "vc+jwt"}, {vc["expired"], trust, 3, "vc+jwt"},
		{vc["sd_good"], trust, 0, "vc+sd-jwt"},
	} {
		args := []string{"verify", tc.file, "--json", "--data", filepath.Join(dir, "none"), "--at", time.Date(2026, 12, 20, 10, 0, 0, 0, time.UTC).Format(time.RFC3339)}
		if tc.trust != "" {
			args = append(args, "--trust", tc.trust)
		}
		cmd := exec.Command(filepath.Join(bin, program), args...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		var exit *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		var r struct{ Format, Verdict string }
		if err := json.Unmarshal(out.Bytes(), &r); err != nil || cmd.ProcessState.ExitCode() != tc.exit || r.Format != tc.format {
			t.Errorf("%s, trust %q: exit %d, %s; want %d, %s: %s%s", filepath.Base(tc.file), filepath.Base(tc.trust), cmd.ProcessState.ExitCode(), r.Format, tc.exit, tc.format, out.Bytes(), errs.Bytes())
		}
	}
}

// vcFiles writes the foreign credentials that package vcjose keeps, and their keys.
func vcFiles(t *testing.T, write func(string, []byte) string) (map[string]string, string) {
	t.Helper()
	b, err := os.ReadFile("../../verify/vcjose/testdata/foreign.json")
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for name, raw := range m {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			files[name] = write(name+".txt", []byte(s+"\n"))
		}
	}
	return files, write("keys.json", m["jwks"])
}
