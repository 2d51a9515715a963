package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/app/inbox/inboxtest"
)

// strain is what the disk under a folder and the processors of this computer have done since it started, whoever asked
// for it.
type strain struct {
	dir     string
	at      time.Time
	written float64       // MB
	busy    time.Duration // the disk had something to do
	work    time.Duration // of all processors together
	told    bool          // the disk's figures are known
}

// strained reads /proc/diskstats (Documentation/admin-guide/iostats.rst) for the device under dir, and /proc/stat.
func strained(dir string) strain {
	s := strain{dir: dir, at: time.Now(), work: worked()}
	device := deviceOf(dir)
	b, _ := os.ReadFile("/proc/diskstats")
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 14 || device == "" || f[0]+":"+f[1] != device {
			continue
		}
		sectors, _ := strconv.ParseFloat(f[9], 64)
		ms, _ := strconv.Atoi(f[12])
		s.written, s.busy, s.told = sectors*512/1e6, time.Duration(ms)*time.Millisecond, true
	}
	return s
}

// deviceOf is major:minor of the disk that holds dir, from /proc/self/mountinfo; empty: not known.
func deviceOf(dir string) (device string) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return ""
	}
	b, _ := os.ReadFile("/proc/self/mountinfo")
	longest := -1
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 5 {
			continue
		}
		if rel, err := filepath.Rel(f[4], dir); err != nil || strings.HasPrefix(rel, "..") || len(f[4]) < longest {
			continue
		}
		longest, device = len(f[4]), f[2]
	}
	return device
}

// worked is user, nice, system, irq, softirq and steal time of all processors (proc(5)).
func worked() (d time.Duration) {
	b, _ := os.ReadFile("/proc/stat")
	first, _, _ := strings.Cut(string(b), "\n")
	f := strings.Fields(first)
	for _, i := range []int{1, 2, 3, 6, 7, 8} {
		if i < len(f) {
			n, _ := strconv.Atoi(f[i])
			d += time.Duration(n) * time.Second / ticks
		}
	}
	return d
}

// platter is what a disk was seen to do.
type platter struct {
	most float64 // MB/s written at best
	kept float64 // MB/s of parcels that it can keep as a database does, each byte written twice
}

// tell prints how hard the computer worked since s; ours is the processor time of this test and what it started.
func (p *platter) tell(s strain, ours time.Duration) {
	n := strained(s.dir)
	took := n.at.Sub(s.at).Seconds()
	share := func(d time.Duration) float64 { return 100 * d.Seconds() / took / float64(runtime.NumCPU()) }
	if n.work == 0 {
		return
	}
	disk := "the disk is not seen here"
	if s.told {
		rate := (n.written - s.written) / took
		disk = fmt.Sprintf("%.0f MB/s written", rate)
		if p.most > 0 {
			disk += fmt.Sprintf(", %.0f %% of the most this disk wrote", 100*rate/p.most)
		}
		disk += fmt.Sprintf(", disk busy %.0f %%", 100*(n.busy-s.busy).Seconds()/took)
	}
	fmt.Printf("load:   meanwhile %s; processors busy %.0f %%, %.0f %% with this test\n", disk, share(n.work-s.work), share(ours))
}

// settled lets a server write into its tables what so far is only ahead of them, and says what all of it cost the disk.
func settled(t *testing.T, server *inboxtest.Postgres, url string, from strain, payload int) {
	t.Helper()
	began := time.Now()
	psql(t, server, url, "CHECKPOINT")
	if n := strained(from.dir); n.told {
		fmt.Printf("load:   %.1f s later all is in the tables, too: %.2f bytes written to the disk a byte\n", time.Since(began).Seconds(),
			(n.written-from.written)*1e6/float64(payload))
	}
}

// recycled lets a server make the files that it writes ahead into: one that has run for a day writes into old ones.
func recycled(t *testing.T, server *inboxtest.Postgres, url string) {
	t.Helper()
	psql(t, server, url, strings.Repeat("SELECT pg_logical_emit_message(false, 'load', 'x'), pg_switch_wal();", 64)+"CHECKPOINT;")
}

// psql runs statements, each in a transaction of its own.
func psql(t *testing.T, server *inboxtest.Postgres, url, sql string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(server.Bin, "psql"), url, "-qtA")
	cmd.Stdin = strings.NewReader(sql)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// pieces writes so many pieces to a file, flushed one by one or at the end.
func pieces(name string, b []byte, times int, each bool) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(name)) }()
	for range times {
		if _, err := f.Write(b); err != nil {
			return err
		}
		if each {
			if err := f.Sync(); err != nil {
				return err
			}
		}
	}
	return f.Sync()
}

// stream writes pieces into each of some files at a time, flushing as the flags say, and gives the rate of what one flag
// alone wrote.
func (p *platter) stream(t *testing.T, what string, piece, times, files int, each ...bool) float64 {
	t.Helper()
	dir, b := t.TempDir(), make([]byte, piece)
	_, _ = rand.Read(b)
	from, cpu := strained(dir), cpuOf(os.Getpid())
	var wg sync.WaitGroup
	for i := range files {
		for k, flush := range each {
			wg.Go(func() {
				if err := pieces(filepath.Join(dir, fmt.Sprintf("%d-%d", i, k)), b, times/files, flush); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	mb := float64(piece*(times/files)*files) / time.Since(from.at).Seconds() / 1e6
	fmt.Printf("load: this disk, %d kB pieces, %s: %.1f MB/s\n", piece>>10, what, mb)
	(&platter{}).tell(from, cpuOf(os.Getpid())-cpu)
	p.most = max(p.most, mb*float64(len(each)))
	return mb
}

// measure finds out what the disk under the temporary folder can do.
func measure(t *testing.T, piece, times int) *platter {
	t.Helper()
	p := &platter{}
	p.stream(t, "append and fsync", piece, times, 1, true)
	p.stream(t, "the same, 4 files at a time", piece, times, 4, true)
	p.kept = max(p.stream(t, "append and fsync, and once more into a table's file flushed at the end", piece, times, 1, true, false),
		p.stream(t, "the same, 4 of each at a time", piece, times, 4, true, false))
	return p
}
