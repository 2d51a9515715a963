package pdfsig

import (
	"bytes"
	"compress/zlib"
	"io"
)

// Bounds on unpacking.
const (
	maxStream   = 8 << 20
	maxUnpacked = 32 << 20
)

// view is the document as it is on top of some section.
type view struct {
	file     *file
	sections []*section
	cache    map[int]any
	streams  map[int]map[int]any // contents of object streams
	pending  map[int]bool
}

func (f *file) view(from int) *view {
	return &view{f, f.sections[from:], map[int]any{}, map[int]map[int]any{}, map[int]bool{}}
}

// where finds an object.
func (v *view) where(num int) (entry, bool) {
	for _, s := range v.sections {
		if e, ok := s.entries[num]; ok {
			return e, true
		}
	}
	return entry{}, false
}

// get follows a reference; what is not there is null (§7.3.10).
func (v *view) get(x any) (any, error) {
	for range 8 {
		r, ok := x.(ref)
		if !ok {
			return x, nil
		}
		var err error
		if x, err = v.load(r); err != nil {
			return nil, err
		}
	}
	return nil, broken("references in a circle")
}

func (v *view) load(r ref) (any, error) {
	if x, ok := v.cache[r.num]; ok {
		return x, nil
	}
	e, ok := v.where(r.num)
	if !ok || e.kind == 'f' || e.kind == 'n' && e.index != r.gen {
		return nil, nil
	}
	if v.pending[r.num] {
		return nil, broken("an object that needs itself")
	}
	v.pending[r.num] = true
	defer delete(v.pending, r.num)
	x, err := v.read(r.num, e)
	if err == nil {
		v.cache[r.num] = x
	}
	return x, err
}

func (v *view) read(num int, e entry) (any, error) {
	if e.kind == 'n' {
		if e.at <= 0 || e.at >= len(v.file.b) {
			return nil, broken("offset of an object")
		}
		l := &lexer{b: v.file.b, at: e.at, budget: &v.file.budget}
		got, x, err := v.file.object(l, v)
		if err != nil {
			return nil, err
		}
		if got.num != num || got.gen != e.index {
			return nil, broken("another object at the offset")
		}
		return x, nil
	}
	all, ok := v.streams[e.at]
	if !ok {
		var err error
		if all, err = v.unpack(e.at); err != nil {
			return nil, err
		}
		v.streams[e.at] = all
	}
	return all[num], nil
}

// unpack reads an object stream (§7.5.7).
func (v *view) unpack(num int) (map[int]any, error) {
	x, err := v.load(ref{num, 0})
	if err != nil {
		return nil, err
	}
	st, ok := x.(stream)
	n, _ := st.dict["N"].(float64)
	first, _ := st.dict["First"].(float64)
	if !ok || st.dict["Type"] != name("ObjStm") || n < 0 || n > maxObjects {
		return nil, broken("object stream")
	}
	data, err := v.file.decode(st)
	if err != nil {
		return nil, err
	}
	if first < 0 || first > float64(len(data)) {
		return nil, broken("object stream")
	}
	head, out := &lexer{b: data[:int(first)], budget: &v.file.budget}, map[int]any{}
	for range int(n) {
		id, ok1 := head.integer()
		off, ok2 := head.integer()
		if !ok1 || !ok2 || int(first)+off >= len(data) {
			return nil, broken("object stream")
		}
		if _, twice := out[id]; twice {
			return nil, broken("an object twice in a stream")
		}
		body := &lexer{b: data, at: int(first) + off, budget: &v.file.budget}
		if out[id], err = body.value(0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// object reads "12 0 obj … endobj" at the lexer. v resolves the length of a stream; nil: it must be direct.
func (f *file) object(l *lexer, v *view) (ref, any, error) {
	num, ok1 := l.integer()
	gen, ok2 := l.integer()
	if !ok1 || !ok2 || !l.keyword("obj") {
		return ref{}, nil, broken("no object at the offset")
	}
	x, err := l.value(0)
	if err != nil {
		return ref{}, nil, err
	}
	id := ref{num, gen}
	d, isDict := x.(dict)
	if !isDict || !l.keyword("stream") {
		if !l.keyword("endobj") {
			return id, nil, broken("endobj")
		}
		return id, x, nil
	}
	if l.at < len(l.b) && l.b[l.at] == '\r' {
		l.at++
	}
	if l.at >= len(l.b) || l.b[l.at] != '\n' {
		return id, nil, broken("stream")
	}
	l.at++
	length := d["Length"]
	if v != nil {
		if length, err = v.get(length); err != nil {
			return id, nil, err
		}
	}
	n, ok := length.(float64)
	if !ok || n < 0 || n != float64(int(n)) || n > float64(len(l.b)-l.at) {
		return id, nil, broken("length of a stream")
	}
	raw := l.b[l.at : l.at+int(n)]
	l.at += int(n)
	if !l.keyword("endstream") || !l.keyword("endobj") {
		return id, nil, broken("end of a stream")
	}
	return id, stream{d, raw}, nil
}

// decode unpacks a stream of cross-references or objects: FlateDecode with the PNG predictors, or none.
func (f *file) decode(st stream) ([]byte, error) {
	filter, parms := st.dict["Filter"], st.dict["DecodeParms"]
	if a, ok := filter.([]any); ok && len(a) == 1 {
		filter = a[0]
		if p, ok := parms.([]any); ok && len(p) == 1 {
			parms = p[0]
		}
	}
	if filter == nil {
		return st.raw, nil
	}
	if filter != name("FlateDecode") {
		return nil, broken("filter of a cross-reference or object stream")
	}
	r, err := zlib.NewReader(bytes.NewReader(st.raw))
	if err != nil {
		return nil, broken("packed stream")
	}
	data, err := io.ReadAll(io.LimitReader(r, maxStream+1))
	if f.unpacked += len(data); err != nil || len(data) > maxStream || f.unpacked > maxUnpacked {
		return nil, broken("packed stream")
	}
	p, _ := parms.(dict)
	if predictor, _ := p["Predictor"].(float64); predictor >= 10 {
		columns, ok := p["Columns"].(float64)
		if !ok {
			columns = 1
		}
		return unpredict(data, int(columns), p)
	}
	return data, nil
}

// unpredict undoes PNG prediction of rows of bytes (§7.4.4.4).
func unpredict(data []byte, columns int, p dict) ([]byte, error) {
	if columns < 1 || columns > 4096 || p["Colors"] != nil && p["Colors"] != 1.0 || p["BitsPerComponent"] != nil && p["BitsPerComponent"] != 8.0 ||
		len(data)%(columns+1) != 0 {
		return nil, broken("predictor")
	}
	out, above := make([]byte, 0, len(data)), make([]byte, columns)
	for ; len(data) > 0; data = data[columns+1:] {
		row := bytes.Clone(data[1 : columns+1])
		for i := range row {
			var left, corner byte
			if i > 0 {
				left, corner = row[i-1], above[i-1]
			}
			switch data[0] {
			case 0:
			case 1:
				row[i] += left
			case 2:
				row[i] += above[i]
			case 3:
				row[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				row[i] += paeth(left, above[i], corner)
			default:
				return nil, broken("predictor")
			}
		}
		out, above = append(out, row...), row
	}
	return out, nil
}

func paeth(a, b, c byte) byte {
	abs := func(n int) int { return max(n, -n) }
	p := int(a) + int(b) - int(c)
	pa, pb, pc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}
