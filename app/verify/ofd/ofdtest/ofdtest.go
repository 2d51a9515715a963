// Package ofdtest makes OFD licence files under seals of its own SM2 authority, for tests. Options spoil what is made, one
// thing each. Nothing of it is real: the names are SPECIMEN.
package ofdtest

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

// Identity is a certificate with its key.
type Identity struct {
	Cert *smx509.Certificate
	DER  []byte // what goes into files; Cert.Raw unless a test spoils it
	Key  *sm2.PrivateKey
}

// PEM gives the certificate as --trust takes it.
func (i *Identity) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.DER})
}

// Kit is an authority, and a signer and a maker of seals below it.
type Kit struct{ CA, Signer, Maker *Identity }

// Now is when tests of this package take place.
func Now() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }

// New makes a kit with keys of its own.
func New(t testing.TB) *Kit {
	t.Helper()
	k := &Kit{}
	k.CA = Mint(t, nil, "SPECIMEN SM2 CA", func(c *smx509.Certificate) {
		c.IsCA, c.KeyUsage = true, smx509.KeyUsageCertSign|smx509.KeyUsageCRLSign
	})
	k.Signer = Mint(t, k.CA, "SPECIMEN 公安局", nil)
	k.Maker = Mint(t, k.CA, "SPECIMEN 印章中心", nil)
	return k
}

// Mint makes a certificate; by nil: its own issuer.
func Mint(t testing.TB, by *Identity, organization string, change func(*smx509.Certificate)) *Identity {
	t.Helper()
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<40))
	if err != nil {
		t.Fatal(err)
	}
	c := &smx509.Certificate{SerialNumber: serial, Subject: pkix.Name{Organization: []string{organization}, CommonName: organization},
		NotBefore: Now().AddDate(-1, 0, 0), NotAfter: Now().AddDate(3, 0, 0), KeyUsage: smx509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true, SignatureAlgorithm: smx509.SM2WithSM3}
	if change != nil {
		change(c)
	}
	parent, signer := c, key
	if by != nil {
		parent, signer = by.Cert, by.Key
	}
	der, err := smx509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	full, err := smx509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &Identity{full, der, key}
}

// File is one file of a document.
type File struct {
	Name string
	Body []byte
}

// Doc is a document that is being made.
type Doc struct {
	Files []File
	count int // signatures
}

// Base gives a document of one page, unsigned, with the metadata of a licence.
func Base(kind, holder string) *Doc {
	custom := func(n, v string) string { return `<ofd:CustomData Name="` + n + `">` + v + `</ofd:CustomData>` }
	d := &Doc{}
	d.Put("OFD.xml", `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>`+
		`<ofd:DocID>07723bc91fdf4078a17588d63c419bea</ofd:DocID><ofd:Title>`+kind+`</ofd:Title><ofd:CustomDatas>`+custom("证照类型名称", kind)+
		custom("证照颁发机构", "SPECIMEN 公安局")+custom("持证主体", holder)+custom("证照编号", "X0001")+custom("证照有效期截止日期", "2030-01-01")+
		`</ofd:CustomDatas></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>`)
	d.Put("Doc_0/Document.xml", `<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>`)
	d.Put("Doc_0/Pages/Page_0/Content.xml", `<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Content/></ofd:Page>`)
	return d
}

// Put adds or replaces a file.
func (d *Doc) Put(name, body string) {
	for i := range d.Files {
		if d.Files[i].Name == name {
			d.Files[i].Body = []byte(body)
			return
		}
	}
	d.Files = append(d.Files, File{name, []byte(body)})
}

// Get gives a file; Edit changes one; Drop takes one away.
func (d *Doc) Get(name string) []byte {
	for _, f := range d.Files {
		if f.Name == name {
			return f.Body
		}
	}
	return nil
}

// Edit changes a file.
func (d *Doc) Edit(name string, change func([]byte) []byte) {
	d.Put(name, string(change(bytes.Clone(d.Get(name)))))
}

// Drop takes a file away.
func (d *Doc) Drop(name string) {
	for i := range d.Files {
		if d.Files[i].Name == name {
			d.Files = append(d.Files[:i:i], d.Files[i+1:]...)
			return
		}
	}
}

