package sim

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
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
	return nil
}

// Secret is the machine readable zone printed on the specimen, empty where it has none.
func (s Specimen) Secret() string { return strings.Join(s.MRZ, "|") }

// Specimens lists every shipped card by name.
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
	return all, nil
}

// Secrets are the secrets printed on the specimen of this name, which may carry the prefix "sim:". Nil where there is
// no such specimen or nothing is printed on it.
func Secrets(name string) cardreader.Secrets {
	s, err := load(strings.TrimPrefix(name, Prefix))
	if err != nil || len(s.MRZ) == 0 {
		return nil
	}
	secrets := cardreader.Secrets{cardreader.MRZ: s.Secret()}
	if s.CAN != "" {
		secrets[cardreader.CAN] = s.CAN
	}
	return secrets
}

// Load reads one specimen.
func Load(name string) (Specimen, error) { return load(strings.TrimPrefix(name, Prefix)) }

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
