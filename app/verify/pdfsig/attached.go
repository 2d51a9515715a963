package pdfsig

import (
	"strings"
	"unicode/utf16"
)

// Bounds on files inside a document.
const (
	maxAttached     = 32
	maxAttachedSize = 1 << 20
)

// attached is a file associated with the whole document (/AF of the catalogue, ISO 32000-2 §14.13).
type attached struct {
	name string
	data []byte
}

// attachments gives the associated files of the document as it is now. What is too large or packed in a way that is not
// read here is left out; an array that is none is nobody's.
func attachments(f *file) ([]attached, error) {
	v := f.view(0)
	root, err := rootOf(v)
	if err != nil {
		return nil, err
	}
	x, err := v.get(root["AF"])
	if err != nil {
		return nil, err
	}
	list, _ := x.([]any)
	if len(list) > maxAttached {
		return nil, broken("too many files")
	}
	var out []attached
	for _, e := range list {
		spec, err := getDict(v, e)
		if err != nil {
			return nil, err
		}
		files, err := getDict(v, spec["EF"])
		if err != nil {
			return nil, err
		}
		x, err := v.get(files["F"])
		if err != nil {
			return nil, err
		}
		st, ok := x.(stream)
		if !ok || len(st.raw) > maxAttachedSize || st.dict["Filter"] != nil && st.dict["Filter"] != name("FlateDecode") {
			continue
		}
		data, err := f.decode(st)
		if err != nil {
			return nil, err
		}
		if t, ok := spec["F"].(text); ok && len(data) <= maxAttachedSize {
			out = append(out, attached{decodeName(t.bytes), data})
		}
	}
	return out, nil
}

// decodeName reads a file name, which may be a text string.
func decodeName(b []byte) string {
	if len(b) < 2 || b[0] != 0xfe || b[1] != 0xff {
		return string(b)
	}
	var u []uint16
	for b = b[2:]; len(b) >= 2; b = b[2:] {
		u = append(u, uint16(b[0])<<8|uint16(b[1]))
	}
	return string(utf16.Decode(u))
}

// coseName ends the names of files that hold a signed voucher or mandate.
const coseName = ".cose"

// Attached gives the signed papers (COSE bytes) that a document carries as associated files, whether or not anything in it
// is signed: they speak for themselves. A file that cannot be read carries none.
func Attached(b []byte) [][]byte {
	f, err := parse(b)
	if err != nil {
		return nil
	}
	all, err := attachments(f)
	if err != nil {
		return nil
	}
	var out [][]byte
	for _, a := range all {
		if strings.HasSuffix(a.name, coseName) {
			out = append(out, a.data)
		}
	}
	return out
}
