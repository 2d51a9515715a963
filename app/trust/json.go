package trust

import (
	"encoding/json"
	"fmt"
	"strings"
)

// jsonReader turns text into values by the grammar of RFC 8259, in one pass. What it refuses beyond is a name twice in an
// object, and too much depth or too many values. The text is valid UTF-8. Values share it, unless they are to be kept for
// longer than it is worth.
type jsonReader struct {
	b      string
	apart  bool // values do not share the text
	at     int
	values int
	limit  int
}

var errJSON = fmt.Errorf("%w: JSON", ErrStructure)

// next skips white space and gives the byte that follows; 0 at the end, and where a zero byte stands, which begins nothing.
func (d *jsonReader) next() byte {
	for ; d.at < len(d.b); d.at++ {
		switch c := d.b[d.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// whole reads the one value that the text is.
func (d *jsonReader) whole() (any, error) {
	v, err := d.value(0)
	if err == nil && (d.next() != 0 || d.at != len(d.b)) {
		return nil, errJSON
	}
	return v, err
}

func (d *jsonReader) value(depth int) (any, error) {
	if d.values++; depth > maxJSONDepth || d.values > d.limit {
		return nil, fmt.Errorf("%w: JSON too deep or too long", ErrStructure)
	}
	switch d.next() {
	case '{':
		return d.object(depth)
	case '[':
		return d.array(depth)
	case '"':
		return d.text()
	case 't':
		return true, d.literal("true")
	case 'f':
		return false, d.literal("false")
	case 'n':
		return nil, d.literal("null")
	}
	return d.number()
}

func (d *jsonReader) literal(word string) error {
	if len(d.b)-d.at < len(word) || d.b[d.at:d.at+len(word)] != word {
		return errJSON
	}
	d.at += len(word)
	return nil
}

// number reads §6: a sign, a whole part without zeros before it, a fraction, an exponent.
func (d *jsonReader) number() (any, error) {
	start := d.at
	d.one('-', '-')
	switch first := d.at; {
	case !d.digits(), d.b[first] == '0' && d.at > first+1:
		return nil, errJSON
	case d.one('.', '.') && !d.digits():
		return nil, errJSON
	case d.one('e', 'E'):
		if d.one('+', '-'); !d.digits() {
			return nil, errJSON
		}
	}
	return json.Number(d.part(start, d.at)), nil
}

// part gives a piece of the text.
func (d *jsonReader) part(from, to int) string {
	if d.apart {
		return strings.Clone(d.b[from:to])
	}
	return d.b[from:to]
}

// one passes over one of two characters.
func (d *jsonReader) one(a, b byte) bool {
	there := d.at < len(d.b) && (d.b[d.at] == a || d.b[d.at] == b)
	if there {
		d.at++
	}
	return there
}

// digits passes over digits, of which there must be one.
func (d *jsonReader) digits() bool {
	start := d.at
	for d.at < len(d.b) && d.b[d.at] >= '0' && d.b[d.at] <= '9' {
		d.at++
	}
	return d.at > start
}

// more tells whether another element follows one that was read; the end is passed over.
func (d *jsonReader) more(end byte) (bool, error) {
	switch d.next() {
	case ',':
		d.at++
		return true, nil
	case end:
		d.at++
		return false, nil
	}
	return false, errJSON
}

func (d *jsonReader) array(depth int) (any, error) {
	list := []any{}
	if d.at++; d.next() == ']' {
		d.at++
		return list, nil
	}
	for {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if more, err := d.more(']'); !more {
			return list, err
		}
	}
}

func (d *jsonReader) object(depth int) (any, error) {
	m := map[string]any{}
	if d.at++; d.next() == '}' {
		d.at++
		return m, nil
	}
	for {
		if d.next() != '"' {
			return nil, errJSON
		}
		name, err := d.text()
		if err != nil {
			return nil, err
		}
		if _, twice := m[name]; twice {
			return nil, fmt.Errorf("%w: duplicate name in JSON", ErrStructure)
		}
		if d.next() != ':' {
			return nil, errJSON
		}
		d.at++
		if m[name], err = d.value(depth + 1); err != nil {
			return nil, err
		}
		if more, err := d.more('}'); !more {
			return m, err
		}
	}
}

// text reads a string; the library reads those with escapes.
func (d *jsonReader) text() (string, error) {
	start, escaped := d.at, false
	for d.at++; d.at < len(d.b) && d.b[d.at] != '"'; d.at++ {
		switch c := d.b[d.at]; {
		case c == '\\':
			escaped = true
			d.at++
		case c < ' ':
			return "", errJSON
		}
	}
	d.at++
	if d.at > len(d.b) {
		return "", errJSON
	}
	if !escaped {
		return d.part(start+1, d.at-1), nil
	}
	var s string
	if err := json.Unmarshal([]byte(d.b[start:d.at]), &s); err != nil {
		return "", errJSON
	}
	return s, nil
}
