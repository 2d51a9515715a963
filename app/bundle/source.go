package bundle

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/trust"
)

// SourceName is the file in a folder that a bundle is made from.
const SourceName = "bundle.json"

// maxSource bounds bundle.json; lists lie in files of their own.
const maxSource = 4 << 20

// source is bundle.json, written by hand. Lengths of time are "90s", "72h", "35d".
type source struct {
	Version    uint64                 `json:"version"`   // 0: the next one
	Valid      span                   `json:"valid"`     // how long the bundle is good
	NotAfter   time.Time              `json:"not_after"` // or until when
	Purposes   []sourcePurpose        `json:"purposes"`
	Recipients []desk.Recipient       `json:"recipients"`
	Roster     []sourceMember         `json:"roster"`
	Policy     sourcePolicy           `json:"policy"`
	Lists      []sourceList           `json:"lists"`
	Published  string                 `json:"published"` // folder that institution status wrote: its lists are taken in
	Sinks      []Sink                 `json:"sinks"`
	Wording    map[string]desk.Text   `json:"wording"`
	Checklists map[string][]desk.Text `json:"checklists"`
}

type sourcePurpose struct {
	desk.Purpose
	Life span `json:"life"`
}

type sourceMember struct {
	desk.Clerk
	Enrolment string    `json:"enrolment"` // hex; empty: the letter that the institution wrote last
	Until     time.Time `json:"until"`
	Cards     []string  `json:"cards"` // certificates of the member's cards, DER or PEM, beside bundle.json
}

type sourceLimits struct {
	desk.Limits
	WarnUnsentAge span `json:"warn_unsent_age"`
	StopUnsentAge span `json:"stop_unsent_age"`
}

type sourcePolicy struct {
	desk.Policy
	Limits     sourceLimits    `json:"limits"`
	MaxListAge map[string]span `json:"max_list_age"`
	BlankAfter span            `json:"blank_after"`
	LockAfter  span            `json:"lock_after"`
}

type sourceList struct {
	Kind     string    `json:"kind"`
	Name     string    `json:"name"`
	File     string    `json:"file"` // beside bundle.json
	MadeAt   time.Time `json:"made_at"`
	NotAfter time.Time `json:"not_after"`
}

// span is a length of time as people write it.
type span time.Duration

// UnmarshalJSON implements json.Unmarshaler.
func (s *span) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return fmt.Errorf("a length of time is written %q or %q", "72h", "35d")
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		text = days + "h"
		d, err := time.ParseDuration(text)
		*s = span(24 * d)
		return err
	}
	d, err := time.ParseDuration(text)
	*s = span(d)
	return err
}

