package store_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bangban/app/queue"
)

// cutEvent is one thing that a process asked of the file system, or said.
type cutEvent struct {
	op   string // write, cut, sync, make, drop, move, say
	path string
	to   string
	data []byte
	off  int64
}

// traced runs the rig's counter under strace and gives what it asked of the file system below its data folder.
func traced(t *testing.T, r *rig, act, level string) []cutEvent {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not here: no power is cut")
	}
	log := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, "-f", "--seccomp-bpf", "-y", "-xx", "-s", "4000000", "-e", "signal=none", "-o", log,
		"-e", "trace=pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2,openat,open", os.Args[0])
	cmd.Env = append(os.Environ(), faultChild+"="+act, faultDir+"="+r.dir, faultSync+"="+level, "GOMAXPROCS=2")
	if out, err := cmd.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("ptrace")) {
			t.Skipf("strace may not trace here: %s", out)
		}
		t.Fatalf("%s: %v %s", act, err, out)
	}
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []cutEvent
	half := map[string]string{}
	lines := bufio.NewReaderSize(f, 1<<20)
	for {
		line, err := lines.ReadString('\n')
		if line == "" && err != nil {
			break
		}
		pid, call, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		call = strings.TrimLeft(call, " ")
		if rest, ok := strings.CutSuffix(call, " <unfinished ...>"); ok {
			half[pid] = rest
			continue
		}
		if strings.HasPrefix(call, "<... ") {
			_, rest, _ := strings.Cut(call, "resumed>")
			call = half[pid] + rest
		}
		if e, ok := parseCall(call, r.data()); ok {
			all = append(all, e)
		}
	}
	return all
}

// parseCall reads one finished call of strace -y -xx.
func parseCall(call, below string) (e cutEvent, ok bool) {
	name, rest, found := strings.Cut(call, "(")
	at := strings.LastIndex(rest, ") ")
	if !found || at < 0 {
		return e, false
	}
	result := strings.TrimLeft(rest[at+1:], " =")
	if strings.HasPrefix(result, "-") || strings.HasPrefix(result, "?") {
		return e, false
	}
	args := strings.Split(rest[:at], ", ")
	num := func(i int) int64 { n, _ := strconv.ParseInt(args[i], 10, 64); return n }
	e.path = fdPath(args[0])
	switch name {
	case "write":
		if strings.HasPrefix(args[0], "1<") {
			return cutEvent{op: "say", data: quoted(args[1])}, true
		}
		e.op, e.data, e.off = "append", quoted(args[1]), -1
	case "pwrite64":
		e.op, e.data, e.off = "write", quoted(args[1]), num(3)
	case "ftruncate":
		e.op, e.off = "cut", num(1)
	case "fsync", "fdatasync":
		e.op = "sync"
	case "unlink":
		e.op, e.path = "drop", string(quoted(args[0]))
	case "unlinkat":
		e.op, e.path = "drop", string(quoted(args[1]))
	case "rename":
		e.op, e.path, e.to = "move", string(quoted(args[0])), string(quoted(args[1]))
	case "renameat", "renameat2":
		e.op, e.path, e.to = "move", string(quoted(args[1])), string(quoted(args[3]))
	case "openat", "open":
		if !strings.Contains(rest, "O_CREAT") {
			return e, false
		}
		e.op, e.path = "make", string(quoted(args[len(args)-3]))
		if strings.Contains(rest, "O_TRUNC") {
			e.op = "fresh"
		}
	}
	return e, strings.HasPrefix(e.path, below) && !strings.HasSuffix(e.path, "-shm") && filepath.Base(e.path) != "lock"
}

func fdPath(arg string) string {
	_, p, _ := strings.Cut(arg, "<")
	p = strings.TrimSuffix(p, ">")
	if strings.HasPrefix(p, `\x`) {
		p = string(quoted(`"` + p + `"`))
	}
	return p
}

func quoted(arg string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Trim(arg, `".`), `\x`, ""))
	if err != nil {
		panic(fmt.Sprintf("strace argument %.40s", arg))
	}
	return b
}

// making is how many events it takes at least to make a file that has its WAL.
const making = 24

