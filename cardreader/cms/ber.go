package cms

import "math"

// maxDepth bounds the nesting of a message in BER.
const maxDepth = 32

// toDER turns a message in BER into DER, as far as CMS allows BER (RFC 5652 §5.1): lengths that are indefinite or longer
// than they need be, and OCTET STRINGs in pieces. New Zealand's passports of 2017 are signed so. What was in DER stays
// as it was, so certificates inside keep the bytes that were signed.
func toDER(b []byte) ([]byte, error) {
	out, rest, err := convert(b, 0)
	if err != nil {
		return nil, err
	}
	if len(rest) != 0 {
		return nil, broken("bytes after the message")
	}
	return out, nil
}

// convert turns the first element of b and gives what follows it.
func convert(b []byte, depth int) (der, rest []byte, err error) {
	tag, size, b, err := berHead(b)
	if err != nil {
		return nil, nil, err
	}
	if depth == maxDepth {
		return nil, nil, broken("nested too deep")
	}
	const constructed = 0x20
	if tag&constructed == 0 {
		if size < 0 {
			return nil, nil, broken("primitive of indefinite length")
		}
		return derElement(tag, b[:size]), b[size:], nil
	}
	inside, indefinite := b, size < 0
	if !indefinite {
		inside, rest = b[:size], b[size:]
	}
	var content []byte
	for {
		if indefinite && len(inside) >= 2 && inside[0] == 0 && inside[1] == 0 { // end of contents, ISO/IEC 8825-1 §8.1.5
			rest = inside[2:]
			break
		}
		if len(inside) == 0 {
			if indefinite {
				return nil, nil, broken("no end of contents")
			}
			break
		}
		var child []byte
		if child, inside, err = convert(inside, depth+1); err != nil {
			return nil, nil, err
		}
		content = append(content, child...)
	}
	if tag == octets|constructed {
		if content, err = join(content); err != nil {
			return nil, nil, err
		}
		tag = octets
	}
	return derElement(tag, content), rest, nil
}

const octets = 0x04

// join puts the pieces of an OCTET STRING together, ISO/IEC 8825-1 §8.7.3.
func join(pieces []byte) (whole []byte, err error) {
	for len(pieces) > 0 {
		tag, size, b, err := berHead(pieces)
		if err != nil || tag != octets {
			return nil, broken("octet string in pieces")
		}
		whole, pieces = append(whole, b[:size]...), b[size:]
	}
	return whole, nil
}

// berHead reads tag and length; size is -1 where it is indefinite, else no more than what follows.
func berHead(b []byte) (tag byte, size int, rest []byte, err error) {
	if len(b) < 2 || b[0]&0x1F == 0x1F { // no part of CMS has a long tag
		return 0, 0, nil, broken("element")
	}
	tag, first, b := b[0], b[1], b[2:]
	switch {
	case first < 0x80:
		size = int(first)
	case first == 0x80:
		return tag, -1, b, nil
	default:
		n := int(first & 0x7F)
		if n > 4 || n > len(b) {
			return 0, 0, nil, broken("length")
		}
		v := uint64(0)
		for _, c := range b[:n] {
			v = v<<8 | uint64(c)
		}
		if v > math.MaxInt32 {
			return 0, 0, nil, broken("length")
		}
		size, b = int(v), b[n:]
	}
	if size > len(b) {
		return 0, 0, nil, broken("length")
	}
	return tag, size, b, nil
}

func derElement(tag byte, content []byte) []byte {
	b := append(make([]byte, 0, len(content)+6), tag)
	switch n := len(content); {
	case n < 0x80:
		b = append(b, byte(n))
	case n <= 0xFF:
		b = append(b, 0x81, byte(n))
	case n <= 0xFFFF:
		b = append(b, 0x82, byte(n>>8), byte(n))
	case n <= 0xFFFFFF:
		b = append(b, 0x83, byte(n>>16), byte(n>>8), byte(n))
	default:
		b = append(b, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, content...)
}
