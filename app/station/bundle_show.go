package station

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"

	"github.com/fxamacker/cbor/v2"
)

// What a bundle was compared with before it was shown.
const (
	AnchorStation     = "station"     // the institution of this data folder
	AnchorFingerprint = "fingerprint" // the groups that were typed
	AnchorNone        = "none"        // nothing: the fingerprint is still to be compared
)

// BundleShow is what a bundle says, without a key and without anybody's name.
type BundleShow struct {
	Version     uint64           `json:"version"`
	MadeAt      string           `json:"made_at"`
	NotAfter    string           `json:"not_after"`
	Standing    string           `json:"standing"` // "full", "narrow", "stopped": what a counter may do under it now
	Issuer      string           `json:"issuer"`
	Name        desk.Text        `json:"name"`
	Training    bool             `json:"training"`
	Fingerprint string           `json:"fingerprint"`
	Anchor      string           `json:"anchor"`
	Purposes    []PurposeShow    `json:"purposes"`
	Recipients  []desk.Recipient `json:"recipients"`
	Roster      []MemberShow     `json:"roster"`
	Lists       []ListShow       `json:"lists"`
	Sinks       []bundle.Sink    `json:"sinks"`
	Differs     []bundle.Change  `json:"differs,omitempty"` // from the one in force in the folder
}

// PurposeShow is one purpose.
type PurposeShow struct {
	Code       string       `json:"code"`
	Title      desk.Text    `json:"title"`
	Binding    desk.Binding `json:"binding"`
	Fields     []string     `json:"fields"`
	Life       string       `json:"life"`
	MaxUses    uint64       `json:"max_uses"`
	Recipients []string     `json:"recipients,omitempty"` // none: any
}

// MemberShow is one of the roster.
type MemberShow struct {
	ID    string      `json:"id"`
	Roles []desk.Role `json:"roles"`
	Cards []string    `json:"cards,omitempty"` // keys of their cards, as card staff names them
	Until string      `json:"until,omitempty"`
}

// ListShow is one dated list.
type ListShow struct {
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	MadeAt   string `json:"made_at"`
	NotAfter string `json:"not_after,omitempty"`
	AgeDays  int    `json:"age_days"`
}

// ShowBundle opens a bundle and says what it holds; an empty file is the one in force in the folder. Every signature in
// it is checked; whose bundle it is depends on what it was compared with, see BundleShow.Anchor.
func ShowBundle(o Options, file []byte, fingerprint string) (*BundleShow, error) {
	o.fill()
	dir := dataDir(o.Dir)
	fresh, err := dir.settle(o.Training)
	if err != nil {
		return nil, err
	}
	if file == nil {
		if fresh {
			return nil, &desk.Error{Op: "bundle.show", Code: "station-none", Args: map[string]string{"Dir": o.Dir}}
		}
		if file, err = os.ReadFile(dir.bundle()); err != nil {
			return nil, &desk.Error{Op: "bundle.show", Code: "data-unreadable", Args: map[string]string{"Dir": o.Dir}, Err: err}
		}
	}
	anchor, how, err := dir.anchor(file, fingerprint)
	if err != nil {
		return nil, err
	}
	b, err := bundle.Open(file, anchor)
	if err != nil {
		return nil, &desk.Error{Op: "bundle.show", Code: bundle.Code(err), Err: err}
	}
	now := o.Now()
	if !o.At.IsZero() {
		now = o.At
	}
	show := showBundle(b, now)
	show.Anchor = how
	if how == AnchorStation {
		if in, err := os.ReadFile(dir.bundle()); err == nil {
			if current, err := bundle.Open(in, anchor); err == nil {
				show.Differs = bundle.Differs(current.Bundle, b.Bundle)
			}
		}
	}
	return show, nil
}

// anchor finds what to compare a bundle with: what was typed, else the folder's own institution, else nothing.
func (f dataDir) anchor(file []byte, fingerprint string) (bundle.Anchor, string, error) {
	if fingerprint != "" {
		return bundle.Anchor{Fingerprint: fingerprint}, AnchorFingerprint, nil
	}
	root, err := os.ReadFile(f.root())
	if err == nil {
		return bundle.Anchor{Root: root}, AnchorStation, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return bundle.Anchor{}, "", &desk.Error{Op: "bundle.show", Code: "data-unreadable", Args: map[string]string{"Dir": string(f)}, Err: err}
	}
	var outer []cbor.RawMessage
	if len(file) > bundle.MaxFile || cbor.Unmarshal(file, &outer) != nil || len(outer) < 2 || cbor.Unmarshal(outer[1], &root) != nil {
		return bundle.Anchor{}, "", &desk.Error{Op: "bundle.show", Code: bundle.CodeUnreadable}
	}
	return bundle.Anchor{Root: root}, AnchorNone, nil
}

func showBundle(b *bundle.Opened, now time.Time) *BundleShow {
	s := &BundleShow{Version: b.Version, MadeAt: stamp(b.MadeAt), NotAfter: stamp(b.NotAfter),
		Standing: standingName(b.Standing(now)),
		Issuer:   b.Issuer, Name: b.Name, Training: b.Training, Fingerprint: bundle.Fingerprint(b.Root),
		Purposes: []PurposeShow{}, Recipients: append([]desk.Recipient{}, b.Recipients...), Roster: []MemberShow{},
		Lists: []ListShow{}, Sinks: append([]bundle.Sink{}, b.Sinks...)}
	for _, p := range b.Purposes {
		s.Purposes = append(s.Purposes, PurposeShow{Code: p.Code, Title: p.Title, Binding: p.Binding, Fields: append([]string{}, p.Fields...),
			Life: p.Life.String(), MaxUses: max(p.MaxUses, 1), Recipients: p.Recipients})
	}
	for _, m := range b.Roster {
		row := MemberShow{ID: m.Clerk.ID, Roles: m.Clerk.Roles, Until: stamp(m.Until)}
		for _, key := range m.CardKeys() {
			row.Cards = append(row.Cards, keyName(key))
		}
		s.Roster = append(s.Roster, row)
	}
	for _, l := range b.Lists {
		row := ListShow{Kind: l.Kind, Name: l.Name, MadeAt: stamp(l.MadeAt), NotAfter: stamp(l.NotAfter)}
		if now.After(l.MadeAt) {
			row.AgeDays = int(now.Sub(l.MadeAt) / (24 * time.Hour))
		}
		s.Lists = append(s.Lists, row)
	}
	return s
}
