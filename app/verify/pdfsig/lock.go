package pdfsig

import (
	"slices"
	"strings"
)

// fieldLock is the FieldMDP transform (§12.8.2.4): fields that may not change once the signature is there. The zero value
// locks none. What it says and is not understood locks all.
type fieldLock struct {
	set    bool
	action string // All, Include, Exclude
	fields []string
}

func (w *fieldWalk) fieldLock(d dict) (l fieldLock, err error) {
	params, there, err := w.transform(d, "FieldMDP")
	if err != nil || !there {
		return fieldLock{}, err
	}
	l.set = true
	action, _ := params["Action"].(name)
	l.action = string(action)
	x, err := w.view.get(params["Fields"])
	if err != nil {
		return fieldLock{}, err
	}
	list, _ := x.([]any)
	if len(list) > maxFields {
		return fieldLock{}, broken("too many fields")
	}
	for _, e := range list {
		if t, ok := e.(text); ok {
			l.fields = append(l.fields, decode(t))
		}
	}
	return l, nil
}

// covers tells whether a field of this full name is locked. A name stands for all that lie below it.
func (l fieldLock) covers(full string) bool {
	listed := slices.ContainsFunc(l.fields, func(f string) bool { return f == full || strings.HasPrefix(full, f+".") })
	switch l.action {
	case "Include":
		return listed
	case "Exclude":
		return l.set && !listed
	}
	return l.set
}

// fullName joins the partial names of a field and of those above it (§12.7.4.2). It is cut where it goes on too long, which
// can only lock more.
func (c *compare) fullName(d dict) (string, error) {
	var parts []string
	for range maxFieldDepth {
		if t, ok := d["T"].(text); ok {
			parts = append(parts, decode(t))
		}
		if d["Parent"] == nil {
			break
		}
		up, err := getDict(c.old, d["Parent"])
		if err != nil || up == nil {
			return "", err
		}
		d = up
	}
	slices.Reverse(parts)
	return strings.Join(parts, "."), nil
}
