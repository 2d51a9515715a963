package cmd_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
)

// blocks gives the code of a guide in one language, in order.
func blocks(t *testing.T, file, language string) (all []string) {
	t.Helper()
	for _, part := range strings.Split(readRoot(t, file), "\n```"+language+"\n")[1:] {
		code, _, closed := strings.Cut(part, "\n```\n")
		if !closed {
			t.Fatalf("%s: a block of %s is not closed", file, language)
		}
		all = append(all, code+"\n")
	}
	if len(all) == 0 {
		t.Fatalf("%s has no block of %s", file, language)
	}
	return all
}

// overlay makes a file for go build -overlay: paths of the module's root that are not there, or other than they are.
func overlay(t *testing.T, files map[string]string) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir, replace := t.TempDir(), map[string]string{}
	for name, text := range files {
		p := filepath.Join(dir, strconv.Itoa(len(replace))+".txt")
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, filepath.FromSlash(name))] = p
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	p := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(p, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// releaseOnly leaves out what compiles much, unless BANGBAN_RELEASE is set: packaging/packages-test.sh sets it.
func releaseOnly(t *testing.T) {
	t.Helper()
	if os.Getenv("BANGBAN_RELEASE") == "" {
		t.Skip("compiles much: with BANGBAN_RELEASE=1")
	}
}

// goTool runs the go command in the module's root.
func goTool(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// checkers are the three programs of the guide for relying offices, ready to be called with INSTITUTION TEXT AUDIENCE.
func checkers(t *testing.T, dir string) map[string][]string {
	t.Helper()
	const guide = "packaging/guide/relying.md"
	all := map[string][]string{}
	program := filepath.Join(dir, "check")
	files := map[string]string{"app/cmd/relyingexample/main.go": blocks(t, guide, "go")[0]}
	if out, err := goTool(t, "build", "-overlay", overlay(t, files), "-o", program, "./app/cmd/relyingexample"); err != nil {
		t.Fatalf("the Go checker of the guide: %v\n%s", err, out)
	}
	all["go"] = []string{program}
	for language, probe := range map[string][]string{"python": {"python3", "-c", "import cryptography"}, "js": {"node", "-e", "0"}} {
		if err := exec.CommandContext(t.Context(), probe[0], probe[1:]...).Run(); err != nil {
			t.Logf("%s is not run: %s: %v", language, strings.Join(probe, " "), err)
			continue
		}
		name := filepath.Join(dir, "check."+map[string]string{"python": "py", "js": "mjs"}[language])
		if err := os.WriteFile(name, []byte(blocks(t, guide, language)[0]), 0o600); err != nil {
			t.Fatal(err)
		}
		all[language] = []string{probe[0], name}
	}
	return all
}

// TestRelyingGuide runs the checkers of the guide over good and bad papers: all must say the same.
func TestRelyingGuide(t *testing.T) {
	releaseOnly(t)
	dir := t.TempDir()
	programs := checkers(t, dir)
	a, other := vouchertest.New(t, vouchertest.Issuer), vouchertest.New(t, vouchertest.Issuer)
	signer, draft := a.Signer(t), a.Voucher()
	good := vouchertest.Sign(t, draft, signer)
	bent := func(edit func([]byte)) string {
		m := append([]byte(nil), good...)
		edit(m)
		return voucher.Encode(m)
	}
	write := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	pem, otherPEM := write("institution.pem", a.PEM), write("other.pem", other.PEM)
	during, after, before := draft.IssuedAt.Add(time.Hour), draft.Expires, draft.NotBefore.Add(-10*time.Minute)
	for _, c := range []struct {
		name, text, pem, aud string
		at                   time.Time
		exit                 int
		says                 string
	}{
		{"good", voucher.Encode(good), pem, draft.Audience, during, 0, "passed"},
		{"signature", bent(func(m []byte) { m[len(m)-1] ^= 1 }), pem, draft.Audience, during, 3, "failed"},
		{"payload", bent(func(m []byte) { m[len(m)-80] ^= 1 }), pem, draft.Audience, during, 3, "failed"},
		{"other institution", voucher.Encode(good), otherPEM, draft.Audience, during, 4, "indeterminate"},
		{"other audience", voucher.Encode(good), pem, "demo-zoo", during, 3, "audience"},
		{"ended", voucher.Encode(good), pem, draft.Audience, after, 3, "time"},
		{"too early", voucher.Encode(good), pem, draft.Audience, before, 3, "time"},
		{"not a code", "HELLO WORLD", pem, draft.Audience, during, 4, "indeterminate"},
	} {
		text := write("text", []byte(c.text))
		for language, program := range programs {
			at := strconv.FormatInt(c.at.Unix(), 10)
			if language == "go" {
				at = c.at.Format(time.RFC3339)
			}
			args := append(append([]string(nil), program[1:]...), c.pem, text, c.aud, at)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			cmd := exec.CommandContext(ctx, program[0], args...)
			out, err := cmd.CombinedOutput()
			cancel()
			if cmd.ProcessState == nil {
				t.Fatalf("%s: %v", language, err)
			}
			if code := cmd.ProcessState.ExitCode(); code != c.exit || !strings.Contains(strings.ToLower(string(out)), c.says) {
				t.Errorf("%s by %s: exit %d, %q; wanted %d, %q", c.name, language, code, out, c.exit, c.says)
			}
		}
	}
}
