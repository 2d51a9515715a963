package pdfsig

import (
	"fmt"
	"strconv"
)

// Bounds on parsing.
const (
	maxNesting = 48
	maxValues  = 1 << 20 // of one document
)

// The kinds of objects (ISO 32000-2 §7.3). Numbers are float64, booleans bool, null nil.
type (
	name string
	ref  struct{ num, gen int }
	dict map[string]any
	text struct { // a string, and where in the file it stands
		bytes    []byte
		from, to int
	}
	stream struct {
		dict dict
		raw  []byte
	}
)

// lexer reads objects from the bytes of a file or of an object stream.
type lexer struct {
	b      []byte
	at     int
	budget *int // values that may still be read
}

func broken(what string) error { return fmt.Errorf("%w: %s", ErrStructure, what) }

func isSpace(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// skip goes past white space and comments.
func (l *lexer) skip() {
	for l.at < len(l.b) {
		c := l.b[l.at]
		switch {
		case isSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.b) && l.b[l.at] != '\n' && l.b[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// word reads a run of regular characters.
func (l *lexer) word() string {
	from := l.at
	for l.at < len(l.b) && !isSpace(l.b[l.at]) && !isDelimiter(l.b[l.at]) {
		l.at++
	}
	return string(l.b[from:l.at])
}

// keyword takes a word if it is the next.
func (l *lexer) keyword(w string) bool {
	l.skip()
	before := l.at
	if l.word() == w {
		return true
	}
	l.at = before
	return false
}

// integer reads a whole number without sign.
func (l *lexer) integer() (int, bool) {
	l.skip()
	before := l.at
	w := l.word()
	n, err := strconv.ParseUint(w, 10, 40)
	if err != nil || len(w) > 12 {
		l.at = before
		return 0, false
	}
	return int(n), true
}

// value reads one object.
func (l *lexer) value(depth int) (any, error) {
	l.skip()
	if *l.budget--; depth > maxNesting || *l.budget < 0 {
		return nil, broken("nested too deep or too many objects")
	}
	if l.at >= len(l.b) {
		return nil, broken("end of file")
	}
	c := l.b[l.at]
	switch {
	case c == '/':
		l.at++
		return l.name()
	case c == '(':
		return l.literal()
	case c == '<' && l.at+1 < len(l.b) && l.b[l.at+1] == '<':
		l.at += 2
		return l.dictionary(depth)
	case c == '<':
		return l.hex()
	case c == '[':
		l.at++
		return l.array(depth)
	case c >= '0' && c <= '9':
		return l.numberOrRef()
	case c == '+' || c == '-' || c == '.':
		return l.number()
	}
	switch l.word() {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	return nil, broken("object")
}

// name reads past the slash; #xx stands for a byte (§7.3.5): two spellings are one name.
func (l *lexer) name() (any, error) {
	w := []byte(l.word())
	out := w[:0:0]
	for i := 0; i < len(w); i++ {
		if w[i] != '#' {
			out = append(out, w[i])
			continue
		}
		if i+2 >= len(w) {
			return nil, broken("name")
		}
		n, err := strconv.ParseUint(string(w[i+1:i+3]), 16, 8)
		if err != nil || n == 0 {
			return nil, broken("name")
		}
		out = append(out, byte(n))
		i += 2
	}
	return name(out), nil
}

func (l *lexer) number() (any, error) {
	w := l.word()
	f, err := strconv.ParseFloat(w, 64)
	if err != nil || len(w) > 40 {
		return nil, broken("number")
	}
	return f, nil
}

// numberOrRef: "12 0 R" is a reference, "12" a number.
func (l *lexer) numberOrRef() (any, error) {
	before := l.at
	if num, ok := l.integer(); ok {
		if gen, ok := l.integer(); ok && l.keyword("R") {
			return ref{num, gen}, nil
		}
	}
	l.at = before
	return l.number()
}

func (l *lexer) array(depth int) (any, error) {
	out := []any{}
	for {
		l.skip()
		if l.at < len(l.b) && l.b[l.at] == ']' {
			l.at++
			return out, nil
		}
		v, err := l.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
}

// dictionary reads past its brackets; a key twice is refused, for two readers would take two.
func (l *lexer) dictionary(depth int) (any, error) {
	out := dict{}
	for {
		l.skip()
		if l.at+1 < len(l.b) && l.b[l.at] == '>' && l.b[l.at+1] == '>' {
			l.at += 2
			return out, nil
		}
		if l.at >= len(l.b) || l.b[l.at] != '/' {
			return nil, broken("dictionary")
		}
		l.at++
		k, err := l.name()
		if err != nil {
			return nil, err
		}
		key := string(k.(name))
		if _, twice := out[key]; twice {
			return nil, broken("a key twice")
		}
		if out[key], err = l.value(depth + 1); err != nil {
			return nil, err
		}
	}
}

// hex reads <…> (§7.3.4.3).
func (l *lexer) hex() (any, error) {
	t := text{from: l.at}
	l.at++
	high, odd := byte(0), false
	for ; l.at < len(l.b); l.at++ {
		c := l.b[l.at]
		if c == '>' {
			if l.at++; odd {
				t.bytes = append(t.bytes, high)
			}
			t.to = l.at
			return t, nil
		}
		if isSpace(c) {
			continue
		}
		n, ok := nibble(c)
		if !ok {
			return nil, broken("hexadecimal string")
		}
		if odd {
			t.bytes = append(t.bytes, high|n)
		} else {
			high = n << 4
		}
		odd = !odd
	}
	return nil, broken("hexadecimal string")
}

func nibble(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// literal reads (…) with its escapes (§7.3.4.2).
func (l *lexer) literal() (any, error) {
	t := text{from: l.at}
	l.at++
	for depth := 1; l.at < len(l.b); l.at++ {
		c := l.b[l.at]
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.at++
				t.to = l.at
				return t, nil
			}
		case '\\':
			l.escape(&t)
			continue
		}
		t.bytes = append(t.bytes, c)
	}
	return nil, broken("string")
}

// escape reads behind a backslash and leaves at on the last byte that belongs to it.
func (l *lexer) escape(t *text) {
	if l.at++; l.at >= len(l.b) {
		return
	}
	c := l.b[l.at]
	for short, b := range map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f'} {
		if c == short {
			t.bytes = append(t.bytes, b)
			return
		}
	}
	switch {
	case c >= '0' && c <= '7':
		n := 0
		for i := 0; i < 3 && l.at < len(l.b) && l.b[l.at] >= '0' && l.b[l.at] <= '7'; i++ {
			n = n<<3 | int(l.b[l.at]-'0')
			l.at++
		}
		l.at--
		t.bytes = append(t.bytes, byte(n))
	case c == '\r':
		if l.at+1 < len(l.b) && l.b[l.at+1] == '\n' {
			l.at++
		}
	case c == '\n':
	default:
		t.bytes = append(t.bytes, c)
	}
}
