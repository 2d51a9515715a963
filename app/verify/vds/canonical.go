package vds

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// canonical writes decoded JSON as RFC 8785 §3.2 wants it.
func canonical(v any) ([]byte, error) {
	var b strings.Builder
	if err := write(&b, v); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}

func write(b *strings.Builder, v any) error {
	switch x := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(x))
	case string:
		writeString(b, x)
	case json.Number:
		s, err := number(x)
		if err != nil {
			return err
		}
		b.WriteString(s)
	case []any:
		for i, e := range x {
			b.WriteByte("[,"[min(i, 1)])
			if err := write(b, e); err != nil {
				return err
			}
		}
		if len(x) == 0 {
			b.WriteByte('[')
		}
		b.WriteByte(']')
	case map[string]any:
		return writeObject(b, x)
	}
	return nil
}

// writeObject sorts names by their UTF-16 code units, §3.2.3.
func writeObject(b *strings.Builder, m map[string]any) error {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.SortFunc(names, byUnits)
	b.WriteByte('{')
	for i, n := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		writeString(b, n)
		b.WriteByte(':')
		if err := write(b, m[n]); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// byUnits compares by UTF-16 code units. Up to U+D7FF that is the order of UTF-8.
func byUnits(a, b string) int {
	above := func(s string) bool {
		for i := range len(s) {
			if s[i] >= 0xee {
				return true
			}
		}
		return false
	}
	if above(a) || above(b) {
		return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
	}
	return strings.Compare(a, b)
}

// writeString escapes what ECMAScript does and nothing else, §3.2.2.2.
func writeString(b *strings.Builder, s string) {
	b.WriteByte('"')
	plain := 0
	for plain < len(s) && s[plain] >= ' ' && s[plain] != '"' && s[plain] != '\\' {
		plain++
	}
	b.WriteString(s[:plain])
	for _, r := range s[plain:] {
		short := strings.IndexRune("\b\t\n\f\r\"\\", r)
		switch {
		case short >= 0:
			b.WriteByte('\\')
			b.WriteByte(`btnfr"\`[short])
		case r < ' ':
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

// number writes a number as ECMAScript does, §3.2.2.3.
func number(n json.Number) (string, error) {
	f, err := n.Float64()
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return "", fmt.Errorf("%w: number", ErrStructure)
	}
	a := math.Abs(f)
	switch {
	case f == 0:
		return "0", nil
	case a >= 1e21 || a < 1e-6:
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
		return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0"), nil
	}
	return strconv.FormatFloat(f, 'f', -1, 64), nil
}
