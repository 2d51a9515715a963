package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// cage is a control group whose writes to one disk are held to a rate: a slower disk, for showing that the disk is the
// limit where it is slower than the processors.
type cage struct{ dir, outside string }

// slowDisk makes the cage that BANGBAN_LOAD_MBPS asks for; nil without it. It must be called before the server is started,
// so that it is taken away after the server has stopped.
func slowDisk(t *testing.T) *cage {
	t.Helper()
	mb, err := strconv.Atoi(os.Getenv("BANGBAN_LOAD_MBPS"))
	if err != nil {
		return nil
	}
	device := deviceOf(os.TempDir())
	if whole, err := filepath.EvalSymlinks("/sys/dev/block/" + device); err == nil {
		if _, err := os.Stat(filepath.Join(whole, "partition")); err == nil { // a group's limit is the whole disk's
			b, _ := os.ReadFile(filepath.Join(filepath.Dir(whole), "dev"))
			device = strings.TrimSpace(string(b))
		}
	}
	c, err := newCage(device, mb)
	if err != nil {
		t.Fatalf("a slower disk needs root and a control group for block devices: %v", err)
	}
	t.Cleanup(func() {
		c.leave(t)
		if err := os.Remove(c.dir); err != nil {
			t.Error(err)
		}
	})
	fmt.Printf("load: PostgreSQL may write %d MB/s to this disk, no more\n", mb)
	return c
}

// newCage knows cgroup v1 (blkio.throttle.write_bps_device) and v2 (io.max).
func newCage(device string, mb int) (*cage, error) {
	const root = "/sys/fs/cgroup"
	name := "bangban-load-" + strconv.Itoa(os.Getpid())
	c := &cage{filepath.Join(root, "blkio", name), filepath.Join(root, "blkio")}
	file, rule := "blkio.throttle.write_bps_device", fmt.Sprintf("%s %d", device, mb*1_000_000)
	if _, err := os.Stat(c.outside); err != nil {
		c = &cage{filepath.Join(root, name), root}
		file, rule = "io.max", fmt.Sprintf("%s wbps=%d", device, mb*1_000_000)
		if err := os.WriteFile(filepath.Join(root, "cgroup.subtree_control"), []byte("+io"), 0); err != nil {
			return nil, err
		}
	}
	if err := os.Mkdir(c.dir, 0o755); err != nil {
		return nil, err
	}
	return c, os.WriteFile(filepath.Join(c.dir, file), []byte(rule), 0)
}

// enter puts a process and its children into the cage, and so whatever they start.
func (c *cage) enter(t *testing.T, pid int) {
	t.Helper()
	if c == nil {
		return
	}
	all := []int{pid}
	names, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range names {
		b, _ := os.ReadFile(name)
		_, rest, _ := strings.Cut(string(b), ") ") // after the name: state, parent
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(pid) && pid != os.Getpid() {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			all = append(all, child)
		}
	}
	for _, p := range all {
		if err := os.WriteFile(filepath.Join(c.dir, "cgroup.procs"), []byte(strconv.Itoa(p)), 0); err != nil && p == pid {
			t.Fatal(err)
		}
	}
}

// leave takes this process out again.
func (c *cage) leave(t *testing.T) {
	t.Helper()
	if c == nil {
		return
	}
	if err := os.WriteFile(filepath.Join(c.outside, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0); err != nil {
		t.Error(err)
	}
}

// postmaster reads the process number of a server from its folder.
func postmaster(t *testing.T, data string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
