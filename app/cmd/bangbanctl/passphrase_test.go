package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// A key file that stays shut is not told as one that is missing, and a folder without any is.
func TestPassphraseIsToldApart(t *testing.T) {
	dir := t.TempDir()
	inst, gateway := filepath.Join(dir, "institution"), filepath.Join(dir, "gateway")
	say := func(secret string, args ...string) string {
		t.Helper()
		var out, errw bytes.Buffer
		if secret != "" {
			args = append(args, "--passphrase", "-")
		}
		run(t.Context(), args, strings.NewReader(secret+"\n"), &out, &errw)
		return errw.String()
	}
	for _, args := range [][]string{{"institution", "init", inst, "--name", "SPECIMEN office", "--iss", "https://specimen.example/id"},
		{"inbox", "keys", inst, "--to", gateway, "--host", "127.0.0.1"}} {
		if said := say("SPECIMEN passphrase", args...); strings.Contains(said, "not") {
			t.Fatal(said)
		}
	}
	serve := []string{"inbox", "serve", "--listen", "127.0.0.1:0", "--operations", "-", "--store", "lite:" + filepath.Join(dir, "a.db"), "--keys"}
	open := []string{"inbox", "open", "--store", "lite:" + filepath.Join(dir, "b.db"), "--hand", filepath.Join(dir, "records"), "--keys"}
	for _, x := range []struct {
		secret string
		args   []string
		want   string
	}{
		{"", append(serve, gateway), "are under a passphrase"}, {"SPECIMEN other", append(serve, gateway), "does not open the key files"},
		{"", append(open, inst), "are under a passphrase"}, {"SPECIMEN other", append(open, inst), "does not open the key files"},
		{"", append(serve, inst), "holds no certificate and key of a gateway"}, {"SPECIMEN passphrase", append(open, gateway), "holds no back-office key"},
	} {
		if said := say(x.secret, x.args...); !strings.Contains(said, x.want) {
			t.Errorf("%v: want %q, said %s", x.args, x.want, said)
		}
	}
}