// Read makes a bundle, without what only the institution adds, of bundle.json in a folder and the lists beside it. now
// dates what has no date of its own.
func Read(dir fs.FS, now time.Time) (*Bundle, error) {
	data, err := readFile(dir, SourceName, maxSource)
	if err != nil {
		return nil, err
	}
	var src source
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&src); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrSource, SourceName, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: %s: something behind it", ErrSource, SourceName)
	}
	now = now.UTC().Truncate(time.Second)
	b := &Bundle{Version: src.Version, NotAfter: src.NotAfter.UTC().Truncate(time.Second), Recipients: src.Recipients, Sinks: src.Sinks,
		Wording: src.Wording, Checklists: src.Checklists}
	if (src.Valid == 0) == src.NotAfter.IsZero() {
		return nil, fmt.Errorf("%w: one of valid and not_after", ErrSource)
	}
	if src.Valid != 0 {
		b.NotAfter = now.Add(time.Duration(src.Valid))
	}
	if !b.NotAfter.After(now) {
		return nil, fmt.Errorf("%w: ended already", ErrSource)
	}
	for _, step := range []func(*Bundle) error{func(b *Bundle) error { return src.people(b, dir) }, src.rules, func(b *Bundle) error { return src.lists(b, dir, now) }, src.published(dir, now),
		(*Bundle).validatePurposes, (*Bundle).validateRoster, (*Bundle).validateCards, (*Bundle).validateLists} {
		if err := step(b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func readFile(dir fs.FS, name string, limit int64) ([]byte, error) {
	f, err := dir.Open(path.Clean(name))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSource, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSource, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: %s is too large", ErrSource, name)
	}
	return data, nil
}

func (s *source) people(b *Bundle, dir fs.FS) error {
	for _, m := range s.Roster {
		hash, err := hex.DecodeString(m.Enrolment)
		if err != nil {
			return fmt.Errorf("%w: enrolment of %s is not hexadecimal", ErrSource, m.ID)
		}
		if len(hash) == 0 {
			hash = nil
		}
		cards, err := readCards(dir, m.ID, m.Cards)
		if err != nil {
			return err
		}
		b.Roster = append(b.Roster, Member{Clerk: m.Clerk, Enrolment: hash, PIV: cards, Until: m.Until})
	}
	return nil
}

func (s *source) rules(b *Bundle) error {
	for _, p := range s.Purposes {
		p.Purpose.Life = time.Duration(p.Life)
		b.Purposes = append(b.Purposes, p.Purpose)
	}
	p := s.Policy.Policy
	p.Limits = s.Policy.Limits.Limits
	p.Limits.WarnUnsentAge, p.Limits.StopUnsentAge = time.Duration(s.Policy.Limits.WarnUnsentAge), time.Duration(s.Policy.Limits.StopUnsentAge)
	p.BlankAfter, p.LockAfter = time.Duration(s.Policy.BlankAfter), time.Duration(s.Policy.LockAfter)
	for kind, age := range s.Policy.MaxListAge {
		if p.MaxListAge == nil {
			p.MaxListAge = map[string]time.Duration{}
		}
		p.MaxListAge[kind] = time.Duration(age)
	}
	b.Policy = p
	return nil
}

func (s *source) lists(b *Bundle, dir fs.FS, now time.Time) error {
	for _, l := range s.Lists {
		data, err := readFile(dir, l.File, MaxFile)
		if err != nil {
			return err
		}
		if l.MadeAt.IsZero() {
			l.MadeAt = now
		}
		if l.NotAfter.IsZero() {
			l.NotAfter = b.NotAfter
		}
		b.Lists = append(b.Lists, List{Kind: l.Kind, Name: l.Name, MadeAt: l.MadeAt.UTC().Truncate(time.Second),
			NotAfter: l.NotAfter.UTC().Truncate(time.Second), Bytes: data})
	}
	return nil
}

// published takes in what institution status wrote: the withdrawn keys and every station's status list.
func (s *source) published(dir fs.FS, now time.Time) func(*Bundle) error {
	return func(b *Bundle) error {
		if s.Published == "" {
			return nil
		}
		at := path.Clean(s.Published)
		pem, err := readFile(dir, path.Join(at, "institution.pem"), MaxFile)
		if err != nil {
			return err
		}
		inst, err := trust.ParseInstitution(pem)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrSource, err)
		}
		names, err := fs.Glob(dir, path.Join(at, "status", "*"))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrSource, err)
		}
		for _, name := range names {
			data, err := readFile(dir, name, MaxFile)
			if err != nil {
				return err
			}
			l, err := trust.ParseStatusCWT(data, []*trust.Institution{inst})
			if err != nil {
				return fmt.Errorf("%w: %s: %w", ErrSource, name, err)
			}
			b.Lists = append(b.Lists, List{Kind: ListStatus, Name: l.URI, MadeAt: l.MadeAt.UTC(), NotAfter: l.NotAfter.UTC(), Bytes: data})
		}
		name := path.Join(at, "withdrawn-delegations.cwt")
		data, err := readFile(dir, name, MaxFile)
		if err != nil {
			return err
		}
		d, err := trust.ParseDelegations(data, []*trust.Institution{inst})
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrSource, name, err)
		}
		b.Lists = append(b.Lists, List{Kind: ListDelegations, Name: d.Issuer, MadeAt: d.MadeAt.UTC(), NotAfter: d.NotAfter.UTC(), Bytes: data})
		return nil
	}
}

// draftMagic opens a draft.
const draftMagic = "bangban-draft-1"

type draft struct {
	_     struct{} `cbor:",toarray"`
	Magic string
	Body  Bundle
}

// EncodeDraft writes a bundle that is not signed, to be carried to where the key is.
func EncodeDraft(b *Bundle) ([]byte, error) {
	return encMode.Marshal(draft{Magic: draftMagic, Body: *b})
}

// DecodeDraft reads one. No counter takes it.
func DecodeDraft(file []byte) (*Bundle, error) {
	if len(file) > MaxFile {
		return nil, ErrTooLarge
	}
	var d draft
	if err := decMode.Unmarshal(file, &d); err != nil || d.Magic != draftMagic {
		return nil, fmt.Errorf("%w: draft", ErrFormat)
	}
	d.Body.utc()
	return &d.Body, nil
}
