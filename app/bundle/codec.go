package bundle

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Magic opens the file and the note.
const Magic = "bangban-bundle-1"

// Bounds of what is read.
const (
	MaxFile     = 32 << 20
	maxRoot     = 8 << 10
	maxSmall    = 8 << 10 // statement, note
	maxElements = 20000
)

// outer is the file; see the package comment.
type outer struct {
	_         struct{} `cbor:",toarray"`
	Magic     string
	Root      []byte
	Statement []byte
	Note      []byte
	Body      []byte
}

var encMode = func() cbor.EncMode {
	o := cbor.CoreDetEncOptions()
	o.Time = cbor.TimeUnix
	o.TimeTag = cbor.EncTagRequired
	return must(o.EncMode())
}()

var decMode = must(cbor.DecOptions{
	DupMapKey:         cbor.DupMapKeyEnforcedAPF,
	IndefLength:       cbor.IndefLengthForbidden,
	TimeTag:           cbor.DecTagRequired,
	MaxNestedLevels:   8,
	MaxArrayElements:  maxElements,
	MaxMapPairs:       maxElements,
	ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
}.DecMode())

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// decodeExact reads deterministic CBOR that must be written again byte for byte.
func decodeExact(data []byte, v any) error {
	if err := decMode.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	again, err := encMode.Marshal(v)
	if err != nil || !bytes.Equal(again, data) {
		return fmt.Errorf("%w: not deterministic", ErrFormat)
	}
	return nil
}

// decodeBody reads a body whose signature has been checked.
func decodeBody(data []byte) (*Bundle, error) {
	var b Bundle
	if err := decMode.Unmarshal(data, &b); err != nil {
		var unknown *cbor.UnknownFieldError
		if errors.As(err, &unknown) {
			return nil, fmt.Errorf("%w: %w", ErrNewer, err)
		}
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	b.utc()
	return &b, nil
}

// utc puts all times into one zone: the decoder gives local ones.
func (b *Bundle) utc() {
	b.MadeAt, b.NotAfter = b.MadeAt.UTC(), b.NotAfter.UTC()
	for i := range b.Lists {
		b.Lists[i].MadeAt, b.Lists[i].NotAfter = b.Lists[i].MadeAt.UTC(), b.Lists[i].NotAfter.UTC()
	}
	for i := range b.Roster {
		b.Roster[i].Until = b.Roster[i].Until.UTC()
	}
}

func parseOuter(magic string, file []byte) (*outer, error) {
	if len(file) > MaxFile {
		return nil, ErrTooLarge
	}
	var o outer
	if err := decodeExact(file, &o); err != nil {
		return nil, err
	}
	if o.Magic != magic {
		return nil, fmt.Errorf("%w: another format", ErrFormat)
	}
	if len(o.Root) > maxRoot || len(o.Statement) > maxSmall || len(o.Note) > maxSmall {
		return nil, ErrTooLarge
	}
	return &o, nil
}
