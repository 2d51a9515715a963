package store_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/store"
)

// play starts the rig's counter in a process of its own.
func (r *rig) play(act string, wrap ...string) *exec.Cmd {
	args := append(wrap, os.Args[0])
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), faultChild+"="+act, faultDir+"="+r.dir)
	return cmd
}

// killed lets a counter work and kills it after it has said some lines, or in the middle of the next act.
func killed(t *testing.T, r *rig, told *said, act string, lines int, more time.Duration) {
	t.Helper()
	cmd := r.play(act)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(out)
	for in.Scan() {
		told.line(in.Text())
		if lines--; lines <= 0 {
			break
		}
	}
	kill := time.AfterFunc(more, func() { cmd.Process.Kill() })
	for in.Scan() {
		told.line(in.Text())
	}
	kill.Stop()
	cmd.Process.Kill()
	cmd.Wait()
}

// torture kills a counter again and again, then lets one go on to the end.
func torture(t *testing.T, act string, kills int) (y tally, told *said) {
	t.Helper()
	r := newRig(t)
	told = &said{office: newReceiver(r)}
	for range kills {
		killed(t, r, told, act, 1+rand.IntN(8), time.Duration(rand.IntN(8000))*time.Microsecond)
	}
	y, why := told.after(t, r, r.conf(r.data()))
	if why != nil && act == "work" {
		t.Log(why)
	}
	y.cases, y.plain = kills, markers.Scan(t, r.dir)
	y.twice += told.office.forks
	y.note = fmt.Sprintf("%d queued, %d sent again", len(told.acked), told.office.again)
	return y, told
}

// The control takes parcels for sent before they are: the same check must report losses.
func TestFaultKillCounter(t *testing.T) {
	y, _ := torture(t, "work", many(50, 500))
	for range 5 {
		bad, _ := torture(t, "careless", 20)
		if y.control += bad.lost + bad.twice; y.control > 0 {
			break
		}
	}
	y.row(t, "SIGKILL of the counter")
}

// Two programs on one folder: one works, the other is told who does. The control does not ask.
func TestFaultTwoInstances(t *testing.T) {
	y := tally{note: "control: does not ask for the lock"}
	r := newRig(t)
	c, err := store.Open(t.Context(), r.conf(r.data()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range many(5, 20) {
		y.cases++
		out, err := r.play("enqueue").CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("data-locked")) || bytes.Contains(out, []byte("E ")) {
			y.twice++
			t.Logf("%v %s", err, out)
		}
	}
	if second, err := store.Open(t.Context(), r.conf(r.data()).NoLock()); err == nil {
		y.control++
		second.Close()
	}
	y.plain = markers.Scan(t, r.dir)
	y.row(t, "two programs, one folder")
}

// A folder was copied and both counters work on: the receiver takes each number once and tells that there are two. The
// control is a receiver that knows parcels by their receipt number only.
func TestFaultClonedDisk(t *testing.T) {
	y := tally{note: "told as forks by the receiver"}
	for range many(3, 20) {
		y.cases++
		r, before := seeded(t, 2, 0)
		twin := filepath.Join(r.dir, "twin")
		if err := os.CopyFS(twin, os.DirFS(r.data())); err != nil {
			t.Fatal(err)
		}
		office, naive := before.office, map[place]int{}
		for _, dir := range []string{r.data(), twin} {
			c, err := store.Open(t.Context(), r.conf(dir))
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if _, err := c.Issue(t.Context(), draft); err != nil {
					t.Fatal(err)
				}
			}
			if err := office.drain(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			rows, err := c.Parcels(t.Context(), store.Filter{}, store.Page{})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range rows {
				naive[place{1, p.Seq}]++
			}
			c.Close()
		}
		if office.forks != 3 { // every parcel of the second counter was told, none taken in another's place
			y.twice += 3 - office.forks
		}
		if len(office.held) != 5 {
			y.lost++
		}
		for _, n := range naive {
			y.control += n - 1
		}
		y.plain += markers.Scan(t, r.dir)
	}
	y.row(t, "cloned disk")
}
