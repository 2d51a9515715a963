package keys

import (
	"net/url"
	"strconv"
	"strings"
)

// uri is what is used of a PKCS#11 URI (RFC 7512 §2.3).
type uri struct {
	module               string // module-path
	token, serial, label string // token, serial, object
	slot                 *uint  // slot-id
	text                 string
}

// parseURI takes what follows "pkcs11:". A PIN in a URI would lie about in the clear: it is refused, as is whatever is
// not known here, so that a key never lands on another token than the one that was meant.
func parseURI(s string) (u uri, err error) {
	bad := &PlaceError{code: CodePlaceAddress, kind: KindPKCS11}
	u.text = "pkcs11:" + s
	path, query, _ := strings.Cut(s, "?")
	seen := map[string]bool{}
	take := func(list, sep string, set map[string]*string) bool {
		for part := range strings.SplitSeq(list, sep) {
			if part == "" {
				continue
			}
			name, raw, ok := strings.Cut(part, "=")
			v, err := url.PathUnescape(raw)
			if !ok || err != nil || v == "" || seen[name] || strings.ContainsRune(v, 0) {
				return false
			}
			seen[name] = true
			to, known := set[name]
			if !known {
				return false
			}
			*to = v
		}
		return true
	}
	var slot, kind string
	if !take(path, ";", map[string]*string{"token": &u.token, "serial": &u.serial, "object": &u.label, "slot-id": &slot, "type": &kind}) ||
		!take(query, "&", map[string]*string{"module-path": &u.module}) {
		return u, bad
	}
	if slot != "" {
		n, err := strconv.ParseUint(slot, 10, 32)
		if err != nil {
			return u, bad
		}
		id := uint(n)
		u.slot = &id
	}
	if u.module == "" || u.token == "" && u.serial == "" && u.slot == nil || kind != "" && kind != "private" {
		return u, bad
	}
	return u, nil
}
