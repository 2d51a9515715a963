package tlv

import "fmt"

// Bounds on hostile input.
const (
	MaxSize  = 1 << 20 // bytes of one input
	MaxCount = 1024    // data objects of one list
	MaxDepth = 16      // levels that Walk goes down
)

// Tag is a tag as its bytes stand: 0x61, 0x5F1F, 0x7F61.
type Tag uint32

// Constructed tells whether the value holds further data objects, ISO/IEC 7816-4 §6.3 (bit 6 of the first byte).
func (t Tag) Constructed() bool {
	for t > 0xFF {
		t >>= 8
	}
	return t&0x20 != 0
}

// String gives the tag in hexadecimal.
func (t Tag) String() string { return fmt.Sprintf("%02X", uint32(t)) }

func (t Tag) append(b []byte) []byte {
	for shift := 16; shift > 0; shift -= 8 {
		if t>>shift != 0 {
			b = append(b, byte(t>>shift))
		}
	}
	return append(b, byte(t))
}

// Element is one data object. Value is a part of the input.
type Element struct {
	Tag   Tag
	Value []byte
}

// Format implements fmt.Formatter: tag and length, never the value.
func (e Element) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%v(%d B)", e.Tag, len(e.Value)) }

// List parses the data objects inside a constructed one.
func (e Element) List() (List, error) {
	if !e.Tag.Constructed() {
		return nil, fmt.Errorf("%w: tag %v", ErrPrimitive, e.Tag)
	}
	return Parse(e.Value)
}

// List is the data objects of one level in their order.
type List []Element

// Only gives the one object with tag t: none is ErrMissing, more than one is ErrDuplicate.
func (l List) Only(t Tag) (Element, error) {
	found := -1
	for i := range l {
		if l[i].Tag != t {
			continue
		}
		if found >= 0 {
			return Element{}, fmt.Errorf("%w: tag %v", ErrDuplicate, t)
		}
		found = i
	}
	if found < 0 {
		return Element{}, fmt.Errorf("%w: tag %v", ErrMissing, t)
	}
	return l[found], nil
}

// All gives every object with tag t in order.
func (l List) All(t Tag) List {
	var out List
	for _, e := range l {
		if e.Tag == t {
			out = append(out, e)
		}
	}
	return out
}

// Append writes the objects after b in DER.
func (l List) Append(b []byte) []byte {
	for _, e := range l {
		b = Append(b, e.Tag, e.Value)
	}
	return b
}

// Append writes one data object after b with the shortest length, ISO/IEC 8825-1 §10.1.
func Append(b []byte, t Tag, value []byte) []byte {
	b = t.append(b)
	n := len(value)
	if n < 0x80 {
		b = append(b, byte(n))
		return append(b, value...)
	}
	count := 1
	for n>>(8*count) != 0 {
		count++
	}
	b = append(b, 0x80|byte(count))
	for i := count - 1; i >= 0; i-- {
		b = append(b, byte(n>>(8*i)))
	}
	return append(b, value...)
}

// Parse reads the data objects of one level; b must end with the last of them.
func Parse(b []byte) (List, error) {
	if len(b) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	var out List
	for len(b) > 0 {
		if len(out) == MaxCount {
			return nil, fmt.Errorf("%w: more than %d", ErrTooMany, MaxCount)
		}
		e, rest, err := Next(b)
		if err != nil {
			return nil, err
		}
		out, b = append(out, e), rest
	}
	return out, nil
}

// ParseOne reads b as exactly one data object with tag t.
func ParseOne(b []byte, t Tag) (Element, error) {
	e, rest, err := Next(b)
	switch {
	case err != nil:
		return Element{}, err
	case len(rest) > 0:
		return Element{}, fmt.Errorf("%w: %d", ErrTrailing, len(rest))
	case e.Tag != t:
		return Element{}, fmt.Errorf("%w: tag %v, found %v", ErrMissing, t, e.Tag)
	}
	return e, nil
}

// Next reads the first data object of b and gives what follows it.
func Next(b []byte) (e Element, rest []byte, err error) {
	tag, header, length, err := Header(b)
	if err != nil {
		return Element{}, nil, err
	}
	if length > len(b)-header {
		return Element{}, nil, fmt.Errorf("%w: tag %v says %d bytes, %d are there", ErrTruncated, tag, length, len(b)-header)
	}
	end := header + length
	return Element{Tag: tag, Value: b[header:end:end]}, b[end:], nil
}

// Header reads tag and length at the head of b without wanting the value there: how long they are themselves and how
// long the value is. It serves the first look into a file that is read in pieces.
func Header(b []byte) (t Tag, header, length int, err error) {
	t, n, err := readTag(b)
	if err != nil {
		return 0, 0, 0, err
	}
	length, m, err := readLength(b[n:])
	if err != nil {
		return 0, 0, 0, fmt.Errorf("%w after tag %v", err, t)
	}
	return t, n + m, length, nil
}

func readTag(b []byte) (Tag, int, error) {
	if len(b) == 0 {
		return 0, 0, ErrTruncated
	}
	t := Tag(b[0])
	if t == 0 || t == 0xFF {
		return 0, 0, fmt.Errorf("%w: first byte %02X", ErrTag, b[0])
	}
	if b[0]&0x1F != 0x1F {
		return t, 1, nil
	}
	for i := 1; ; i++ {
		switch {
		case i == 3:
			return 0, 0, fmt.Errorf("%w: longer than 3 bytes", ErrTag)
		case i == len(b):
			return 0, 0, ErrTruncated
		case i == 1 && b[1] == 0x80:
			return 0, 0, fmt.Errorf("%w: second byte %02X", ErrTag, b[1])
		}
		t = t<<8 | Tag(b[i])
		if b[i]&0x80 == 0 {
			return t, i + 1, nil
		}
	}
}

func readLength(b []byte) (length, size int, err error) {
	if len(b) == 0 {
		return 0, 0, ErrTruncated
	}
	if b[0] < 0x80 {
		return int(b[0]), 1, nil
	}
	n := int(b[0] & 0x7F)
	switch {
	case n == 0:
		return 0, 0, ErrIndefinite
	case n > 4:
		return 0, 0, fmt.Errorf("%w: %d bytes of it", ErrLength, n)
	case len(b) < 1+n:
		return 0, 0, ErrTruncated
	}
	var v uint64
	for _, c := range b[1 : 1+n] {
		v = v<<8 | uint64(c)
	}
	if v > MaxSize {
		return 0, 0, fmt.Errorf("%w: length %d", ErrTooLarge, v)
	}
	return int(v), 1 + n, nil
}

// Walk visits every data object of b depth first, in order. visit tells whether to go down into a constructed one.
func Walk(b []byte, visit func(depth int, e Element) (down bool)) error {
	type level struct{ rest []byte }
	stack, count := []level{{b}}, 0
	if len(b) > MaxSize {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if len(top.rest) == 0 {
			stack = stack[:len(stack)-1]
			continue
		}
		e, rest, err := Next(top.rest)
		if err != nil {
			return err
		}
		if count++; count > MaxCount {
			return fmt.Errorf("%w: more than %d", ErrTooMany, MaxCount)
		}
		top.rest = rest
		if !visit(len(stack)-1, e) || !e.Tag.Constructed() {
			continue
		}
		if len(stack) == MaxDepth {
			return fmt.Errorf("%w: more than %d levels", ErrTooDeep, MaxDepth)
		}
		stack = append(stack, level{e.Value})
	}
	return nil
}
