package pdfsig

import (
	"bytes"
	"maps"
	"slices"
)

// change is what was added since a signature.
type change uint8

const (
	unchanged    change = iota
	stampedSince        // security store, time-stamps, metadata; or nothing that is reached
	signedSince
	shownSince // on the page
	alteredSince
)

// compare goes through the document as it was signed and as it is. Pairs that were compared once are not compared again.
type compare struct {
	old, now *view
	done     map[[2]int]bool
	found    change
	steps    int
	lock     fieldLock
}

// maxSteps bounds the comparison.
const maxSteps = 1 << 20

func (c *compare) note(k change) { c.found = max(c.found, k) }

// changesSince tells what was added to the revision of a signature.
func changesSince(f *file, s *signature) (change, error) {
	if s.revision == 0 {
		return unchanged, nil
	}
	c := &compare{old: f.view(s.revision), now: f.view(0), done: map[[2]int]bool{}, lock: s.lock}
	before, err := rootOf(c.old)
	if err != nil {
		return alteredSince, err
	}
	after, err := rootOf(c.now)
	if err != nil {
		return alteredSince, err
	}
	if err := c.catalogue(before, after); err != nil {
		return alteredSince, err
	}
	if c.found == unchanged {
		c.found = stampedSince
	}
	return c.found, nil
}