// Zip packs the document.
func (d *Doc) Zip() []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range d.Files {
		e, err := w.Create(f.Name)
		if err != nil {
			panic(err)
		}
		if _, err := e.Write(f.Body); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Options is how to sign; hooks change what is signed before it is.
type Options struct {
	Version        int // 1, 4 or 5; 0: a plain signature without a seal
	Signer, Maker  *Identity
	At             time.Time
	From, End      time.Time // life of the seal
	CheckMethod    string    // "SM3"
	Method         string    // SignatureMethod
	AlgorithmOID   asn1.ObjectIdentifier
	CertDigests    bool // the seal names digests, not certificates
	Named          []*Identity
	CoverList      bool // Signatures.xml among the references
	Skip           string
	XML            func(string) string // Signature.xml before it is signed
	DataHash       func([]byte) []byte
	TBS            func([]byte) []byte // after it is signed
	Seal           func([]byte) []byte // Seal.esl, after all
	SealInfo       func([]byte) []byte // after the maker has signed it
	Value          func([]byte) []byte // SignedValue.dat, after all
	NoSealFile     bool
	SealTimeStamp  bool // version 5
	Digest         func([]byte) []byte
	HeaderVersion  int
	ExtraReference string
	BareExtensions bool                // ExtensionDatas without its tag, as the field writes it
	RawValue       bool                // the signature as r ‖ s
	GM             string              // without a seal: a message of GM/T 0010 that carries "digest", the "file", or nothing, with "attributes"
	Content        func([]byte) []byte // what such a message is over
}

// Defaults fills what is not set.
func (k *Kit) defaults(o Options) Options {
	if o.Signer == nil {
		o.Signer = k.Signer
	}
	if o.Maker == nil {
		o.Maker = k.Maker
	}
	if o.Named == nil {
		o.Named = []*Identity{o.Signer}
	}
	for to, v := range map[*time.Time]time.Time{&o.At: Now().AddDate(0, -1, 0), &o.From: Now().AddDate(-1, 0, 1), &o.End: Now().AddDate(2, 0, 0)} {
		if to.IsZero() {
			*to = v
		}
	}
	if o.CheckMethod == "" {
		o.CheckMethod = "SM3"
	}
	if o.Method == "" {
		o.Method = "1.2.156.10197.1.501"
	}
	if o.AlgorithmOID == nil {
		o.AlgorithmOID = asn1.ObjectIdentifier{1, 2, 156, 10197, 1, 501}
	}
	if o.Digest == nil {
		o.Digest = func(b []byte) []byte { s := sm3.Sum(b); return s[:] }
	}
	if o.HeaderVersion == 0 {
		o.HeaderVersion = o.Version
	}
	return o
}

func apply[T any](change func(T) T, v T) T {
	if change == nil {
		return v
	}
	return change(v)
}

// Sign adds a signature.
func (k *Kit) Sign(t testing.TB, d *Doc, o Options) {
	t.Helper()
	o = k.defaults(o)
	n := d.count
	d.count++
	dir := fmt.Sprintf("Doc_0/Signs/Sign_%d/", n)
	var list strings.Builder
	list.WriteString(`<ofd:Signatures xmlns:ofd="http://www.ofdspec.org/2016">`)
	for i := range d.count {
		fmt.Fprintf(&list, `<ofd:Signature ID="%d" Type="Seal" BaseLoc="/Doc_0/Signs/Sign_%d/Signature.xml"/>`, i+1, i)
	}
	d.Put("Doc_0/Signs/Signatures.xml", list.String()+`</ofd:Signatures>`)
	var seal []byte
	if o.Version > 0 {
		seal = k.seal(t, o)
		if !o.NoSealFile {
			d.Put(dir+"Seal.esl", string(seal))
		}
	}
	raw := apply(o.XML, d.signatureXML(dir, o))
	d.Put(dir+"Signature.xml", raw)
	value := sign(t, o.Signer.Key, []byte(raw))
	if o.GM != "" {
		value = gmMessage(t, o, []byte(raw))
	}
	if o.Version > 0 {
		value = k.signedValue(t, o, seal, []byte(raw))
	}
	d.Put(dir+"SignedValue.dat", string(apply(o.Value, value)))
	if o.Seal != nil {
		d.Edit(dir+"Seal.esl", o.Seal)
	}
}

func (d *Doc) signatureXML(dir string, o Options) string {
	var b strings.Builder
	b.WriteString(`<ofd:Signature xmlns:ofd="http://www.ofdspec.org/2016"><ofd:SignedInfo><ofd:SignatureMethod>` + o.Method + `</ofd:SignatureMethod><ofd:SignatureDateTime>` +
		o.At.In(time.FixedZone("", 8*3600)).Format(time.DateTime) + `</ofd:SignatureDateTime>`)
	if o.Version > 0 && !o.NoSealFile {
		b.WriteString(`<ofd:Seal><ofd:BaseLoc>/` + dir + `Seal.esl</ofd:BaseLoc></ofd:Seal>`)
	}
	b.WriteString(`<ofd:References CheckMethod="` + o.CheckMethod + `">`)
	for _, f := range d.Files {
		own := strings.HasPrefix(f.Name, "Doc_0/Signs/") && !strings.HasSuffix(f.Name, "Seal.esl")
		if own && !(o.CoverList && f.Name == "Doc_0/Signs/Signatures.xml") || f.Name == o.Skip {
			continue
		}
		b.WriteString(`<ofd:Reference FileRef="/` + f.Name + `"><ofd:CheckValue>` + base64.StdEncoding.EncodeToString(o.Digest(f.Body)) + `</ofd:CheckValue></ofd:Reference>`)
	}
	b.WriteString(o.ExtraReference + `</ofd:References></ofd:SignedInfo><ofd:SignedValue>/` + dir + `SignedValue.dat</ofd:SignedValue></ofd:Signature>`)
	return b.String()
}
