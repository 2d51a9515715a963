package station_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bangban/app/flow"
)

func TestPaperIsSigned(t *testing.T) {
	s, p, v, job := desktop(t)
	_, text, err := p.Signer.Sign(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	job.Text = text
	first, err := p.Press.Compose(context.Background(), job)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Press.Compose(context.Background(), job)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.PDF, again.PDF) {
		t.Error("the same voucher gives two different papers")
	}
	if !bytes.Contains(first.PDF, []byte("/SubFilter /ETSI.CAdES.detached")) {
		t.Error("the paper is not signed")
	}
	for name, change := range map[string]func(*flow.Job){
		"another serial": func(j *flow.Job) { j.Serial = "T01-000002" },
		"no voucher":     func(j *flow.Job) { j.Text = "SPECIMEN" },
	} {
		j := job
		change(&j)
		_, err := p.Press.Compose(context.Background(), j)
		wantCode(t, err, "read-back")
		if err == nil {
			t.Errorf("%s: the key signed it", name)
		}
	}
	s.Lock()
	_, err = p.Press.Compose(context.Background(), job)
	wantCode(t, err, "key-locked")
}

// TestPdfsigTrustsThePaper looks at a whole issued paper with a foreign reader that trusts the root of institution.pem.
func TestPdfsigTrustsThePaper(t *testing.T) {
	for _, tool := range []string{"pdfsig", "certutil"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the paper's signature was not looked at from outside", tool)
		}
	}
	p, institution := issuedHere(t)
	dir := t.TempDir()
	root, _ := pem.Decode(institution)
	for name, data := range map[string][]byte{"root.pem": pem.EncodeToMemory(root), "paper.pdf": p.pdf} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
		return string(out)
	}
	run("certutil", "-N", "-d", "sql:.", "--empty-password")
	run("certutil", "-A", "-d", "sql:.", "-n", "root", "-t", "C,C,C", "-i", "root.pem")
	out := run("pdfsig", "-nssdir", "sql:.", "paper.pdf")
	for _, want := range []string{"Signature is Valid", "Certificate is Trusted", "Total document signed", "Station T01"} {
		if !strings.Contains(out, want) {
			t.Errorf("pdfsig does not say %q: %s", want, out)
		}
	}
}
