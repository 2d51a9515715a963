// Command mint makes the shipped specimens: cards of invented people, those of Utopia (UTO, the specimen state of ICAO
// Doc 9303-3 §5) signed by a training country authority, those of Belgium by an invented root. Nothing imports it. Run it
// again with
//
//	go generate ./cardreader/sim          makes what is not there yet
//	go run ./mint -all -out …             makes everything anew
//
// It writes assets/specimens/<name>.json, one file a card; assets/specimens/training-csca.der, the authorities that training
// stations trust; and assets/specimens/training-csca.crl, the list of the document signers that the newest of them has
// withdrawn: the one of emrtd-revoked. Every run uses fresh throw-away keys that are never written, so nobody can ever sign
// a further specimen that an existing station would trust. All else is the same from run to run.
//
// What is made: logical data structures of ICAO Doc 9303-10 (EF.COM, DG1, DG2, EF.SOD, EF.ATR/INFO) with a document
// security object of Doc 9303-10 §4.6.2.1 over SHA-256, signed with ECDSA on P-256 by a document signer of Doc 9303-12
// §7.1; identity files of Belgium, signed with RSA or on P-384; and the files of cards that carry no signature. The
// variants each spoil or leave out exactly one thing; their names say which.
package main

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
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
	CAN      string            `json:"can,omitempty"`
	ATR      string            `json:"atr"`
	Extended bool              `json:"extended"`
	Dirs     []directory       `json:"dirs,omitempty"`
	Select   map[string]string `json:"select,omitempty"` // AID → answer to SELECT, for cards without files
	PACE     *agreement        `json:"pace,omitempty"`
	Chip     *agreement        `json:"chip,omitempty"`
	Active   []byte            `json:"active,omitempty"` // RSA private key, PKCS #1
	Plain    *plain            `json:"plain,omitempty"`
	PIV      *staffCard        `json:"piv,omitempty"`
	Code     string            `json:"pin,omitempty"`
	Faults   map[string]string `json:"faults,omitempty"` // command of a security module → status in place of its answer
	PullAt   int               `json:"pull_at,omitempty"`
	SlowMS   int               `json:"slow_ms,omitempty"`
	Truth    any               `json:"truth,omitempty"`
}

func main() {
	log.SetFlags(0)
	out := flag.String("out", "../../assets/specimens", "folder to write to")
	all := flag.Bool("all", false, "make everything anew, also what is there")
	flag.Parse()
	if err := run(*out, *all); err != nil {
		log.Fatal(err)
	}
}

func run(out string, all bool) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	m := &mintage{out: out, all: all}
	if !all {
		var err error
		if m.trust, err = os.ReadFile(filepath.Join(out, csca)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	err := errors.Join(m.passports(), m.belgians(), m.others(), m.staff())
	return errors.Join(err, os.WriteFile(filepath.Join(out, csca), m.trust, 0o644)) // what was made is trusted
}

// mintage is one run.
type mintage struct {
	out   string
	all   bool
	trust []byte // certificates, one behind the other
}

func (m *mintage) missing(name string) bool { return m.all || !exists(m.out, name) }

// passports makes those that are not there below one fresh authority.
func (m *mintage) passports() error {
	todo := slices.DeleteFunc(variants(), func(v variant) bool { return !m.missing(v.name) })
	if len(todo) == 0 {
		return nil
	}
	known, err := x509.ParseCertificates(m.trust)
	if err != nil {
		return err
	}
	name := "TRAINING CSCA"
	if len(known) > 0 {
		name = fmt.Sprintf("TRAINING CSCA %d", len(known)+1)
	}
	ca, err := makePassports(m.out, name, todo)
	if err != nil {
		return err
	}
	m.trust = append(m.trust, ca.cert.Raw...)
	if !slices.ContainsFunc(todo, func(v variant) bool { return v.revoked }) {
		return nil
	}
	list, err := ca.withdrawn()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.out, crl), list, 0o644)
}

// staff makes the clerk's card where it is not there: a training counter that knows it stays good.
func (m *mintage) staff() error {
	c, err := staff()
	if err != nil || !m.missing(c.Name) {
		return err
	}
	return write(m.out, c)
}