// catalogue compares everything that a reader starts from. DSS, metadata and what PAdES adds beside them say nothing on
// the page.
func (c *compare) catalogue(before, after dict) error {
	free := map[string]bool{"DSS": true, "Metadata": true, "Extensions": true, "Version": true, "Perms": true}
	for _, k := range keysOf(before, after) {
		switch {
		case free[k]:
		case k == "AcroForm":
			if err := c.form(before[k], after[k]); err != nil {
				return err
			}
		case k == "Pages":
			if err := c.pages(before[k], after[k], 0); err != nil {
				return err
			}
		default:
			if err := c.equal(before[k], after[k], 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func keysOf(a, b dict) []string {
	all := dict{} // a clone of none is nil
	maps.Copy(all, a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// both follows two values to what they stand for; same pair of references: done already.
func (c *compare) both(a, b any) (x, y any, done bool, err error) {
	if c.steps++; c.steps > maxSteps {
		return nil, nil, false, broken("too much to compare")
	}
	ra, isA := a.(ref)
	rb, isB := b.(ref)
	if isA && isB {
		pair := [2]int{ra.num, rb.num}
		if c.done[pair] {
			return nil, nil, true, nil
		}
		c.done[pair] = true
	}
	if x, err = c.old.get(a); err != nil {
		return nil, nil, false, err
	}
	y, err = c.now.get(b)
	return x, y, false, err
}

// equal demands that two values say the same, all the way down.
func (c *compare) equal(a, b any, depth int) error {
	if c.found == alteredSince {
		return nil
	}
	if depth > 4*maxNesting {
		return broken("nested too deep")
	}
	x, y, done, err := c.both(a, b)
	if err != nil || done {
		return err
	}
	if annots, err := c.page(x, y, depth); annots || err != nil {
		return err
	}
	switch x := x.(type) {
	case dict:
		y, ok := y.(dict)
		if !ok {
			c.note(alteredSince)
			return nil
		}
		return c.dicts(x, y, nil, depth)
	case []any:
		y, ok := y.([]any)
		if !ok || len(x) != len(y) {
			c.note(alteredSince)
			return nil
		}
		for i := range x {
			if err := c.equal(x[i], y[i], depth+1); err != nil {
				return err
			}
		}
	case stream:
		y, ok := y.(stream)
		if !ok || !bytes.Equal(x.raw, y.raw) {
			c.note(alteredSince)
			return nil
		}
		return c.dicts(x.dict, y.dict, nil, depth)
	case text:
		y, ok := y.(text)
		if !ok || !bytes.Equal(x.bytes, y.bytes) {
			c.note(alteredSince)
		}
	default:
		if sameScalar(x, y) {
			return nil
		}
		c.note(alteredSince)
	}
	return nil
}

// sameScalar compares names, numbers, booleans and null.
func sameScalar(x, y any) bool {
	switch y.(type) {
	case dict, []any, stream, text:
		return false
	}
	return x == y
}

// dicts compares all keys but those left out.
func (c *compare) dicts(x, y dict, free map[string]bool, depth int) error {
	for _, k := range keysOf(x, y) {
		if free[k] {
			continue
		}
		if err := c.equal(x[k], y[k], depth+1); err != nil {
			return err
		}
	}
	return nil
}

// page recognises a page or a field that was met on the way, and compares it by its own rules.
func (c *compare) page(x, y any, depth int) (bool, error) {
	a, isA := x.(dict)
	b, isB := y.(dict)
	if !isA || !isB {
		return false, nil
	}
	switch {
	case a["Type"] == name("Page") && b["Type"] == name("Page"):
		return true, c.onePage(a, b, depth)
	case isField(a) && isField(b):
		return true, c.field(a, b, depth)
	}
	return false, nil
}

func isField(d dict) bool {
	return d["Subtype"] == name("Widget") || d["FT"] != nil && d["T"] != nil
}

func (c *compare) pages(a, b any, depth int) error { return c.equal(a, b, depth) }

// onePage lets annotations be added, if they are the marks of signatures.
func (c *compare) onePage(a, b dict, depth int) error {
	if err := c.dicts(a, b, map[string]bool{"Annots": true}, depth); err != nil {
		return err
	}
	return c.lists(a["Annots"], b["Annots"], depth)
}

// lists compares two arrays of annotations or fields: what was there stays, in its order; what is added must be a field
// for a signature.
func (c *compare) lists(a, b any, depth int) error {
	x, err := c.old.get(a)
	if err != nil {
		return err
	}
	y, err := c.now.get(b)
	if err != nil {
		return err
	}
	before, ok1 := x.([]any)
	after, ok2 := y.([]any)
	if x != nil && !ok1 || y != nil && !ok2 || len(after) < len(before) {
		c.note(alteredSince)
		return nil
	}
	for i, e := range after {
		if i < len(before) {
			if err := c.equal(before[i], e, depth+1); err != nil {
				return err
			}
			continue
		}
		if err := c.added(e); err != nil {
			return err
		}
	}
	return nil
}

// added judges a new field or annotation.
func (c *compare) added(x any) error {
	if r, ok := x.(ref); ok { // a number that was in use already is another thing under an old name
		if old, err := c.old.get(r); err != nil || old != nil {
			c.note(alteredSince)
			return err
		}
	}
	d, err := getDict(c.now, x)
	if err != nil {
		return err
	}
	if d["FT"] != name("Sig") || d["Kids"] != nil || d["AA"] != nil || d["A"] != nil || d["Parent"] != nil {
		c.note(alteredSince)
		return nil
	}
	v, err := getDict(c.now, d["V"])
	if err != nil {
		return err
	}
	if v["SubFilter"] == name(stampFilter) {
		c.note(stampedSince)
	} else {
		c.note(signedSince)
	}
	return c.mark(d)
}

// mark tells whether a signature's field shows on the page.
func (c *compare) mark(d dict) error {
	r, err := c.now.get(d["Rect"])
	if err != nil {
		return err
	}
	rect, _ := r.([]any)
	flags, _ := d["F"].(float64)
	hidden := int(flags)&0x22 != 0 // hidden, or no view (§12.5.3)
	if len(rect) == 4 && (rect[0] == rect[2] || rect[1] == rect[3]) || hidden || r == nil && d["AP"] == nil {
		return nil
	}
	c.note(shownSince)
	return nil
}

// field lets a value be filled in. Of a signature's field that was empty, the signature.
func (c *compare) field(a, b dict, depth int) error {
	free := map[string]bool{"V": true, "AS": true, "AP": true, "M": true}
	pinned := map[string]bool{"F": lockedSince(a, b)}
	maps.Copy(pinned, free)
	if err := c.dicts(a, b, pinned, depth); err != nil {
		return err
	}
	fill := &compare{old: c.old, now: c.now, done: map[[2]int]bool{}, steps: c.steps} // what is let through here is not let through elsewhere
	for k := range free {
		if err := fill.equal(a[k], b[k], depth+1); err != nil {
			return err
		}
	}
	c.steps = fill.steps
	full, err := c.fullName(a)
	switch {
	case err != nil:
		return err
	case fill.found == unchanged:
	case c.lock.covers(full):
		c.note(alteredSince)
	case a["FT"] != name("Sig"):
		c.note(shownSince)
	case a["V"] != nil: // a signature taken away or replaced
		c.note(alteredSince)
	default:
		c.note(signedSince)
		return c.mark(b)
	}
	return nil
}

// lockedSince tells whether nothing but Locked and LockedContents (§12.5.3) was added to the flags of a field that was
// signed: some programs do that to what they sign.
func lockedSince(a, b dict) bool {
	const locks = 1<<7 | 1<<9
	before, ok1 := a["F"].(float64)
	after, ok2 := b["F"].(float64)
	return ok1 && ok2 && a["FT"] == name("Sig") && a["V"] == nil && b["V"] != nil && int(after)&^locks == int(before)&^locks && int(after)&int(before) == int(before)
}

// dictionaries follows two values to dictionaries; nil where there is something else.
func (c *compare) dictionaries(a, b any) (before, after dict, err error) {
	if before, err = getDict(c.old, a); err != nil {
		return nil, nil, err
	}
	after, err = getDict(c.now, b)
	return before, after, err
}

// resources lets names be added to the form's default resources: what was there draws as before.
func (c *compare) resources(a, b any) error {
	before, after, err := c.dictionaries(a, b)
	if err != nil {
		return err
	}
	for _, kind := range keysOf(before, after) {
		x, err := c.old.get(before[kind])
		if err != nil {
			return err
		}
		y, err := c.now.get(after[kind])
		if err != nil {
			return err
		}
		was, ok1 := x.(dict)
		is, ok2 := y.(dict)
		switch {
		case x == nil:
		case !ok1 || !ok2:
			err = c.equal(x, y, 1)
		default:
			fresh := map[string]bool{}
			for k := range is {
				fresh[k] = was[k] == nil
			}
			err = c.dicts(was, is, fresh, 1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// form compares AcroForm: fields may be added, flags raised, resources put in under names that there were not.
func (c *compare) form(a, b any) error {
	before, after, err := c.dictionaries(a, b)
	if err != nil {
		return err
	}
	free := map[string]bool{"Fields": true, "SigFlags": true, "DR": true, "DA": before["DA"] == nil}
	if err := c.dicts(before, after, free, 0); err != nil {
		return err
	}
	if err := c.resources(before["DR"], after["DR"]); err != nil {
		return err
	}
	return c.lists(before["Fields"], after["Fields"], 0)
}
