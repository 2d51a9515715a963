package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestVerifyHandover judges a wallet's answer by what it was asked over OpenID4VP: the nonce that was asked for must come back.
func TestVerifyHandover(t *testing.T) {
	bin, dir := programDir(t), t.TempDir()
	b, err := os.ReadFile("../../verify/mdoc/testdata/handover.json")
	if err != nil {
		t.Fatal(err)
	}
	var f map[string]string
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "iaca.pem")
	if err := os.WriteFile(root, []byte(f["iaca"]), 0o600); err != nil {
		t.Fatal(err)
	}
	address := []string{"--client-id", f["client_id"], "--response-uri", f["response_uri"]}
	with := func(more ...string) []string { return append(address[:4:4], more...) }
	for _, tc := range []struct {
		answer string
		args   []string
		exit   int
	}{
		{"owf_final", with("--nonce", f["nonce"]), 0},
		{"owf_draft18", with("--nonce", f["nonce"], "--wallet-nonce", f["mdoc_nonce"]), 0},
		{"auth0_2023", with("--nonce", f["nonce"], "--wallet-nonce", f["mdoc_nonce"]), 0},
		{"owf_dcapi", []string{"--nonce", f["nonce"], "--origin", f["origin"]}, 0},
		{"owf_final", with("--nonce", "nonce-16"), 3},
		{"owf_draft18", with("--nonce", f["nonce"], "--wallet-nonce", "another"), 3},
		{"owf_draft18", with("--nonce", f["nonce"]), 3},
		{"owf_final", []string{"--nonce", f["nonce"]}, 4}, // asked where, nobody says
		{"owf_final", with("--nonce", f["nonce"], "--presenter", "AVA SPECIMEN", "--fresh"), 0},
		{"owf_final", with("--nonce", f["nonce"], "--presenter", "KAI SPECIMEN"), 3},
		{"owf_final", nil, 4},
		{"owf_final", with(), 2},
		{"owf_final", with("--nonce", f["nonce"], "--origin", f["origin"]), 2},
	} {
		answer, err := base64.StdEncoding.DecodeString(f[tc.answer])
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, tc.answer)
		if err := os.WriteFile(file, answer, 0o600); err != nil {
			t.Fatal(err)
		}
		args := append([]string{"verify", file, "--trust", root, "--at", f["at"], "--data", filepath.Join(dir, "none")}, tc.args...)
		cmd := exec.Command(filepath.Join(bin, program), args...)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if code := cmd.ProcessState.ExitCode(); code != tc.exit {
			t.Errorf("%s %v: exit %d, want %d: %s", tc.answer, tc.args, code, tc.exit, out)
		}
	}
}
