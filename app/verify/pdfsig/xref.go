package pdfsig

import (
	"bytes"
	"fmt"
)

// Bounds on a file.
const (
	maxSections = 64
	maxObjects  = 100_000
	tail        = 1024 // bytes at the end among which startxref is looked for (Annex H.3 of ISO 32000-1)
)

// entry says where an object is (ISO 32000-2 §7.5.4, §7.5.8).
type entry struct {
	kind  byte // 'f' free, 'n' at an offset, 'c' inside an object stream
	at    int  // offset, or number of the object stream
	index int  // generation, or place in the stream
}

// section is one cross-reference section with its trailer: one state of the document on top of those before.
type section struct {
	at      int
	entries map[int]entry
	trailer dict
}

// file is a document taken apart. Sections are newest first.
type file struct {
	b        []byte
	sections []*section
	budget   int
	unpacked int // bytes of streams so far
}

// parse reads the sections from the last startxref backwards.
func parse(b []byte) (*file, error) {
	if !bytes.HasPrefix(b, []byte("%PDF-")) {
		return nil, ErrUnreadable
	}
	f := &file{b: b, budget: maxValues}
	from := max(0, len(b)-tail)
	last := bytes.LastIndex(b[from:], []byte("startxref"))
	if last < 0 {
		return nil, fmt.Errorf("%w: no startxref", ErrUnreadable)
	}
	l := &lexer{b: b, at: from + last + len("startxref"), budget: &f.budget}
	at, ok := l.integer()
	if !ok {
		return nil, broken("startxref")
	}
	seen := map[int]bool{}
	for {
		if at < 0 || at >= len(b) || seen[at] || len(f.sections) == maxSections {
			return nil, broken("cross-reference")
		}
		seen[at] = true
		s, err := f.readSection(at)
		if err != nil {
			return nil, err
		}
		f.sections = append(f.sections, s)
		if s.trailer["Encrypt"] != nil {
			return nil, ErrEncrypted
		}
		if s.trailer["XRefStm"] != nil {
			return nil, ErrHybrid
		}
		prev, there := s.trailer["Prev"]
		if !there {
			return f, nil
		}
		n, ok := prev.(float64)
		if !ok || n != float64(int(n)) {
			return nil, broken("Prev")
		}
		at = int(n)
	}
}

func (f *file) readSection(at int) (*section, error) {
	l := &lexer{b: f.b, at: at, budget: &f.budget}
	if l.keyword("xref") {
		return f.readTable(l, at)
	}
	l.at = at
	return f.readStreamSection(l, at)
}

// readTable reads a table and the trailer behind it.
func (f *file) readTable(l *lexer, at int) (*section, error) {
	s := &section{at: at, entries: map[int]entry{}}
	for !l.keyword("trailer") {
		first, ok1 := l.integer()
		count, ok2 := l.integer()
		if !ok1 || !ok2 || count > maxObjects || first > maxObjects || first+count > maxObjects {
			return nil, broken("cross-reference table")
		}
		for n := first; n < first+count; n++ {
			off, ok1 := l.integer()
			gen, ok2 := l.integer()
			if !ok1 || !ok2 || gen > 65535 {
				return nil, broken("cross-reference entry")
			}
			kind := byte('f')
			if l.keyword("n") {
				kind = 'n'
			} else if !l.keyword("f") {
				return nil, broken("cross-reference entry")
			}
			if _, twice := s.entries[n]; twice {
				return nil, broken("an object twice in one table")
			}
			s.entries[n] = entry{kind, off, gen}
		}
	}
	v, err := l.value(0)
	d, ok := v.(dict)
	if err != nil || !ok {
		return nil, broken("trailer")
	}
	s.trailer = d
	return s, nil
}

// readStreamSection reads a cross-reference stream (§7.5.8).
func (f *file) readStreamSection(l *lexer, at int) (*section, error) {
	_, v, err := f.object(l, nil)
	st, ok := v.(stream)
	if err != nil || !ok || st.dict["Type"] != name("XRef") {
		return nil, broken("cross-reference stream")
	}
	data, err := f.decode(st)
	if err != nil {
		return nil, err
	}
	w, ok := numbers(st.dict["W"])
	if !ok || len(w) != 3 || w[0] > 1 || w[1] < 1 || w[1] > 8 || w[2] > 4 {
		return nil, broken("cross-reference stream")
	}
	size, _ := st.dict["Size"].(float64)
	index := []int{0, int(size)}
	if st.dict["Index"] != nil {
		if index, ok = numbers(st.dict["Index"]); !ok || len(index)%2 != 0 {
			return nil, broken("cross-reference stream")
		}
	}
	s := &section{at: at, entries: map[int]entry{}, trailer: st.dict}
	return s, s.fill(data, w, index)
}

// fill reads the entries of a cross-reference stream.
func (s *section) fill(data []byte, w, index []int) error {
	field := func(n int) int {
		v := 0
		for _, c := range data[:n] {
			v = v<<8 | int(c)
		}
		data = data[n:]
		return v
	}
	for i := 0; i < len(index); i += 2 {
		if index[i] < 0 || index[i+1] < 0 || index[i]+index[i+1] > maxObjects {
			return broken("cross-reference stream")
		}
		for n := index[i]; n < index[i]+index[i+1]; n++ {
			if len(data) < w[0]+w[1]+w[2] {
				return broken("cross-reference stream")
			}
			kind := 1
			if w[0] > 0 {
				kind = field(1)
			}
			e := entry{at: field(w[1]), index: field(w[2])}
			switch kind {
			case 0:
				e.kind = 'f'
			case 1:
				e.kind = 'n'
			case 2:
				e.kind = 'c'
			default:
				continue
			}
			if _, twice := s.entries[n]; twice {
				return broken("an object twice in one table")
			}
			s.entries[n] = e
		}
	}
	return nil
}

// numbers reads an array of whole numbers.
func numbers(v any) ([]int, bool) {
	a, ok := v.([]any)
	if !ok || len(a) > 4096 {
		return nil, false
	}
	out := make([]int, len(a))
	for i, e := range a {
		f, ok := e.(float64)
		if !ok || f < 0 || f != float64(int(f)) || f > 1<<40 {
			return nil, false
		}
		out[i] = int(f)
	}
	return out, true
}
