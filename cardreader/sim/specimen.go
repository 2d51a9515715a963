package sim

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"bangban/assets"
	"bangban/cardreader"
)

// Specimen is one card as its file describes it.
type Specimen struct {
	Name     string             `json:"name"`
	Kind     string             `json:"kind"`
	Note     string             `json:"note"`
	MRZ      []string           `json:"mrz"`
	CAN      string             `json:"can"`
	ATR      hexBytes           `json:"atr"`
	Extended bool               `json:"extended"`
	Dirs     []Dir              `json:"dirs"`
	Select   map[string]string  `json:"select"`
	PACE     *Agreement         `json:"pace"`
	Chip     *Agreement         `json:"chip"`
	Active   []byte             `json:"active"` // RSA private key, PKCS #1
	Plain    *Plain             `json:"plain"`
	PIV      *PIV               `json:"piv"`
	PIN      string             `json:"pin"`     // told beside the card
	Faults   map[string]string  `json:"faults"`  // command of a security module → status in place of its answer
	PullAt   int                `json:"pull_at"` // taken away in this command each time; 0: never
	SlowMS   int                `json:"slow_ms"` // taken for each command
	Truth    cardreader.Subject `json:"truth"`
}

// Dir is the master file or an application of a chip.
type Dir struct {
	AID   string            `json:"aid"`
	Files map[string][]byte `json:"files"`
	SFI   map[string]string `json:"sfi"`
}

// hexBytes are bytes written in hexadecimal.
type hexBytes []byte

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *hexBytes) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	*h = b
	return err
}

// File gives the content of the file with this identifier ("0101"), wherever it lies on the chip.
func (s Specimen) File(identifier string) []byte {
	for _, d := range s.Dirs {
		if f, ok := d.Files[identifier]; ok {
			return slices.Clone(f)
		}
	}
	if s.Plain != nil {
		return slices.Clone(s.Plain.Files[identifier].Bytes)
	}
	return nil
}

// Secret is the machine readable zone printed on the specimen, empty where it has none.
func (s Specimen) Secret() string { return strings.Join(s.MRZ, "|") }

// Specimens lists every shipped card: the ordinary one of each kind first, then what is special about a kind, then what
// names nobody.
func Specimens() ([]Specimen, error) {
	names, err := fs.Glob(assets.Specimens(), "*.json")
	if err != nil {
		return nil, fmt.Errorf("sim: list specimens: %w", err)
	}
	var all []Specimen
	for _, n := range names {
		s, err := load(strings.TrimSuffix(path.Base(n), ".json"))
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b Specimen) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Name, b.Name))
	})
	return all, nil
}

// rank is by how many carry a card of the kind to a counter.
func (s Specimen) rank() int {
	kinds := []string{"emrtd", "cnid", "sscard", "thaiid", "twnhi", "mykad", "beid", "rsid"}
	at := slices.Index(kinds, s.Kind)
	if at < 0 {
		return 2 * len(kinds)
	}
	if s.Name == s.Kind {
		return at
	}
	return len(kinds) + at
}

// Secrets are the secrets printed on the specimen of this name or told beside it; the name may carry the prefix "sim:".
// Nil where there is no such specimen or it has none.
func Secrets(name string) cardreader.Secrets {
	s, err := Load(name)
	if err != nil {
		return nil
	}
	var secrets cardreader.Secrets
	for kind, v := range map[cardreader.SecretKind]string{cardreader.MRZ: s.Secret(), cardreader.CAN: s.CAN, cardreader.PIN: s.PIN} {
		if v == "" {
			continue
		}
		if secrets == nil {
			secrets = cardreader.Secrets{}
		}
		secrets[kind] = v
	}
	return secrets
}

// Load reads one specimen. The name may be followed by what goes wrong with it: "emrtd?pull=7" is taken away in its seventh
// command, "emrtd?slow=40" takes 40 ms for each.
func Load(name string) (Specimen, error) {
	name, bad, asked := strings.Cut(strings.TrimPrefix(name, Prefix), "?")
	s, err := load(name)
	if err != nil || !asked {
		return s, err
	}
	s.Name = name + "?" + bad
	for part := range strings.SplitSeq(bad, "&") {
		what, value, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(value)
		switch {
		case err != nil || n < 1 || n > 60_000:
			return Specimen{}, fmt.Errorf("%w: %q", ErrNoSpecimen, s.Name)
		case what == "pull":
			s.PullAt = n
		case what == "slow":
			s.SlowMS = n
		default:
			return Specimen{}, fmt.Errorf("%w: %q", ErrNoSpecimen, s.Name)
		}
	}
	return s, nil
}

func load(name string) (Specimen, error) {
	b, err := fs.ReadFile(assets.Specimens(), name+".json")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return Specimen{}, fmt.Errorf("%w: %q", ErrNoSpecimen, name)
	}
	if err != nil {
		return Specimen{}, fmt.Errorf("sim: read specimen: %w", err)
	}
	return ParseSpecimen(b)
}

// ParseSpecimen reads a specimen file and checks that it can be played.
func ParseSpecimen(b []byte) (Specimen, error) {
	var s Specimen
	if err := json.Unmarshal(b, &s); err != nil {
		return Specimen{}, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if !strings.Contains(s.Note, "SPECIMEN") {
		return Specimen{}, fmt.Errorf("%w: the note does not say SPECIMEN", ErrBroken)
	}
	for i, d := range s.Dirs {
		if _, err := hex.DecodeString(d.AID); err != nil {
			return Specimen{}, fmt.Errorf("%w: application identifier: %w", ErrBroken, err)
		}
		for _, id := range slices.Sorted(maps.Values(d.SFI)) {
			if _, ok := d.Files[id]; !ok {
				return Specimen{}, fmt.Errorf("%w: directory %d has no file %q", ErrBroken, i, id)
			}
		}
	}
	return s, s.valid()
}

// valid checks that a passport has what its protocols need.
func (s Specimen) valid() error {
	if s.PullAt < 0 || s.SlowMS < 0 || s.SlowMS > 60_000 {
		return fmt.Errorf("%w: pull or delay", ErrBroken)
	}
	if s.Plain != nil {
		return s.Plain.valid()
	}
	if s.PIV != nil {
		return s.PIV.valid()
	}
	if s.Kind != kindPassport {
		return nil
	}
	if _, err := accessKeyInput(s.MRZ); err != nil {
		return err
	}
	for _, a := range []*Agreement{s.PACE, s.Chip} {
		if a == nil {
			continue
		}
		if err := a.valid(); err != nil {
			return fmt.Errorf("%w: key agreement", err)
		}
	}
	return nil
}
