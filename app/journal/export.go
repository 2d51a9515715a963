package journal

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const magic = "bangban-journal/1"

// MaxLeaves bounds an export that is read.
const MaxLeaves = 50_000_000

// Export writes the first c.Size leaves and the signed checkpoint c was opened from.
func Export(w io.Writer, s Storage, c Checkpoint, signed []byte) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s\n%s\n%d\n", magic, c.Origin, c.Size)
	for n := range c.Size {
		leaf, err := s.Leaf(n)
		if err != nil {
			return err
		}
		b.WriteString(base64.StdEncoding.EncodeToString(leaf))
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	b.Write(signed)
	return b.Flush()
}

// Report is what a verified export holds.
type Report struct {
	Checkpoint Checkpoint   // the one in the export
	Older      *Checkpoint  // the one handed in, if any: its leaves are the first ones of the export
	Acts       map[Kind]int // how many of each
}

// Verify reads an export, computes the root from its leaves and compares it with the signed checkpoint at its end and
// with older, a signed checkpoint from elsewhere (a receipt, a day-end sheet); nil: none. each, where not nil, is
// handed every event in order while the root is not yet proven: use what it gathered only if Verify returns no error.
func Verify(export io.Reader, older []byte, known note.Verifiers, each func(n int64, e Event) error) (*Report, error) {
	r := bufio.NewReaderSize(export, 8<<10)
	origin, size, err := exportHead(r)
	if err != nil {
		return nil, err
	}
	rep := &Report{Acts: map[Kind]int{}}
	if older != nil {
		c, err := OpenCheckpoint(older, known)
		if err != nil {
			return nil, err
		}
		rep.Older = &c
	}
	tree := &growing{}
	for n := range size {
		if err := verifyLeaf(r, tree, rep, n, each); err != nil {
			return nil, err
		}
		if rep.Older != nil && rep.Older.Size == n+1 && tree.root() != rep.Older.Root {
			return nil, fmt.Errorf("%w: at %d leaves", ErrRoot, n+1)
		}
	}
	return rep, verifyTail(r, rep, known, origin, tree)
}

func exportHead(r *bufio.Reader) (origin string, size int64, err error) {
	head, err := readLine(r)
	if err != nil || head != magic {
		return "", 0, fmt.Errorf("%w: no %s", ErrExport, magic)
	}
	if origin, err = readLine(r); err != nil {
		return "", 0, err
	}
	count, err := readLine(r)
	if err != nil {
		return "", 0, err
	}
	size, err = strconv.ParseInt(count, 10, 64)
	if err != nil || size < 0 || size > MaxLeaves {
		return "", 0, fmt.Errorf("%w: leaf count", ErrExport)
	}
	return origin, size, nil
}

func verifyLeaf(r *bufio.Reader, tree *growing, rep *Report, n int64, each func(int64, Event) error) error {
	line, err := readLine(r)
	if err != nil {
		return err
	}
	leaf, err := base64.StdEncoding.Strict().DecodeString(line)
	if err != nil || len(leaf) == 0 {
		return fmt.Errorf("%w: leaf %d", ErrExport, n)
	}
	e, err := OpenEvent(leaf)
	if err != nil {
		return fmt.Errorf("leaf %d: %w", n, err)
	}
	rep.Acts[e.Kind]++
	tree.add(leaf)
	if each == nil {
		return nil
	}
	return each(n, e)
}

func verifyTail(r *bufio.Reader, rep *Report, known note.Verifiers, origin string, tree *growing) error {
	if gap, err := readLine(r); err != nil || gap != "" {
		return fmt.Errorf("%w: no empty line after the leaves", ErrExport)
	}
	signed, err := io.ReadAll(io.LimitReader(r, MaxCheckpoint+1))
	if err != nil {
		return err
	}
	c, err := OpenCheckpoint(signed, known)
	if err != nil {
		return err
	}
	rep.Checkpoint = c
	switch {
	case c.Origin != origin, rep.Older != nil && rep.Older.Origin != origin:
		return ErrOrigin
	case c.Size != tree.n, rep.Older != nil && rep.Older.Size > tree.n:
		return ErrSize
	case c.Root != tree.root():
		return ErrRoot
	}
	return nil
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
			return "", fmt.Errorf("%w: line %w", ErrExport, err)
		}
		return "", err
	}
	return string(bytes.TrimSuffix(line, []byte("\n"))), nil
}

// growing computes the root of a tree as leaves come in, keeping only the peaks of its perfect subtrees.
type growing struct {
	n     int64
	peaks []tlog.Hash // largest first
}

func (g *growing) add(leaf []byte) {
	h := tlog.RecordHash(leaf)
	for n := g.n; n&1 == 1; n >>= 1 {
		h = tlog.NodeHash(g.peaks[len(g.peaks)-1], h)
		g.peaks = g.peaks[:len(g.peaks)-1]
	}
	g.peaks = append(g.peaks, h)
	g.n++
}

// root folds the peaks from the right (RFC 6962 §2.1); the hash of no leaves is SHA-256 of nothing, as tlog has it.
func (g *growing) root() tlog.Hash {
	if g.n == 0 {
		h, _ := tlog.TreeHash(0, nil)
		return h
	}
	h := g.peaks[len(g.peaks)-1]
	for i := len(g.peaks) - 2; i >= 0; i-- {
		h = tlog.NodeHash(g.peaks[i], h)
	}
	return h
}
