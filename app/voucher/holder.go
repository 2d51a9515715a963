package voucher

import (
	"fmt"
	"log/slog"
	"reflect"
	"strings"
)

// Sex as Claim 169 field 9 has it.
const (
	Male   = 1
	Female = 2
	Other  = 3
)

// Holder is Claim 169: who the paper is about. Only what the purpose needs is set; what is not set is not encoded. Keys
// are those of the MOSIP Claim 169 table, v1.2. No verb and no logger prints a field.
type Holder struct {
	Language       string `cbor:"3,keyasint,omitempty"`  // of FullName, ISO 639-3
	FullName       string `cbor:"4,keyasint,omitempty"`  // in the person's own script
	BirthDate      string `cbor:"8,keyasint,omitempty"`  // "YYYY-MM-DD"; YYYYMMDD on the wire
	Sex            uint8  `cbor:"9,keyasint,omitempty"`  // Male, Female, Other
	Address        string `cbor:"10,keyasint,omitempty"` // lines separated by "\n"
	Nationality    string `cbor:"13,keyasint,omitempty"` // ISO 3166
	SecondName     string `cbor:"19,keyasint,omitempty"` // the name in a second language, for instance in pinyin
	SecondLanguage string `cbor:"20,keyasint,omitempty"` // ISO 639-3
	Face           []byte `cbor:"-"`                     // portrait as EncodeFace makes it; claim 62 on the wire
}

// wireHolder is Holder with claim 62 as the table has it. Readers take one map, as here, or an array of them.
type wireHolder struct {
	plainHolder
	Biometric *face62 `cbor:"62,keyasint,omitempty"`
}

// plainHolder is Holder without its methods.
type plainHolder Holder

func (h Holder) fields() (n int) {
	v := reflect.ValueOf(h)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			n++
		}
	}
	return n
}

// String gives the number of fields, never their content.
func (h Holder) String() string { return fmt.Sprintf("holder(%d fields)", h.fields()) }

// Format implements fmt.Formatter so that no verb prints a field.
func (h Holder) Format(f fmt.State, _ rune) { fmt.Fprint(f, h.String()) }

// LogValue implements slog.LogValuer.
func (h Holder) LogValue() slog.Value { return slog.StringValue(h.String()) }

// MarshalJSON refuses: a holder leaves this package as CBOR inside a signature, or field by field on purpose.
func (h Holder) MarshalJSON() ([]byte, error) {
	return nil, fmt.Errorf("%w: a holder is not written as JSON", ErrStructure)
}

func (h Holder) valid() bool {
	for _, s := range []string{h.Language, h.FullName, h.Address, h.Nationality, h.SecondName, h.SecondLanguage} {
		if !text(s, 0) {
			return false
		}
	}
	if h.Face != nil {
		if _, err := DecodeFace(h.Face); err != nil {
			return false
		}
	}
	return h.Sex <= Other && (h.BirthDate == "" || validDate(h.BirthDate))
}

// validDate accepts YYYY-MM-DD; a part that the document leaves open is zeros.
func validDate(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	for i, c := range []byte(s) {
		if i != 4 && i != 7 && (c < '0' || c > '9') {
			return false
		}
	}
	return s[5:7] <= "12" && s[8:] <= "31"
}

// encode gives the map of Claim 169, or nil where nothing is set.
func (h Holder) encode() ([]byte, error) {
	if h.fields() == 0 {
		return nil, nil
	}
	h.BirthDate = strings.ReplaceAll(h.BirthDate, "-", "") // v1.2 table: YYYYMMDD
	w := wireHolder{plainHolder: plainHolder(h)}
	if h.Face != nil {
		w.Biometric = &face62{Data: h.Face, Sub: subWebP}
	}
	return encMode.Marshal(w)
}

// decodeHolder reads the map of Claim 169. Dates are read in both forms that the text and its examples show.
func decodeHolder(b []byte) (Holder, error) {
	if len(b) == 0 {
		return Holder{}, nil
	}
	var w wireHolder
	if err := decMode.Unmarshal(b, &w); err != nil {
		return Holder{}, fmt.Errorf("%w: claim 169: %w", ErrStructure, err)
	}
	p := w.plainHolder
	if f := w.Biometric; f != nil {
		if f.Format != 0 || f.Sub != subWebP {
			return Holder{}, fmt.Errorf("%w: claim 62 is no WebP", ErrStructure)
		}
		p.Face = f.Data
	}
	if d := p.BirthDate; len(d) == 8 {
		p.BirthDate = d[:4] + "-" + d[4:6] + "-" + d[6:]
	}
	return Holder(p), nil
}
