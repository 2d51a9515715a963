package store_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"bangban/app/store"

	"golang.org/x/sys/unix"
)

// smallDisk mounts a disk of a few megabytes; where nobody may, the test says so.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a small disk needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func diskLeft(t *testing.T, dir string) int64 {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	return int64(st.Bavail) * st.Bsize
}

// fill leaves so many bytes of the disk.
func fill(t *testing.T, dir string, leave int64) string {
	p := filepath.Join(dir, "filler")
	if n := diskLeft(t, dir) - leave; n > 0 {
		if err := os.WriteFile(p, make([]byte, n), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// The disk is full at every size: an act that fails leaves nothing, what was acknowledged can be read, and the queue
// drains itself. The control has no ballast: it cannot.
func TestFaultDiskFull(t *testing.T) {
	disk := smallDisk(t)
	y := tally{note: "control: no ballast, cannot drain"}
	for i := range many(20, 60) {
		y.cases++
		for _, ballast := range []int64{1 << 20, 0} {
			dir := filepath.Join(disk, strconv.Itoa(i))
			bad, err := fullDisk(t, disk, dir, ballast, int64(i)*16<<10)
			if ballast == 0 {
				if err != nil {
					y.control++
				}
			} else {
				y.lost, y.twice, y.plain = y.lost+bad.lost, y.twice+bad.twice, y.plain+bad.plain
				if err != nil {
					y.lost++
					t.Logf("%d KiB left: %v", i*16, err)
				}
			}
			os.RemoveAll(dir)
			os.Remove(filepath.Join(disk, "filler"))
		}
	}
	y.row(t, "disk full")
}

func fullDisk(t *testing.T, disk, dir string, ballast, leave int64) (y tally, err error) {
	r := newRig(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	conf := r.conf(dir).Sync("OFF")
	conf.Ballast = ballast
	c, err := store.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			c.Close()
		}
	}()
	told := &said{office: newReceiver(r)}
	issue := func() error {
		id, err := c.Issue(t.Context(), draft)
		if err == nil {
			told.acked = append(told.acked, id)
		}
		return err
	}
	for range 5 {
		if err := issue(); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, disk, leave)
	n := 0
	for err = issue(); err == nil && n < 500; err = issue() {
		n++
	}
	if err == nil || !bytes.Contains([]byte(err.Error()), []byte("full")) && !bytes.Contains([]byte(err.Error()), []byte("disk I/O")) {
		return y, fmt.Errorf("%d more were issued, then: %w", n, err)
	}
	if rows, err := c.Ledger(t.Context()); err != nil || len(rows) != len(told.acked) {
		return y, fmt.Errorf("%d of %d can be read: %w", len(rows), len(told.acked), err)
	}
	if err := told.office.drain(t.Context(), c); err != nil {
		return y, fmt.Errorf("does not drain: %w", err)
	}
	os.Remove(filepath.Join(disk, "filler"))
	if err := errors.Join(issue(), c.Close()); err != nil {
		return y, fmt.Errorf("does not go on: %w", err)
	}
	closed = true
	conf.Ballast = 0
	y, err = told.after(t, r, conf)
	y.plain = markers.Scan(t, dir)
	return y, err
}

// The n-th write, flush or cut fails with EIO. What failed may not count, what was acknowledged may not go. The control
// says that it is done when it is not.
func TestFaultIO(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not here: no write fails")
	}
	y := tally{note: "control: acknowledges what failed"}
	hit := 0
	for i := range many(30, 300) {
		y.cases++
		n := 1 + i
		if !full() && i > 9 { // every call of a start, then some of the work
			n = 10 + (i-9)*9
		}
		for _, act := range []string{"errors", "bold"} {
			if act == "bold" {
				if i%10 != 0 {
					continue
				}
				n = 1 + i*7 // beyond the start: it must say of something that it is done
			}
			r, told := seeded(t, 1, 0)
			cmd := r.play(act, strace, "-f", "--seccomp-bpf", "-o", os.DevNull, "-e", "trace=pwrite64,fsync,fdatasync,ftruncate", "-e",
				fmt.Sprintf("inject=pwrite64,fsync,fdatasync,ftruncate:error=EIO:when=%d", n))
			out, _ := cmd.Output() // a counter that cannot start says nothing
			failed := 0
			for in := bufio.NewScanner(bytes.NewReader(out)); in.Scan(); {
				told.line(in.Text())
				if bytes.HasPrefix(in.Bytes(), []byte("F ")) {
					failed++
				}
			}
			one, why := told.after(t, r, r.conf(r.data()))
			if act == "bold" {
				y.control += one.lost
				continue
			}
			if failed > 0 {
				hit++
			}
			if why != nil {
				t.Logf("call %d: %v", n, why)
			}
			y.lost, y.twice, y.plain = y.lost+one.lost, y.twice+one.twice, y.plain+markers.Scan(t, r.dir)
		}
	}
	if hit == 0 {
		t.Error("no act ever failed")
	}
	y.note += fmt.Sprintf("; %d runs with failed acts", hit)
	y.row(t, "failed I/O")
}
