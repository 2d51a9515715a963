package trust

import (
	"encoding/json"
	"fmt"
)

// jsonReader turns text that json.Valid has accepted into values: the grammar is settled, so that it only cuts. What it
// refuses beyond is a name twice in an object, depth and number of values, and escapes that stand for no character.
type jsonReader struct {
	b      []byte
	at     int
	values int
	limit  int
}

// next skips white space and gives the byte that follows; 0 at the end.
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
		d.at += len("true")
		return true, nil
	case 'f':
		d.at += len("false")
		return false, nil
	case 'n':
		d.at += len("null")
		return nil, nil
	}
	start := d.at
	for d.at < len(d.b) && number(d.b[d.at]) {
		d.at++
	}
	if d.at == start {
		return nil, fmt.Errorf("%w: JSON", ErrStructure)
	}
	return json.Number(d.b[start:d.at]), nil
}

func number(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

func (d *jsonReader) array(depth int) (any, error) {
	list := []any{}
	for d.at++; d.next() != ']'; {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if list = append(list, v); d.next() == ',' {
			d.at++
		}
	}
	d.at++
	return list, nil
}

func (d *jsonReader) object(depth int) (any, error) {
	m := map[string]any{}
	for d.at++; d.next() != '}'; {
		name, err := d.text()
		if err != nil {
			return nil, err
		}
		if _, twice := m[name]; twice {
			return nil, fmt.Errorf("%w: duplicate name in JSON", ErrStructure)
		}
		d.next() // the colon
		d.at++
		if m[name], err = d.value(depth + 1); err != nil {
			return nil, err
		}
		if d.next() == ',' {
			d.at++
		}
	}
	d.at++
	return m, nil
}

// text reads a string; the library reads those with escapes.
func (d *jsonReader) text() (string, error) {
	start, escaped := d.at, false
	for d.at++; d.at < len(d.b) && d.b[d.at] != '"'; d.at++ {
		if d.b[d.at] == '\\' {
			escaped = true
			d.at++
		}
	}
	d.at++
	if d.at > len(d.b) {
		return "", fmt.Errorf("%w: JSON", ErrStructure)
	}
	if !escaped {
		return string(d.b[start+1 : d.at-1]), nil
	}
	var s string
	if err := json.Unmarshal(d.b[start:d.at], &s); err != nil {
		return "", fmt.Errorf("%w: JSON", ErrStructure)
	}
	return s, nil
}
