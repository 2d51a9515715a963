package store_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// inode is a file on a disk that keeps only what was flushed.
type inode struct {
	safe    []byte
	pending []cutEvent
	at      int64 // where the next plain write goes
}

func apply(b []byte, e cutEvent) []byte {
	if e.op == "cut" {
		if e.off <= int64(len(b)) {
			return b[:e.off]
		}
		return append(b, make([]byte, e.off-int64(len(b)))...)
	}
	if end := e.off + int64(len(e.data)); end > int64(len(b)) {
		b = append(b, make([]byte, end-int64(len(b)))...)
	}
	copy(b[e.off:], e.data)
	return b
}

// platter is the disk: names that are safe, names as the process sees them, and what lies between.
type platter struct {
	safe, seen map[string]*inode
	pending    []cutEvent // of names
}

func newPlatter(t *testing.T, dir string) *platter {
	p := &platter{safe: map[string]*inode{}, seen: map[string]*inode{}}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(path, "-shm") {
			return err
		}
		b, err := os.ReadFile(path)
		n := &inode{safe: b}
		p.safe[path], p.seen[path] = n, n
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *platter) play(e cutEvent) {
	n := p.seen[e.path]
	switch e.op {
	case "make", "fresh":
		if n == nil {
			p.seen[e.path] = &inode{}
			p.pending = append(p.pending, cutEvent{op: "make", path: e.path})
		} else if e.op == "fresh" {
			n.pending, n.at = append(n.pending, cutEvent{op: "cut"}), 0
		}
	case "drop", "move":
		p.pending = append(p.pending, e)
		delete(p.seen, e.path)
		if e.op == "move" {
			p.seen[e.to] = n
		}
	case "append":
		if n != nil {
			e.off = n.at
			n.at += int64(len(e.data))
			n.pending = append(n.pending, e)
		}
	case "write", "cut":
		if n != nil {
			n.pending = append(n.pending, e)
		}
	case "sync":
		p.flush(n, e.path)
	}
}

// flush makes a file safe, with its name where it is new; a folder's flush makes the names in it safe.
func (p *platter) flush(n *inode, path string) {
	if n != nil {
		for _, w := range n.pending {
			n.safe = apply(n.safe, w)
		}
		n.pending = nil
	}
	p.pending = slices.DeleteFunc(p.pending, func(e cutEvent) bool {
		mine := n != nil && e.op == "make" && e.path == path || n == nil && filepath.Dir(e.path) == path
		if mine {
			p.name(p.safe, e)
		}
		return mine
	})
}

// name carries one change of names out. A file that was made and is still seen elsewhere is the same file.
func (p *platter) name(names map[string]*inode, e cutEvent) {
	switch e.op {
	case "make":
		if n := p.seen[e.path]; n != nil {
			names[e.path] = n
		} else {
			names[e.path] = &inode{}
		}
	case "drop":
		delete(names, e.path)
	case "move":
		delete(names, e.path)
		if n := p.seen[e.to]; n != nil {
			names[e.to] = n
		}
	}
}

// The ways a disk may look after the power went.
const (
	dropAll    = iota // nothing that was not flushed is there
	keepAll           // all of it is
	keepSome          // some of the writes are
	tornWrites        // some of the sectors are
)

// image is what lies on the disk when the power goes now.
func (p *platter) image(model int, r *rand.Rand) map[string][]byte {
	names := map[string]*inode{}
	for k, v := range p.safe {
		names[k] = v
	}
	upTo := 0
	switch model {
	case keepAll:
		upTo = len(p.pending)
	case keepSome, tornWrites:
		upTo = r.IntN(len(p.pending) + 1)
	}
	for _, e := range p.pending[:upTo] {
		p.name(names, e)
	}
	out := map[string][]byte{}
	for path, n := range names {
		b := bytes.Clone(n.safe)
		for _, w := range n.pending {
			switch {
			case model == keepAll, model == keepSome && r.IntN(2) == 0:
				b = apply(b, w)
			case model == tornWrites && w.op == "cut" && r.IntN(2) == 0:
				b = apply(b, w)
			case model == tornWrites && w.op != "cut":
				for i := 0; i < len(w.data); i += 512 {
					if r.IntN(2) == 0 {
						b = apply(b, cutEvent{op: "write", off: w.off + int64(i), data: w.data[i:min(i+512, len(w.data))]})
					}
				}
			}
		}
		out[path] = b
	}
	return out
}