// belgians makes all of them anew where one is not there.
func (m *mintage) belgians() error {
	if !slices.ContainsFunc(belgianList(), func(b belgian) bool { return m.missing(b.name) }) {
		return nil
	}
	cards, root, err := belgians()
	if err != nil {
		return err
	}
	m.trust = append(m.trust, root...)
	for _, c := range cards {
		if err := write(m.out, c); err != nil {
			return err
		}
	}
	return nil
}

// others makes what carries no signature.
func (m *mintage) others() error {
	cards, err := plainCards()
	if err != nil {
		return err
	}
	for _, c := range append(others(), cards...) {
		if !m.missing(c.Name) {
			continue
		}
		if err := write(m.out, c); err != nil {
			return err
		}
	}
	return nil
}

// csca is the file of the certificates that training stations trust, one behind the other.
const csca = "training-csca.der"

// crl is the file of the document signers that the training authority has withdrawn, RFC 5280 §5, DER.
const crl = "training-csca.crl"

func exists(out, name string) bool {
	_, err := os.Stat(filepath.Join(out, name+".json"))
	return err == nil
}

// makePassports makes them below a fresh authority of this name, the foreign ones below another.
func makePassports(out, name string, list []variant) (*authority, error) {
	trusted, err := newAuthority(name)
	if err != nil {
		return nil, err
	}
	foreign, err := newAuthority("UNKNOWN CSCA")
	if err != nil {
		return nil, err
	}
	for _, v := range list {
		ca := trusted
		if v.foreign {
			ca = foreign
		}
		c, err := passport(v, ca)
		if err != nil {
			return nil, fmt.Errorf("mint: %s: %w", v.name, err)
		}
		if err := write(out, c); err != nil {
			return nil, err
		}
	}
	return trusted, nil
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
	revoked  bool // signed by a document signer that the authority has withdrawn
	noPhoto  bool // no DG2
	jp2      bool // a portrait in JPEG 2000
	pull     int  // taken away in this command
	slow     int  // milliseconds for each command
	plan     plan // what the chip does beyond Basic Access Control
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
	li := person{
		surname: "SPECIMEN", given: "LI MING", sex: "M", birth: "1946-07-19",
		number: "U12300493", expires: "2035-06-30", face: face{hair: 0xB9B6B2, skin: 0xDDAE86, cloth: 0x31517A, glasses: true},
		fullName: "样本·李明", address: "样本路1号<样本市", authority: "SPECIMEN 样本出入境管理局", issued: "2025-07-01",
	}
	zhao := person{
		surname: "SPECIMEN", given: "ZHAO LAN", sex: "F", birth: "1949-02-08",
		number: "U12300501", expires: "2034-12-01", face: face{hair: 0xD8D5D1, skin: 0xE6BC95, cloth: 0x5B7B4A, bun: true},
	}
	qian := person{
		surname: "SPECIMEN", given: "QIAN HAI", sex: "M", birth: "1944-10-30",
		number: "U12300519", expires: "2028-08-15", face: face{hair: 0x9B9894, skin: 0xD7A57C, cloth: 0x6E5A3A},
	}
	sun := person{
		surname: "SPECIMEN", given: "SUN YU", sex: "F", birth: "1945-05-17",
		number: "U12300527", expires: "2036-09-30", face: face{hair: 0xC7C3BE, skin: 0xDFB08A, cloth: 0x8C5A2B, bun: true},
	}
	rare := person{
		surname: "SPECIMEN", given: "YAN", sex: "M", birth: "1948-08-08",
		number: "U12300535", expires: "2035-12-31", face: face{hair: 0x77736F, skin: 0xD3A079, cloth: 0x2B4C3F},
		fullName: "样本·\U0002CB5A\U00021413\u4DAE", address: "样本路2号<样本市", authority: "SPECIMEN 样本出入境管理局", issued: "2026-01-01",
	}
	long := person{ // 39 places of the zone: cut, ICAO Doc 9303-4 §4.2.2.2; DG11 has the whole
		surname: "SPECIMEN", given: "ALEXANDRA WILHELMINA CHARLOTT", sex: "F", birth: "1950-02-28",
		number: "U12300543", expires: "2036-01-31", face: face{hair: 0xD0CBC5, skin: 0xE8C3A4, cloth: 0x6A2F4A, glasses: true},
		fullName: "Specimen Alexandra Wilhelmina Charlotte Maximiliane", address: "SPECIMEN ROAD 3<UTOPIA CITY", authority: "SPECIMEN OFFICE", issued: "2026-02-01",
	}
	return []variant{
		{name: "emrtd", person: mei},
		{name: "emrtd-short", person: mei, short: true},
		{name: "emrtd-tampered", person: mei, tampered: true},
		{name: "emrtd-foreign", person: far, foreign: true},
		{name: "emrtd-expired", person: old},
		{name: "emrtd-wang", person: wang},
		{name: "emrtd-pace", person: li, plan: plan{can: "508213", detail: true,
			pace: &agreement{Protocol: "gm-aes256", Curve: "brainpoolP256r1"}, chip: &agreement{Curve: "P-256"}}},
		{name: "emrtd-cam", person: zhao, plan: plan{can: "771904", pace: &agreement{Protocol: "cam-aes192", Curve: "P-384"}}},
		{name: "emrtd-clone", person: mei, plan: plan{can: "640087", clone: true,
			pace: &agreement{Protocol: "gm-aes128", Curve: "P-256"}, chip: &agreement{Curve: "P-256"}}},
		{name: "emrtd-aa", person: qian, short: true, plan: plan{active: true}},
		{name: "emrtd-revoked", person: sun, revoked: true},
		{name: "emrtd-rare", person: rare, plan: plan{detail: true}},
		{name: "emrtd-long", person: long, plan: plan{detail: true}},
		{name: "emrtd-nophoto", person: sun, noPhoto: true},
		{name: "emrtd-jp2", person: sun, jp2: true},
		{name: "emrtd-pulled", person: sun, pull: 9},
		{name: "emrtd-slow", person: sun, short: true, slow: 40},
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
	extra, err := v.equip(ca)
	if err != nil {
		return specimen{}, err
	}
	groups := extra.groups
	groups[1] = tlv(0x61, tlv(0x5F1F, []byte(p.mrz()[0]+p.mrz()[1])))
	switch {
	case v.jp2:
		groups[2], err = jpeg2000Group(p)
	case !v.noPhoto:
		groups[2], err = faceGroup(p)
	}
	if err != nil {
		return specimen{}, err
	}
	signer := ca
	if v.revoked {
		signer = ca.other
	}
	sod, err := signer.securityObject(groups)
	if err != nil {
		return specimen{}, err
	}
	if v.tampered { // the letter has no check digit, Doc 9303-4 §4.2.2.1: only the signature tells
		p.given = "LINDEN MAI"
		groups[1] = tlv(0x61, tlv(0x5F1F, []byte(p.mrz()[0]+p.mrz()[1])))
	}
	lines := p.mrz()
	var told any = p.truth()
	if v.pull > 0 { // nobody ever reads it
		told = nil
	}
	s := specimen{
		Name: v.name, Kind: "emrtd", Note: note, MRZ: lines[:], CAN: v.plan.can, Extended: !v.short,
		ATR: enc(atr(historical(!v.short))), Truth: told, PullAt: v.pull, SlowMS: v.slow, PACE: extra.plan.pace, Chip: extra.plan.chip, Active: extra.active,
	}
	master := directory{Files: map[string][]byte{"2F01": atrInfo(!v.short)}, SFI: map[string]string{"01": "2F01"}}
	for id, b := range extra.master {
		master.Files[id], master.SFI[id[2:]] = b, id
	}
	app := directory{
		AID:   "A0000002471001",
		Files: map[string][]byte{"011E": com(groups), "011D": sod},
		SFI:   map[string]string{"1E": "011E", "1D": "011D"},
	}
	for n, b := range groups {
		id := fmt.Sprintf("01%02X", n)
		app.Files[id], app.SFI[id[2:]] = b, id
	}
	s.Dirs = []directory{master, app}
	return s, nil
}

func enc(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
