package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/inbox/inboxtest"

	"golang.org/x/sys/unix"
)

// crashing is a program that dumps core on SIGQUIT where it may, in a folder of its own.
func crashing(t *testing.T, bin string, args ...string) *exec.Cmd {
	t.Helper()
	if b, err := os.ReadFile("/proc/sys/kernel/core_pattern"); err != nil || strings.ContainsAny(string(b), "|/") {
		t.Skipf("cores are not written into the folder here: %s", b)
	}
	cmd := exec.Command("sh", append([]string{"-c", `ulimit -S -c $(ulimit -H -c); exec "$@"`, "sh", bin}, args...)...)
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "GOTRACEBACK=crash", "BANGBAN_PLANTED=planted-7f3a")
	return cmd
}

// core lets a program crash and reads the core files that it leaves. Allowed takes back that it asked for none.
func core(t *testing.T, cmd *exec.Cmd, allowed bool) []byte {
	t.Helper()
	if allowed {
		var limit unix.Rlimit
		err := unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_CORE, nil, &limit)
		limit.Cur = limit.Max
		if err = errors.Join(err, unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_CORE, &limit, nil)); err != nil {
			t.Error(err)
		}
	}
	_ = cmd.Process.Signal(unix.SIGQUIT)
	_ = cmd.Wait()
	names, err := filepath.Glob(filepath.Join(cmd.Dir, "core*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

// visiting is a counter that crashes while it has a person's data: it has read them and waits for the end of the input.
func visiting(t *testing.T, b *bench, allowed bool) []byte {
	t.Helper()
	cmd := crashing(t, b.bin, "voucher", "issue", "--training", "--data", b.data, "--from", "-",
		"--purpose", "housing-fund", "--recipient", "demo-bank", "--out", filepath.Join(b.dir, "out"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// A pipe holds 64 KiB (pipe(7)): once more than that is written, the beginning has been read.
	if _, err := fmt.Fprint(in, visitor, strings.Repeat(" ", 80<<10)); err != nil {
		t.Fatal(err)
	}
	return core(t, cmd, allowed)
}

// holding is a gateway that crashes after it has taken parcels in.
func holding(t *testing.T, bin string) []byte {
	t.Helper()
	h := inboxtest.NewHall(t)
	h.Pass(time.Since(h.Now()))
	if _, err := h.Institution.MakeGateway(h.Keys, []string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	cmd := crashing(t, bin, "inbox", "serve", "--json", "--listen", "127.0.0.1:0", "--operations", "-",
		"--store", "lite:"+filepath.Join(t.TempDir(), "inbox.db"), "--keys", h.Keys)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said struct{ Listening string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &said) != nil {
		t.Fatalf("inbox serve said %q: %v", line, err)
	}
	c := h.Counter(t, "T01", nil)
	c.Issue(t, 3)
	if done, err := c.Deliver(t.Context(), c.Sink(t, said.Listening)); err != nil || done.Purged != 3 {
		t.Fatalf("%+v %v", done, err)
	}
	return core(t, cmd, true)
}

// A counter that crashes in the middle of a visit leaves no core file, whatever the system allows; one of a gateway tells
// nothing of a person. The control is the same counter with the limit taken back: its core does tell.
func TestFaultCores(t *testing.T) {
	if os.Getenv("BANGBAN_FAULTS") == "" {
		t.Skip("Go takes seconds to crash: sh packaging/faults.sh")
	}
	b := newBench(t)
	m := newMarks("QUIXSPECIMEN", "Q48151623", "石榴样本", inboxtest.Person, inboxtest.PersonNumber)
	told := visiting(t, b, true)
	control := len(m.in(told))
	if control == 0 {
		t.Errorf("the control's core of %d bytes tells nothing: nothing is proven", len(told))
	}
	cases, plain := 2, 0
	if os.Getenv("BANGBAN_FULL") != "" {
		cases = 10
	}
	for range cases {
		if found := visiting(t, b, false); len(found) > 0 {
			plain++
			t.Errorf("a core of %d bytes, with %q", len(found), m.in(found))
		}
	}
	gateway := holding(t, b.bin)
	if !bytes.Contains(gateway, []byte("planted-7f3a")) {
		t.Errorf("control: what was planted in the gateway is not in its core of %d bytes", len(gateway))
	}
	if found := m.in(gateway); len(found) > 0 {
		plain++
		t.Errorf("the gateway's core tells %q", found)
	}
	fmt.Printf("fault|crash with a core file|%d|0|0|%d|%d|%d of a counter, 1 of a gateway; control: may leave a core\n", cases+1, plain, control, cases)
}