// cutPower plays what a counter did up to count random moments and looks at the disk after each, in all four ways.
func cutPower(t *testing.T, r *rig, before *said, act, level string, count int) (y tally) {
	t.Helper()
	disk := newPlatter(t, r.data())
	events := traced(t, r, act, level)
	rnd := mrand.New(mrand.NewPCG(mrand.Uint64(), 0))
	cuts := make([]int, (count+3)/4)
	for i := range cuts {
		cuts[i] = rnd.IntN(len(events) + 1)
	}
	if len(before.acked) == 0 { // the file is being made: each moment of that
		for i := range min(making, len(events)) {
			cuts = append(cuts, i)
		}
	}
	slices.Sort(cuts)
	told := &said{acked: slices.Clone(before.acked), carried: slices.Clone(before.carried), office: before.office.clone()}
	syncs := 0
	for i := 0; i <= len(events); i++ {
		for len(cuts) > 0 && cuts[0] == i {
			cuts = cuts[1:]
			for model := dropAll; model <= tornWrites; model++ {
				one, err := told.look(t, r, disk.image(model, rnd))
				if err != nil && level == "" {
					t.Logf("%s: event %d of %d, model %d: %v", act, i, len(events), model, err)
				}
				y.cases++
				y.lost, y.twice, y.plain = y.lost+one.lost, y.twice+one.twice, y.plain+one.plain
			}
		}
		if i == len(events) {
			break
		}
		if e := events[i]; e.op == "say" {
			for l := range strings.Lines(string(e.data)) {
				told.line(l)
			}
		} else {
			if e.op == "sync" {
				syncs++
			}
			disk.play(e)
		}
	}
	if level == "" && (syncs == 0 || len(told.acked) == 0) {
		t.Fatalf("%s: %d flushes, %d acknowledged: the trace says nothing", act, syncs, len(told.acked))
	}
	return y
}

// look opens one image and lets the counter go on.
func (s *said) look(t *testing.T, r *rig, image map[string][]byte) (tally, error) {
	dir, err := os.MkdirTemp(t.TempDir(), "image")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	plain := 0
	for path, b := range image {
		rel, _ := filepath.Rel(r.data(), path)
		p := filepath.Join(dir, rel)
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o700), os.WriteFile(p, b, 0o600)); err != nil {
			t.Fatal(err)
		}
		plain += markers.In(b)
	}
	y, why := s.after(t, r, r.conf(dir).Sync("OFF"))
	y.plain += plain
	if missing := s.offStick(r, filepath.Join(dir, "stick")); missing > 0 {
		y.lost += missing
		why = errors.Join(why, fmt.Errorf("%d are not on the stick", missing))
	}
	return y, why
}

// offStick counts what was said to be carried and is on no stick, whole.
func (s *said) offStick(r *rig, dir string) int {
	if len(s.carried) == 0 {
		return 0
	}
	on := map[uint64]bool{}
	files, _ := queue.Batches(dir)
	for _, f := range files {
		b, err := queue.ReadBatch(f, r.holder)
		if err != nil {
			continue
		}
		for _, p := range b.Parcels {
			on[p.Seq] = true
		}
	}
	n := 0
	for _, seq := range s.carried {
		if !on[seq] {
			n++
		}
	}
	return n
}

// The power goes at random moments of every act. The control is the same counter with synchronous=OFF.
func TestFaultPowerCut(t *testing.T) {
	for _, sc := range []struct {
		act     string
		seed    int
		version int64
	}{{"enqueue", 0, 0}, {"ack", 12, 0}, {"purge", 10, 0}, {"checkpoint", 4, 0}, {"migration", 6, 2}, {"export", 2, 0}} {
		t.Run(sc.act, func(t *testing.T) {
			r, before := seeded(t, sc.seed, sc.version)
			y := cutPower(t, r, before, sc.act, "", many(20, 1000))
			r, before = seeded(t, sc.seed, sc.version)
			bad := cutPower(t, r, before, sc.act, "OFF", many(20, 100))
			y.control = bad.lost + bad.twice
			y.note = "control: synchronous=OFF"
			y.row(t, "power cut, "+sc.act)
		})
	}
}

// The replay is faithful: when nothing is cut, the disk it makes is the disk that is there.
func TestReplayIsFaithful(t *testing.T) {
	r, _ := seeded(t, 4, 0)
	disk := newPlatter(t, r.data())
	for _, e := range traced(t, r, "export", "") {
		if e.op != "say" {
			disk.play(e)
		}
	}
	image := disk.image(keepAll, nil)
	files, _ := os.ReadDir(r.data())
	for _, f := range files {
		if _, ok := image[filepath.Join(r.data(), f.Name())]; !ok && f.Name() != "lock" && !f.IsDir() {
			t.Errorf("%s was not replayed", f.Name())
		}
	}
	for path, b := range image {
		real, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(real, b) {
			t.Errorf("%s: %d bytes replayed, %d on the disk: %v", filepath.Base(path), len(b), len(real), err)
		}
	}
}
