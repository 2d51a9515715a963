//go:build unix

package ipp_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/print"
	"bangban/print/ipp"
)

// The tests of this file print on ippeveprinter, the IPP Everywhere printer of the CUPS project. It wants DNS-SD, so a
// private message bus and a private avahi on the loopback interface are started for it.

const busConf = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth><policy context="default">
<allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/>
<allow receive_type="signal"/></policy></busconfig>
`

const avahiConf = `[server]
use-ipv4=yes
use-ipv6=no
allow-interfaces=lo
[wide-area]
enable-wide-area=no
[publish]
publish-workstation=no
`

// command is the printer's hands. What it does is told by the name of the job. ippeveprinter does not tell it that a job was
// cancelled, so a job that was stuck leaves no paper unless it is to be refilled.
const command = `#!/bin/sh
cd %s
echo "STATE: -media-empty-error,media-empty-warning,media-jam-error,cover-open-error,toner-empty-error" >&2
case "$IPP_JOB_NAME" in
paper) state=media-empty-error;; warned) state=media-empty-warning;; cover) state=cover-open-error;;
toner) state=toner-empty-error;; jam) echo "STATE: +media-jam-error" >&2; sleep 0.3; exit 1;; abort) sleep 0.3; exit 1;; slow) state=none;;
refill) state=media-empty-error;; *) cp "$1" "out-$IPP_JOB_ID"; exit 0;;
esac
[ $state = none ] || echo "STATE: +$state" >&2
n=0
: > "waits-$IPP_JOB_NAME"
while [ ! -e "go-$IPP_JOB_NAME" ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done
[ $state = none ] || echo "STATE: -$state" >&2
[ "$IPP_JOB_NAME" != refill ] || cp "$1" "out-$IPP_JOB_ID"
`

// eve starts the printer and gives its address and where its papers lie.
func eve(t *testing.T) (address, dir string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a printer is not started in short tests")
	}
	printer := tool(t, "ippeveprinter", "cups-ipp-utils")
	bus, avahi := tool(t, "dbus-daemon", "dbus"), tool(t, "avahi-daemon", "avahi-daemon")
	dir, err := os.MkdirTemp("", "bangban-eve")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"bus.conf": fmt.Sprintf(busConf, path("bus")), "avahi.conf": avahiConf,
		"command": fmt.Sprintf(command, dir)} {
		if err := os.WriteFile(path(name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env := dnssd(t, bus, avahi, dir)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = l.Addr().String()
	l.Close()
	_, port, _ := strings.Cut(address, ":")
	if err := os.Mkdir(path("spool"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(printer, "-p", port, "-n", "localhost", "-d", path("spool"), "-k", "-2", "-c", path("command"),
		"-f", "application/pdf,image/pwg-raster", "Voucher")
	cmd.Env = env
	run(t, cmd)
	until(t, "the printer to listen", func() bool { return listens("tcp", address) })
	return address, dir
}

// dnssd gives the environment in which programs find DNS-SD: the computer's own, or a private one.
func dnssd(t *testing.T, bus, avahi, dir string) []string {
	t.Helper()
	if exec.Command(avahi, "--check").Run() == nil {
		return os.Environ()
	}
	if os.Getuid() != 0 {
		t.Skip("no avahi runs here and only root may start one: nothing printed")
	}
	socket := filepath.Join(dir, "bus")
	run(t, exec.Command(bus, "--config-file="+socket+".conf", "--nofork", "--nopidfile"))
	until(t, "the message bus", func() bool { return listens("unix", socket) })
	private := append(os.Environ(), "DBUS_SYSTEM_BUS_ADDRESS=unix:path="+socket)
	daemon := exec.Command(avahi, "--no-drop-root", "--no-chroot", "--no-rlimits", "-f", filepath.Join(dir, "avahi.conf"))
	daemon.Env = private
	run(t, daemon)
	until(t, "avahi", func() bool {
		return exec.Command(avahi, "--check").Run() == nil && listens("unix", "/run/avahi-daemon/socket")
	})
	return private
}

func TestEverywhere(t *testing.T) {
	address, dir := eve(t)
	p := ipp.New(ipp.Config{Address: address, Every: 50 * time.Millisecond, Grace: 300 * time.Millisecond, Patience: 1500 * time.Millisecond,
		Answer: 500 * time.Millisecond}).At("voucher", "/ipp/print")
	papers := func() int {
		out, err := filepath.Glob(filepath.Join(dir, "out-*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(out)
	}
	wait := func(name string) func() bool {
		return func() bool { _, err := os.Stat(filepath.Join(dir, name)); return err == nil }
	}
	for _, c := range []struct{ job, want string }{
		{"fine", ""}, {"paper", print.CodePaperOut}, {"warned", print.CodePaperOut}, {"cover", print.CodeCoverOpen}, {"toner", print.CodeInkOut},
		{"jam", print.CodeJam}, {"abort", print.CodeAborted}, {"slow", print.CodeUnreachable}, {"fine", ""},
	} {
		t.Run(c.job, func(t *testing.T) {
			before := papers()
			wantCode(t, p.Print(t.Context(), marked(c.job, 1000)), c.want)
			// The printer gets its paper now; the job ends all the same.
			if err := os.WriteFile(filepath.Join(dir, "go-"+c.job), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			until(t, "the job to end", func() bool {
				state, found, err := p.Find(t.Context(), c.job, hashOf(marked(c.job, 1000)))
				return err == nil && (!found || state == print.JobDone)
			})
			want := before
			if c.want == "" {
				want++
			}
			if got := papers(); got != want {
				t.Errorf("%d papers came out, want %d", got-before, want-before)
			}
		})
	}
	t.Run("refilled in time", func(t *testing.T) {
		patient := ipp.New(ipp.Config{Address: address, Every: 50 * time.Millisecond, Grace: 20 * time.Second}).At("voucher", "/ipp/print")
		result := make(chan error, 1)
		before := papers()
		go func() { result <- patient.Print(t.Context(), marked("refill", 1000)) }()
		until(t, "the printer to run out of paper", wait("waits-refill"))
		if err := os.WriteFile(filepath.Join(dir, "go-refill"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := <-result; err != nil || papers() != before+1 {
			t.Errorf("%d papers, %v", papers()-before, err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		_ = os.Remove(filepath.Join(dir, "go-slow"))
		_ = os.Remove(filepath.Join(dir, "waits-slow"))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		result := make(chan error, 1)
		go func() { result <- p.Print(ctx, marked("slow", 1000)) }()
		until(t, "the printer to begin", wait("waits-slow"))
		cancel()
		wantCode(t, <-result, print.CodeCancelled)
		if err := os.WriteFile(filepath.Join(dir, "go-slow"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	})
	can, err := p.Capabilities(t.Context())
	if err != nil || !has(can.Media, "iso_a5_148x210mm") && !has(can.Media, "iso_a4_210x297mm") {
		t.Errorf("capabilities %+v, %v", can, err)
	}
}

func has(list []string, want string) bool {
	for _, l := range list {
		if l == want {
			return true
		}
	}
	return false
}
