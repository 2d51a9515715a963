package ofd_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"bangban/app/verify/formattest"
	"bangban/app/verify/ofd"
	"bangban/app/verify/ofd/ofdtest"
	"bangban/cardreader/check"

	"github.com/emmansun/gmsm/smx509"
)

func publicPEM(t testing.TB, i *ofdtest.Identity) []byte {
	t.Helper()
	der, err := smx509.MarshalPKIXPublicKey(&i.Key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// unstrict spoils a certificate for strict parsers, behind its key: the criticality of its first extension is no BOOLEAN of DER.
func unstrict(t testing.TB, der []byte) []byte {
	t.Helper()
	out := bytes.Clone(der)
	at := bytes.LastIndex(out, []byte{1, 1, 0xff})
	if at < 0 {
		t.Fatal("no critical extension to spoil")
	}
	out[at+2] = 0x55
	if _, err := smx509.ParseCertificate(out); err == nil {
		t.Fatal("control: the strict parser takes it")
	}
	return out
}

func flip(b []byte) []byte { b = bytes.Clone(b); b[len(b)/2] ^= 1; return b }

const dir = "Doc_0/Signs/Sign_0/"

// mutations are licences that must be refused, each for its own reason.
func mutations(t testing.TB, k *ofdtest.Kit) (bad []formattest.Bad) {
	req := request(t, k)
	add := func(name string, b []byte, by string, v check.Verdict, why check.Reason) {
		bad = append(bad, formattest.Refuse(name, b, req, by, v, why))
	}
	signed := func(name string, o ofdtest.Options, by string, v check.Verdict, why check.Reason) {
		if o.Version == 0 {
			o.Version = 4
		}
		add(name, made(t, k, o).Zip(), by, v, why)
	}
	type o = ofdtest.Options
	now := ofdtest.Now()
	f, u := check.Failed, check.Indeterminate
	signed("digest of the data changed", o{DataHash: flip}, "data-hash", f, check.WrongDigest)
	signed("digest of the data is empty", o{DataHash: func([]byte) []byte { return nil }}, "data-hash", f, check.WrongDigest)
	signed("what is signed changed", o{TBS: func(b []byte) []byte { return bytes.Replace(b, []byte("Sign_0"), []byte("Sign_1"), 1) }}, "signature", f, check.WrongSignature)
	signed("version 1, what is signed changed", o{Version: 1, TBS: func(b []byte) []byte { return bytes.Replace(b, []byte("Sign_0"), []byte("Sign_1"), 1) }}, "signature", f, check.WrongSignature)
	signed("picture of the seal changed", o{SealInfo: func(b []byte) []byte { return bytes.Replace(b, []byte("\x89PNG"), []byte("\x89PNH"), 1) }}, "seal-signature", f, check.WrongSignature)
	signed("version 1, name of the seal changed", o{Version: 1, SealInfo: func(b []byte) []byte { return bytes.Replace(b, []byte("SPECIMEN 专"), []byte("SPECIMEM 专"), 1) }},
		"seal-signature", f, check.WrongSignature)
	signed("Seal.esl changed", o{Seal: flip}, "seal-file", f, ofd.ReasonSealDiffers)
	signed("Seal.esl is empty", o{Seal: func([]byte) []byte { return nil }}, "seal-file", f, ofd.ReasonSealDiffers)
	signed("the seal names somebody else", o{Named: []*ofdtest.Identity{k.Maker}}, "seal-signer", f, ofd.ReasonNotOfSeal)
	signed("the seal names nobody", o{Named: []*ofdtest.Identity{}}, "seal-signer", f, ofd.ReasonNotOfSeal)
	signed("the seal names another digest", o{CertDigests: true, Named: []*ofdtest.Identity{k.Maker}}, "seal-signer", f, ofd.ReasonNotOfSeal)
	signed("the seal had ended", o{End: now.AddDate(0, -2, 0)}, "seal-life", f, check.Expired)
	signed("the seal had not begun", o{From: now.AddDate(0, 0, -1)}, "seal-life", f, check.NotYetValid)
	signed("signed tomorrow", o{At: now.AddDate(0, 0, 1)}, "time", f, check.NotYetValid)
	signed("signed before its certificate began", o{At: now.AddDate(-1, 0, -2), From: now.AddDate(-2, 0, 0)}, "issuer", f, check.NotYetValid)
	signed("signed after its certificate ended", o{Signer: ofdtest.Mint(t, k.CA, "SPECIMEN", func(c *smx509.Certificate) { c.NotAfter = now.AddDate(0, -2, 0) })}, "issuer", f, check.Expired)
	signed("the signer may not sign", o{Signer: ofdtest.Mint(t, k.CA, "SPECIMEN", func(c *smx509.Certificate) { c.KeyUsage = smx509.KeyUsageKeyEncipherment })}, "signature", f, check.WrongKeyUsage)
	signed("issued by a signer", o{Signer: ofdtest.Mint(t, k.Signer, "SPECIMEN", nil)}, "issuer", u, check.UnknownIssuer)
	signed("a stranger signed", o{Signer: ofdtest.New(t).Signer}, "issuer", u, check.UnknownIssuer)
	signed("a stranger made the seal", o{Maker: ofdtest.New(t).Maker}, "seal-issuer", u, check.UnknownIssuer)
	signed("the certificate is of another key", o{Signer: &ofdtest.Identity{Cert: k.Signer.Cert, DER: k.Signer.DER, Key: k.Maker.Key}}, "signature", f, check.WrongSignature)
	signed("the certificate is RSA", o{Signer: &ofdtest.Identity{Cert: k.Signer.Cert, DER: rsaCertificate(t), Key: k.Signer.Key}}, "signature", u, check.NotSupported)
	signed("keyed SM3", o{CheckMethod: "1.2.156.10197.1.401.2"}, "references", u, check.NotSupported)
	signed("MD5", o{CheckMethod: "MD5"}, "references", u, check.NotSupported)
	signed("no digest method", o{CheckMethod: " "}, "references", u, check.NotSupported)
	signed("digests of other bytes", o{Digest: func([]byte) []byte { return make([]byte, 32) }}, "references", f, check.WrongDigest)
	signed("a page is not covered", o{Skip: "Doc_0/Pages/Page_0/Content.xml"}, "coverage", u, ofd.ReasonNotCovered)
	signed("names another algorithm", o{Method: "1.2.840.113549.1.1.11"}, "algorithm", u, check.NotSupported)
	signed("signs with another algorithm", o{AlgorithmOID: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}, "algorithm", u, check.NotSupported)
	signed("version 9", o{Version: 9}, "signed-value", f, check.Structure)
	signed("seal of another version", o{HeaderVersion: 1}, "signed-value", f, check.Structure)
	signed("covers a file that is not there", o{ExtraReference: `<ofd:Reference FileRef="/gone.xml"><ofd:CheckValue>AAAA</ofd:CheckValue></ofd:Reference>`}, "references", f, check.WrongDigest)
	signed("a file of the folder above", o{ExtraReference: `<ofd:Reference FileRef="/../x"><ofd:CheckValue>AAAA</ofd:CheckValue></ofd:Reference>`}, "structure", f, check.Structure)
	signed("a reference twice", o{ExtraReference: `<ofd:Reference FileRef="/OFD.xml"><ofd:CheckValue>AAAA</ofd:CheckValue></ofd:Reference>`}, "structure", f, check.Structure)
	signed("the signed value is cut", o{Value: func(b []byte) []byte { return b[:len(b)-1] }}, "signed-value", f, check.Structure)
	signed("bytes behind the signed value", o{Value: func(b []byte) []byte { return append(b, 0) }}, "signed-value", f, check.Structure)
	signed("the signed value is empty", o{Value: func([]byte) []byte { return nil }}, "signed-value", f, check.Structure)
	for _, gm := range []string{"digest", "file", "attributes"} {
		over := func(name string, option o, by string, v check.Verdict, why check.Reason) {
			option.GM = gm
			add("GM/T 0010 "+gm+": "+name, made(t, k, option).Zip(), by, v, why)
		}
		over("over another file", o{Content: flip}, "data-hash", f, check.WrongDigest)
		over("by a stranger", o{Signer: ofdtest.New(t).Signer}, "issuer", u, check.UnknownIssuer)
		over("by another key", o{Signer: &ofdtest.Identity{Cert: k.Signer.Cert, DER: k.Signer.DER, Key: k.Maker.Key}}, "signature", f, check.WrongSignature)
		over("with another certificate", o{Signer: &ofdtest.Identity{Cert: k.Signer.Cert, DER: k.Maker.DER, Key: k.Signer.Key}}, "signature", u, check.NotChecked)
		over("by another algorithm", o{AlgorithmOID: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}, "algorithm", u, check.NotSupported)
		over("cut", o{Value: func(b []byte) []byte { return b[:len(b)-1] }}, "signed-value", f, check.Structure)
	}
	asked := req
	asked.Nonce = "n"
	bad = append(bad, formattest.Refuse("a nonce was asked for", made(t, k, o{Version: 4}).Zip(), asked, "nonce", u, "no-key-binding"))
	req.Anchors = store(t, k.Signer.PEM(), k.CA.PEM())
	add("issued by a signer that is held", made(t, k, o{Version: 4, Signer: ofdtest.Mint(t, k.Signer, "SPECIMEN", nil)}).Zip(), "issuer", f, check.WrongKeyUsage)
	return append(bad, fileMutations(t, k)...)
}

func rsaCertificate(t testing.TB) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "SPECIMEN"}, NotAfter: time.Now().AddDate(9, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// fileMutations change the files of a licence after it was signed.
func fileMutations(t testing.TB, k *ofdtest.Kit) (bad []formattest.Bad) {
	req := request(t, k)
	f, u := check.Failed, check.Indeterminate
	after := func(name, by string, v check.Verdict, why check.Reason, change func(*ofdtest.Doc)) {
		d := made(t, k, ofdtest.Options{Version: 4})
		change(d)
		bad = append(bad, formattest.Refuse(name, d.Zip(), req, by, v, why))
	}
	edit := func(file, from, to string) func(*ofdtest.Doc) {
		return func(d *ofdtest.Doc) {
			d.Edit(file, func(b []byte) []byte {
				if !bytes.Contains(b, []byte(from)) {
					t.Fatalf("control: %s holds no %s", file, from)
				}
				return bytes.Replace(b, []byte(from), []byte(to), 1)
			})
		}
	}
	after("holder changed", "references", f, check.WrongDigest, edit("OFD.xml", holder, "王五 SPECIMEN"))
	after("page changed", "references", f, check.WrongDigest, edit("Doc_0/Pages/Page_0/Content.xml", "<ofd:Content/>", "<ofd:Content></ofd:Content>"))
	after("page gone", "references", f, check.WrongDigest, func(d *ofdtest.Doc) { d.Drop("Doc_0/Pages/Page_0/Content.xml") })
	after("page put in", "references", f, check.WrongDigest, edit("Doc_0/Document.xml", "</ofd:Pages>", `<ofd:Page ID="2" BaseLoc="x"/></ofd:Pages>`))
	after("file put in", "coverage", u, ofd.ReasonNotCovered, func(d *ofdtest.Doc) { d.Put("Doc_0/Annots/x.xml", "<x/>") })
	after("signature file changed", "data-hash", f, check.WrongDigest, edit(dir+"Signature.xml", "</ofd:SignedInfo>", " </ofd:SignedInfo>"))
	after("a reference taken out", "data-hash", f, check.WrongDigest, edit(dir+"Signature.xml", `<ofd:Reference FileRef="/OFD.xml">`, `<ofd:Other FileRef="/OFD.xml"></ofd:Other><ofd:Reference FileRef="/Doc_0/x.xml">`))
	after("signature value changed", "signature", f, check.WrongSignature, func(d *ofdtest.Doc) {
		d.Edit(dir+"SignedValue.dat", func(b []byte) []byte { b[len(b)-1] ^= 1; return b })
	})
	after("signature value gone", "structure", f, check.Structure, func(d *ofdtest.Doc) { d.Drop(dir + "SignedValue.dat") })
	after("Seal.esl gone", "references", f, check.WrongDigest, func(d *ofdtest.Doc) { d.Drop(dir + "Seal.esl") })
	after("not signed", "signature", u, ofd.ReasonNotSigned, func(d *ofdtest.Doc) { d.Put("Doc_0/Signs/Signatures.xml", "<Signatures/>") })
	after("a signature twice in the list", "structure", f, check.Structure, edit("Doc_0/Signs/Signatures.xml", "</ofd:Signatures>", `<x:Signature xmlns:x="y" BaseLoc="/Doc_0/Signs/Sign_0/Signature.xml"/></ofd:Signatures>`))
	after("DOCTYPE", "structure", f, check.Structure, edit("OFD.xml", "<ofd:OFD", `<!DOCTYPE x [<!ENTITY a "b">]><ofd:OFD`))
	after("an entity", "structure", f, check.Structure, edit("OFD.xml", holder, "&holder;"))
	after("too deep", "structure", f, check.Structure, edit("OFD.xml", holder, strings.Repeat("<a>", 40)+strings.Repeat("</a>", 40)))
	after("two roots", "structure", f, check.Structure, func(d *ofdtest.Doc) { d.Edit("OFD.xml", func(b []byte) []byte { return append(b, "<x/>"...) }) })
	after("two lists of signatures", "structure", f, check.Structure, edit("OFD.xml", "<ofd:DocRoot>", "<ofd:Signatures>x</ofd:Signatures><ofd:DocRoot>"))
	after("list above the root", "structure", f, check.Structure, edit("OFD.xml", "/Doc_0/Signs/Signatures.xml", "/../Signatures.xml"))
	after("a name of the folder above", "structure", f, check.Structure, func(d *ofdtest.Doc) { d.Put("../x", "x") })
	after("a rooted name", "structure", f, check.Structure, func(d *ofdtest.Doc) { d.Put("/x", "x") })
	after("a backslash", "structure", f, check.Structure, func(d *ofdtest.Doc) { d.Put(`a\b`, "x") })
	after("the same name in capitals", "structure", f, check.Structure, func(d *ofdtest.Doc) { d.Put("ofd.XML", "x") })
	after("the same name again", "structure", f, check.Structure, func(d *ofdtest.Doc) { d.Files = append(d.Files, ofdtest.File{Name: "OFD.xml", Body: []byte("<x/>")}) })
	after("a bomb", "structure", f, check.Structure, func(d *ofdtest.Doc) { d.Put("bomb", strings.Repeat("\x00", 8<<20)) })
	after("too many files", "structure", f, check.Structure, func(d *ofdtest.Doc) {
		for i := range 5000 {
			d.Files = append(d.Files, ofdtest.File{Name: fmt.Sprint("f", i)})
		}
	})
	after("XML too large", "structure", f, check.Structure, func(d *ofdtest.Doc) {
		noise := make([]byte, 5<<20)
		_, _ = rand.Read(noise)
		d.Put("Doc_0/Signs/Signatures.xml", fmt.Sprintf("<Signatures>%x</Signatures>", noise))
	})
	ended := ofdtest.Base("结婚证", holder)
	edit("OFD.xml", "2030-01-01", "2026-11-25")(ended)
	k.Sign(t, ended, ofdtest.Options{Version: 4})
	bad = append(bad, formattest.Refuse("licence has ended", ended.Zip(), req, "time", f, check.Expired))
	two := made(t, k, ofdtest.Options{Version: 4, CoverList: true})
	edit("Doc_0/Signs/Signatures.xml", "</ofd:Signatures>", " </ofd:Signatures>")(two)
	bad = append(bad, formattest.Refuse("list changed after the last signature", two.Zip(), req, "references", f, check.WrongDigest))
	return append(bad, formattest.Refuse("an encrypted file", encrypted(t, k), req, "structure", u, check.Unreadable))
}

// encrypted sets the flag of encryption in the directory of the archive.
func encrypted(t testing.TB, k *ofdtest.Kit) []byte {
	b := made(t, k, ofdtest.Options{Version: 4}).Zip()
	at := bytes.Index(b, []byte("PK\x01\x02"))
	b[at+8] |= 1
	if r, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err != nil || r.File[0].Flags&1 == 0 {
		t.Fatal("control: the flag is not where it was thought")
	}
	return b
}
