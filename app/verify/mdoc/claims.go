package mdoc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"

	"github.com/fxamacker/cbor/v2"
)

const maxShown = 2000 // characters of one value

// claim adds what document i says.
func (c *credential) claim(to verify.Claims, i int) {
	prefix := ""
	if i > 0 {
		prefix = strconv.Itoa(i+1) + "/"
	}
	to[prefix+"doc_type"] = clean(c.docType)
	for _, it := range c.items {
		name := prefix + clean(it.Name)
		if _, taken := to[name]; taken { // the same element in two name spaces
			name = prefix + clean(it.space+"/"+it.Name)
		}
		var v any
		if err := trust.DecodeCBOR(it.Value, &v); err == nil {
			to[name] = show(v, 0)
		}
	}
}

// show writes an element value for a person.
func show(v any, depth int) string {
	if depth > 4 {
		return "…"
	}
	var s string
	switch x := v.(type) {
	case string:
		s = x
	case time.Time:
		s = x.UTC().Format(time.RFC3339)
	case []byte:
		return fmt.Sprintf("%d bytes", len(x))
	case cbor.Tag: // full-date, tdate
		return show(x.Content, depth+1)
	case []any:
		var parts []string
		for _, e := range x {
			parts = append(parts, show(e, depth+1))
		}
		s = strings.Join(parts, "; ")
	case map[any]any:
		s = showMap(x, depth)
	default:
		s = fmt.Sprint(x)
	}
	s = clean(s)
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return s
}

func showMap(m map[any]any, depth int) string {
	var parts []string
	for k, e := range m {
		parts = append(parts, show(k, depth+1)+": "+show(e, depth+1))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// clean replaces what could make a screen say something else.
func clean(s string) string { return verify.Clean(s) }
