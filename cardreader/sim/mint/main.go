// Command mint makes the shipped specimens: cards of invented people of Utopia (UTO, the specimen state of ICAO
// Doc 9303-3 §5), signed by a training country authority. Nothing imports it. Run it again with
//
//	go generate ./cardreader/sim
//
// It writes assets/specimens/<name>.json, one file a card, and assets/specimens/training-csca.der, the one authority
// that training stations trust. Every run uses fresh throw-away keys that are never written, so nobody can ever sign a
// further specimen that an existing station would trust. All else is the same from run to run.
//
// What is made: logical data structures of ICAO Doc 9303-10 (EF.COM, DG1, DG2, EF.SOD, EF.ATR/INFO) with a document
// security object of Doc 9303-10 §4.6.2.1 over SHA-256, signed with ECDSA on P-256 by a document signer of Doc 9303-12
// §7.1. The variants each spoil or leave out exactly one thing; their names say which.
package main

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

// note stands in every file so that nobody takes the person for a real one.
const note = "SPECIMEN – an invented person"

// directory is one level of files on a chip.
type directory struct {
	AID   string            `json:"aid,omitempty"` // empty: the master file
	Files map[string][]byte `json:"files"`         // file identifier → content
	SFI   map[string]string `json:"sfi,omitempty"` // short EF identifier → file identifier
}

// specimen is the layout of one file; package sim reads it.
type specimen struct {
	Name     string            `json:"name"`
	Kind     string            `json:"kind"`
	Note     string            `json:"note"`
	MRZ      []string          `json:"mrz,omitempty"`
	ATR      string            `json:"atr"`
	Extended bool              `json:"extended"`
	Dirs     []directory       `json:"dirs,omitempty"`
	Select   map[string]string `json:"select,omitempty"` // AID → answer to SELECT, for cards without files
	Truth    *truth            `json:"truth,omitempty"`
}

func main() {
	log.SetFlags(0)
	out := flag.String("out", "../../assets/specimens", "folder to write to")
	flag.Parse()
	if err := run(*out); err != nil {
		log.Fatal(err)
	}
}

func run(out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	trusted, err := newAuthority("TRAINING CSCA")
	if err != nil {
		return err
	}
	foreign, err := newAuthority("UNKNOWN CSCA")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "training-csca.der"), trusted.cert.Raw, 0o644); err != nil {
		return err
	}
	cards := others()
	for _, v := range variants() {
		ca := trusted
		if v.foreign {
			ca = foreign
		}
		c, err := passport(v, ca)
		if err != nil {
			return fmt.Errorf("mint: %s: %w", v.name, err)
		}
		cards = append(cards, c)
	}
	for _, c := range cards {
		if err := write(out, c); err != nil {
			return err
		}
	}
	return nil
}

func write(out string, c specimen) error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, c.Name+".json"), append(b, '\n'), 0o644)
}

// variant is one passport to make.
type variant struct {
	name     string
	person   person
	foreign  bool // signed below an authority that nobody trusts
	short    bool // no extended length
	tampered bool // one letter of DG1 changed after signing
}

func variants() []variant {
	mei := person{
		surname: "SPECIMEN", given: "LINDEN MEI", sex: "F", birth: "1943-04-12",
		number: "U12300451", expires: "2036-04-11", face: face{hair: 0xE4E2DE, skin: 0xE9C3A2, cloth: 0x6B4A6E, glasses: true, bun: true},
	}
	wang := person{
		surname: "WANG SPECIMEN", given: "AILAN", sex: "F", birth: "1951-09-30",
		number: "U12300469", expires: "2035-09-29", face: face{hair: 0x8E8B88, skin: 0xE2B48D, cloth: 0x2F5D62},
	}
	old := person{
		surname: "SPECIMEN", given: "BRUNO TAO", sex: "M", birth: "1938-01-05",
		number: "U12300477", expires: "2024-05-31", face: face{hair: 0xF2F1EF, skin: 0xD9A982, cloth: 0x3B4656, glasses: true},
	}
	far := person{
		surname: "SPECIMEN", given: "AMARA", sex: "F", birth: "1947-11-23",
		number: "U12300485", expires: "2037-02-28", face: face{hair: 0x5A5552, skin: 0xB98560, cloth: 0x8A3B2F, bun: true},
	}
	return []variant{
		{name: "emrtd", person: mei},
		{name: "emrtd-short", person: mei, short: true},
		{name: "emrtd-tampered", person: mei, tampered: true},
		{name: "emrtd-foreign", person: far, foreign: true},
		{name: "emrtd-expired", person: old},
		{name: "emrtd-wang", person: wang},
	}
}

// others are cards that carry no identity: a payment card that answers SELECT of the payment environment of EMV
// Contactless Book B §3.3.1 and nothing else, and a card that lies upside down.
func others() []specimen {
	const ppse = "2PAY.SYS.DDF01"
	fci := tlv(0x6F, tlv(0x84, []byte(ppse)), tlv(0xA5, tlv(0xBF0C)))
	return []specimen{
		{
			Name: "bank-card", Kind: "payment", Note: "SPECIMEN – a payment card without an account",
			ATR:    enc(atr([]byte{0x80, 0x31, 0xE0, 0x6B, 0x04})),
			Select: map[string]string{enc([]byte(ppse)): enc(fci)},
		},
		{Name: "mute", Kind: "mute", Note: "SPECIMEN – a card that does not answer"},
	}
}

// passport makes one electronic passport.
func passport(v variant, ca *authority) (specimen, error) {
	p := v.person
	dg1 := tlv(0x61, tlv(0x5F1F, []byte(p.mrz()[0]+p.mrz()[1])))
	dg2, err := faceGroup(p)
	if err != nil {
		return specimen{}, err
	}
	sod, err := ca.securityObject(map[int][]byte{1: dg1, 2: dg2})
	if err != nil {
		return specimen{}, err
	}
	if v.tampered { // the letter has no check digit, Doc 9303-4 §4.2.2.1: only the signature tells
		p.given = "LINDEN MAI"
		dg1 = tlv(0x61, tlv(0x5F1F, []byte(p.mrz()[0]+p.mrz()[1])))
	}
	lines := p.mrz()
	return specimen{
		Name: v.name, Kind: "emrtd", Note: note, MRZ: lines[:], Extended: !v.short,
		ATR: enc(atr(historical(!v.short))), Truth: p.truth(),
		Dirs: []directory{
			{Files: map[string][]byte{"2F01": atrInfo(!v.short)}, SFI: map[string]string{"01": "2F01"}},
			{
				AID:   "A0000002471001",
				Files: map[string][]byte{"011E": com(), "0101": dg1, "0102": dg2, "011D": sod},
				SFI:   map[string]string{"1E": "011E", "01": "0101", "02": "0102", "1D": "011D"},
			},
		},
	}, nil
}

func enc(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
