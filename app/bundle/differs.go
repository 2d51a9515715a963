package bundle

import (
	"bytes"
	"encoding/hex"
	"maps"
	"slices"

	"bangban/app/desk"
)

// Change is one thing that two bundles say differently.
type Change struct {
	Part string `json:"part"` // "purpose", "recipient", "roster", "list" …
	Name string `json:"name,omitempty"`
	How  string `json:"how"` // "added", "removed", "changed"
}

// Differs lists what next says differently from old, in the order of the format, so that somebody can look before a
// bundle comes into force.
func Differs(old, next *Bundle) []Change {
	var all []Change
	for _, part := range []struct {
		name string
		of   func(*Bundle) map[string]any
	}{
		{"dates", func(b *Bundle) map[string]any { return map[string]any{"": []any{b.MadeAt, b.NotAfter}} }},
		{"name", func(b *Bundle) map[string]any { return map[string]any{"": b.Name} }},
		{"purpose", func(b *Bundle) map[string]any { return index(b.Purposes, purposeKey) }},
		{"recipient", func(b *Bundle) map[string]any { return index(b.Recipients, recipientKey) }},
		{"roster", func(b *Bundle) map[string]any { return index(b.Roster, memberKey) }},
		{"policy", func(b *Bundle) map[string]any { return map[string]any{"": b.Policy} }},
		{"institution", func(b *Bundle) map[string]any { return map[string]any{"": b.Institution} }},
		{"list", func(b *Bundle) map[string]any { return index(b.Lists, listKey) }},
		{"back-office", func(b *Bundle) map[string]any { return index(b.BackOffice, holderKey) }},
		{"intake", func(b *Bundle) map[string]any { return index(b.Intake, holderKey) }},
		{"receipt-key", func(b *Bundle) map[string]any { return index(b.ReceiptKeys, func(k string) string { return k }) }},
		{"sink", func(b *Bundle) map[string]any {
			return index(b.Sinks, func(s Sink) string { return s.Kind + " " + s.Address })
		}},
		{"wording", func(b *Bundle) map[string]any { return boxed(b.Wording) }},
		{"checklist", func(b *Bundle) map[string]any { return boxed(b.Checklists) }},
	} {
		all = append(all, changes(part.name, part.of(old), part.of(next))...)
	}
	return all
}

func changes(part string, old, next map[string]any) (all []Change) {
	names := maps.Clone(old)
	maps.Copy(names, next)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, had := old[name]
		is, has := next[name]
		switch {
		case !had:
			all = append(all, Change{part, name, "added"})
		case !has:
			all = append(all, Change{part, name, "removed"})
		case !same(was, is):
			all = append(all, Change{part, name, "changed"})
		}
	}
	return all
}

// same compares what would be written.
func same(a, b any) bool {
	x, err := encMode.Marshal(a)
	y, err2 := encMode.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

func index[T any](list []T, key func(T) string) map[string]any {
	m := make(map[string]any, len(list))
	for _, v := range list {
		m[key(v)] = v
	}
	return m
}

func boxed[T any](from map[string]T) map[string]any {
	m := make(map[string]any, len(from))
	for k, v := range from {
		m[k] = v
	}
	return m
}

func purposeKey(p desk.Purpose) string     { return p.Code }
func recipientKey(r desk.Recipient) string { return r.ID }
func memberKey(m Member) string            { return m.Clerk.ID }
func listKey(l List) string                { return l.Kind + " " + l.Name }
func holderKey(h Holder) string            { return hex.EncodeToString(h.ID) }
