package pdfsig

import (
	"bytes"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Bounds on signatures.
const (
	maxSignatures = 16
	maxFields     = 4096
	maxFieldDepth = 16
)

// signature is a signature dictionary (ISO 32000-2 §12.8.1). Nothing in it is proven.
type signature struct {
	dict      dict
	direct    bool // at an offset of the file, as one with a byte range must be
	subFilter string
	ranges    []int // ByteRange
	contents  text
	end       int // of what it covers
	revision  int // index of the newest section that it covers
	message   []byte
	mdp       int // P of DocMDP; 0: none
	lock      fieldLock
}

// collect finds the signatures of the form, in the order of what they cover.
func collect(f *file) ([]*signature, error) {
	v := f.view(0)
	root, err := rootOf(v)
	if err != nil {
		return nil, err
	}
	form, err := getDict(v, root["AcroForm"])
	if err != nil || form == nil {
		return nil, err
	}
	w := &fieldWalk{view: v, seen: map[int]bool{}}
	if err := w.fields(form["Fields"], nil, 0); err != nil {
		return nil, err
	}
	slices.SortStableFunc(w.found, func(a, b *signature) int { return a.end - b.end })
	return w.found, nil
}

func rootOf(v *view) (dict, error) {
	root, err := getDict(v, v.sections[0].trailer["Root"])
	if err != nil {
		return nil, err
	}
	if root == nil || root["Type"] != name("Catalog") {
		return nil, broken("catalogue")
	}
	return root, nil
}

// getDict follows to a dictionary; nil where there is something else.
func getDict(v *view, x any) (dict, error) {
	x, err := v.get(x)
	if err != nil {
		return nil, err
	}
	d, _ := x.(dict)
	return d, nil
}

type fieldWalk struct {
	view  *view
	seen  map[int]bool
	found []*signature
	count int
}

// fields goes through an array of fields; FT is inherited (§12.7.4.1).
func (w *fieldWalk) fields(x, inherited any, depth int) error {
	x, err := w.view.get(x)
	if err != nil {
		return err
	}
	list, _ := x.([]any)
	for _, e := range list {
		if w.count++; w.count > maxFields || depth > maxFieldDepth {
			return broken("too many fields")
		}
		if r, ok := e.(ref); ok {
			if w.seen[r.num] {
				continue
			}
			w.seen[r.num] = true
		}
		field, err := getDict(w.view, e)
		if err != nil {
			return err
		}
		ft := field["FT"]
		if ft == nil {
			ft = inherited
		}
		if field["Kids"] != nil {
			if err := w.fields(field["Kids"], ft, depth+1); err != nil {
				return err
			}
		}
		if ft == name("Sig") && field["V"] != nil {
			if err := w.take(field["V"]); err != nil {
				return err
			}
		}
	}
	return nil
}

// take reads the signature of a field.
func (w *fieldWalk) take(x any) error {
	d, err := getDict(w.view, x)
	if err != nil {
		return err
	}
	if d == nil || len(w.found) == maxSignatures {
		return broken("signature dictionary")
	}
	s := &signature{dict: d}
	if r, ok := x.(ref); ok {
		if w.seen[-r.num-1] { // two fields, one signature
			return broken("a signature in two fields")
		}
		w.seen[-r.num-1] = true
		e, _ := w.view.where(r.num)
		s.direct = e.kind == 'n'
	}
	sub, _ := d["SubFilter"].(name)
	s.subFilter = string(sub)
	s.contents, _ = d["Contents"].(text)
	if s.ranges, _ = numbers(d["ByteRange"]); len(s.ranges) == 4 {
		s.end = s.ranges[2] + s.ranges[3]
	}
	s.message = trim(s.contents.bytes)
	if s.mdp, err = w.mdp(d); err == nil {
		s.lock, err = w.fieldLock(d)
	}
	w.found = append(w.found, s)
	return err
}

// mdp reads P of the DocMDP transform (§12.8.2.2); 2 where the entry is missing.
func (w *fieldWalk) mdp(d dict) (int, error) {
	params, there, err := w.transform(d, "DocMDP")
	if err != nil || !there {
		return 0, err
	}
	if p, ok := params["P"].(float64); ok && p >= 1 && p <= 3 {
		return int(p), nil
	}
	return 2, nil
}

// transform gives the parameters of a signature's transform method (§12.8.1, table 256).
func (w *fieldWalk) transform(d dict, method name) (params dict, there bool, err error) {
	x, err := w.view.get(d["Reference"])
	if err != nil {
		return nil, false, err
	}
	list, _ := x.([]any)
	for _, e := range list[:min(len(list), 16)] {
		reference, err := getDict(w.view, e)
		if err != nil {
			return nil, false, err
		}
		if reference["TransformMethod"] == method {
			params, err = getDict(w.view, reference["TransformParams"])
			return params, true, err
		}
	}
	return nil, false, nil
}

// judgeRange finds what is wrong with a byte range; "" where nothing is. It must leave out the very string that holds the
// signature and nothing else: else somebody has room to write in.
func (s *signature) judgeRange(b []byte) string {
	r := s.ranges
	switch {
	case len(r) != 4:
		return "not four numbers"
	case !s.direct:
		return "signature dictionary inside a stream"
	case r[0] != 0 || r[1] <= 0 || r[2] <= r[1] || r[2] > len(b) || r[3] < 0 || r[3] > len(b)-r[2]:
		return "outside the file"
	case s.contents.from != r[1] || s.contents.to != r[2] || b[r[1]] != '<':
		return "leaves out more than the signature"
	case s.message == nil:
		return "bytes behind the signature"
	}
	return ""
}

// covered gives what the signature is over.
func (s *signature) covered(b []byte) []byte {
	r := s.ranges
	out := make([]byte, 0, r[1]+r[3])
	return append(append(out, b[:r[1]]...), b[r[2]:r[2]+r[3]]...)
}

// trim cuts the zeros off that fill the room of a signature; nil where something else stands there.
func trim(b []byte) []byte {
	if len(b) > 2 && b[0] == 0x30 && b[1] == 0x80 { // BER without lengths ends in zeros of its own
		return b
	}
	in := cryptobyte.String(b)
	var one cryptobyte.String
	if !in.ReadASN1Element(&one, asn1.SEQUENCE) || len(bytes.Trim(in, "\x00")) > 0 {
		return nil
	}
	return one
}

// claimed is the signer's own word for the time: the M entry (§7.9.4, D:YYYYMMDDHHmmSSOHH'mm').
func (s *signature) claimed() time.Time {
	t, _ := s.dict["M"].(text)
	m := string(bytes.ReplaceAll(bytes.TrimPrefix(t.bytes, []byte("D:")), []byte("'"), nil))
	for _, layout := range []string{"20060102150405Z0700", "20060102150405Z0000", "20060102150405"} {
		if at, err := time.Parse(layout, m); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}
