package ui

import (
	"bytes"
	"image"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

// visit is one person from the card to the farewell.
func (r *rig) visit() {
	r.t.Helper()
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.s.Step == flow.Choose || r.c.s.Step == flow.Agree })
	if r.c.s.Step == flow.Choose { // asked only of the first: the choice is remembered
		r.pass(time.Second)
		r.key(fyne.KeyReturn)
	}
	r.step(flow.Agree)
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
	r.key(fyne.KeyReturn)
	r.step(flow.Farewell)
	r.f.Cards.Lift(flowtest.Reader)
	r.key(fyne.KeyReturn)
	r.step(flow.Ready)
}

// soak is what is kept after a number of visits, and after as many again as often.
type soak struct {
	heap       [2]uint64
	goroutines [2]int
}

func (r *rig) soak(first, rest int, each func()) (s soak) {
	for n, visits := range []int{first, rest} {
		for range visits {
			r.visit()
			r.f.Forget() // what is measured is the counter's
			each()
		}
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s.heap[n], s.goroutines[n] = m.HeapAlloc, runtime.NumGoroutine()
	}
	return s
}

// grew tells what a counter must not do over a day: keep more than a tenth more, or leave goroutines behind.
func (s soak) grew() (heap, goroutines bool) {
	return s.heap[1]*10 > s.heap[0]*11, s.goroutines[1] > s.goroutines[0]+2
}

// alone runs the test in a process of its own, where nothing of other tests lies about, and tells whether this is not it.
func alone(t *testing.T) bool {
	t.Helper()
	const child = "BANGBAN_ALONE"
	if os.Getenv(child) == t.Name() {
		return false
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), child+"="+t.Name())
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("SOAK ")) {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
	return true
}

// TestSoak: many visits in one process, 40 or as many as BANGBAN_SOAK says. A thousand take 45 seconds.
func TestSoak(t *testing.T) {
	if alone(t) {
		return
	}
	n, err := strconv.Atoi(os.Getenv("BANGBAN_SOAK"))
	if err != nil || n < 10 {
		n = 40
	}
	r := newRig(t, nil)
	r.login()
	s := r.soak(n/5, n-n/5, func() {})
	heap, goroutines := s.grew()
	t.Logf("SOAK visits=%d heap %d → %d KiB, goroutines %d → %d", n, s.heap[0]>>10, s.heap[1]>>10, s.goroutines[0], s.goroutines[1])
	if heap || goroutines {
		t.Errorf("after %d visits: heap %v, goroutines %v", n, s.heap, s.goroutines)
	}
}

// The control: a portrait that is kept of each person, and a goroutine of each, are found.
func TestSoakFindsLeaks(t *testing.T) {
	if alone(t) {
		return
	}
	r := newRig(t, nil)
	r.login()
	var kept []image.Image
	stop := make(chan struct{})
	defer close(stop)
	s := r.soak(3, 12, func() {
		kept = append(kept, image.NewRGBA(image.Rect(0, 0, 1200, 1600)))
		go func() { <-stop }()
	})
	t.Logf("SOAK control: heap %d → %d KiB, goroutines %d → %d", s.heap[0]>>10, s.heap[1]>>10, s.goroutines[0], s.goroutines[1])
	if heap, goroutines := s.grew(); !heap || !goroutines {
		t.Errorf("a leak is not found: heap %v, goroutines %v", s.heap, s.goroutines)
	}
	runtime.KeepAlive(kept)
}
