package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"bangban/app/verify/ofd/ofdtest"
	"bangban/app/verify/pdfsig/pdfsigtest"
	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
)

// dialling makes a run of the test program open a connection, for the control.
const dialling = "BANGBAN_TEST_DIALS"

// onTheWire are calls of strace(1) that reach beyond the machine's own sockets.
var onTheWire = regexp.MustCompile(`(?m)^.*\b(socket\((AF_INET|AF_INET6|AF_PACKET)|connect\(.*sin6?_|sendto\(.*sin6?_|sendmsg\(.*sin6?_).*$`)

// presented writes a credential of every format, with the anchors of those that pass, into two folders.
func presented(t *testing.T) (dir string, trust []string) {
	t.Helper()
	dir, anchors := t.TempDir(), t.TempDir()
	write := func(in, name string, b []byte) string {
		p := filepath.Join(in, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for format, file := range map[string]string{"sdjwt": "sd-jwt-vc.json", "mdoc": "auth0-mdl.json", "vds": "openssl.json", "shc": "jose.json", "vcjose": "foreign.json"} {
		b, err := os.ReadFile(filepath.Join("../../verify", format, "testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]json.RawMessage
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		for name, raw := range m {
			var s string
			switch {
			case name == "jwks":
				trust = append(trust, write(anchors, format+"-keys.json", raw))
			case json.Unmarshal(raw, &s) != nil:
			case strings.HasPrefix(s, "-----BEGIN CERT"):
				trust = append(trust, write(anchors, format+"-"+name+".pem", []byte(s)))
			case strings.HasPrefix(name, "good"), strings.HasSuffix(name, "_good"):
				data := []byte(s)
				if der, err := base64.StdEncoding.DecodeString(s); err == nil && format == "mdoc" {
					data = der
				}
				write(dir, format+"-"+name, data)
			}
		}
	}
	a := vouchertest.New(t, vouchertest.Issuer)
	trust = append(trust, write(anchors, "institution.pem", a.PEM))
	write(dir, "voucher.txt", []byte(voucher.Encode(vouchertest.Sign(t, a.Voucher(), a.Signer(t)))))
	k, p := ofdtest.New(t), pdfsigtest.NewKit(t)
	trust = append(trust, write(anchors, "sm2.pem", k.CA.PEM()), write(anchors, "pdf.pem", p.Root.PEM()))
	d := ofdtest.Base("结婚证", "SPECIMEN")
	k.Sign(t, d, ofdtest.Options{Version: 4})
	write(dir, "licence.ofd", d.Zip())
	paper := pdfsigtest.New("SPECIMEN")
	p.Sign(t, paper, pdfsigtest.Options{})
	write(dir, "paper.pdf", paper.B)
	for _, f := range []string{"hcert/AT/2DCode/raw/1.json"} {
		if b, err := os.ReadFile(filepath.Join("../../../../shared/vectors", f)); err == nil {
			var m map[string]any
			if json.Unmarshal(b, &m) == nil {
				s, _ := m["PREFIX"].(string)
				write(dir, "hcert.txt", []byte(s))
			}
		}
	}
	write(dir, "aadhaar.txt", []byte("1"+strings.Repeat("234567890", 300)))
	write(dir, "netid.txt", []byte("netid:SPECIMEN"))
	write(dir, "garbage", bytes.Repeat([]byte("x"), 5000))
	return dir, trust
}

// TestNoPacketLeaves has the program judge credentials of every format under strace, and where that can be had in a
// namespace without any network: no socket but those of the machine, and the same answers.
func TestNoPacketLeaves(t *testing.T) {
	if os.Getenv(dialling) != "" {
		if c, err := net.DialTimeout("tcp", "127.0.0.1:9", time.Second); err == nil {
			c.Close()
		}
		return
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not here: whether a packet leaves cannot be seen")
	}
	trace := func(env string, args ...string) (calls string, out []byte) {
		log := filepath.Join(t.TempDir(), "trace")
		cmd := exec.Command(strace, append([]string{"-f", "-qq", "-e", "trace=network", "-o", log}, args...)...)
		cmd.Env = append(os.Environ(), env)
		var stdout bytes.Buffer
		cmd.Stdout = &stdout
		var exit *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		b, err := os.ReadFile(log)
		if err != nil {
			t.Skipf("strace cannot trace here: %v", err)
		}
		return string(b), stdout.Bytes()
	}
	if calls, _ := trace(dialling+"=1", os.Args[0], "-test.run", "^TestNoPacketLeaves$"); !onTheWire.MatchString(calls) {
		if strings.TrimSpace(calls) == "" {
			t.Skip("strace sees nothing here")
		}
		t.Fatalf("control: a connection was not seen: %s", calls)
	}
	dir, trust := presented(t)
	args := []string{filepath.Join(programDir(t), program), "verify", dir, "--json", "--data", filepath.Join(t.TempDir(), "none"), "--at", "2026-12-01T10:00:00Z"}
	for _, f := range trust {
		args = append(args, "--trust", f)
	}
	calls, out := trace("X=1", args...)
	if found := onTheWire.FindString(calls); found != "" {
		t.Errorf("a verdict reached for the network: %s", found)
	}
	verdicts := map[string]string{}
	for line := range strings.Lines(string(out)) {
		var r struct {
			File   string
			Result struct{ Format, Verdict string }
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		verdicts[r.File] = r.Result.Format + " " + r.Result.Verdict
	}
	formats := map[string]bool{}
	for _, v := range verdicts {
		formats[v] = true
	}
	if !formats["sd-jwt-vc passed"] && !formats["sd-jwt-vc indeterminate"] || !formats["ofd passed"] || !formats["pdf passed"] || len(formats) < 9 {
		t.Errorf("judged too little: %v", verdicts)
	}
	t.Logf("%d files, %d kinds of answers, no packet", len(verdicts), len(formats))
	cut := exec.Command("unshare", append([]string{"-rn"}, args...)...)
	got, err := cut.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || len(got) == 0) {
		t.Logf("no namespace without a network here: %v", err)
		return
	}
	if !bytes.Equal(got, out) {
		t.Errorf("without a network the answers differ: %s", fmt.Sprintf("%d bytes for %d", len(got), len(out)))
	}
}
