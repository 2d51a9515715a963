package print

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// PDFSigner is who signs a PDF and what the signature says of itself.
type PDFSigner struct {
	Key   crypto.Signer       // ECDSA on P-256. A key that signs by RFC 6979 when it is given no randomness makes the file reproducible
	Chain []*x509.Certificate // the key's certificate first, the root last

	Reason, Location, Name string    // what a reader shows; never about the holder of the paper
	At                     time.Time // what /M says; the counter's own clock
	Files                  []File    // go into the document before it is signed
}

// reserve is the room for the CMS in bytes: the chain, the signature, and a time-stamp token that comes later.
const reserve = 12 << 10

// Limits of what SignPDF takes.
const (
	maxSigned  = 32 << 20
	maxObjects = 5000
	maxChain   = 8
)

// SignPDF signs a document of Sheet.PDF as PAdES baseline B-B (ETSI EN 319 142-1 §6.3): an incremental update
// (ISO 32000-1 §7.5.6) that leaves every byte of the document as it was, with a signature over the whole file but its own
// hole. The signature certifies the document: later changes may fill in forms and sign, no more (DocMDP, P 2,
// ISO 32000-1 §12.8.2.2). It has no place on the page. The same document, signer and time give the same bytes where the
// key signs by RFC 6979.
//
// It takes what this package writes and nothing else: one cross-reference table, a page without annotations, no form.
// Anything else is ErrPDF; a signer that is not whole is ErrSigner.
func SignPDF(pdf []byte, s PDFSigner) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	doc, err := readPlain(pdf)
	if err != nil {
		return nil, err
	}
	if !doc.withoutFiles(s.Files) {
		return nil, fmt.Errorf("%w: another catalogue", ErrPDF)
	}
	out, holes := doc.update(&s)
	from, to := holes.contents, holes.contents+2+2*reserve
	put(out[holes.byteRange:], fmt.Sprintf("%010d %010d %010d %010d", 0, from, to, len(out)-to))
	digest := digestAround(out, from, to)
	der, err := signCMS(digest, international(s.Key), links(s.Chain))
	if err != nil {
		return nil, err
	}
	if len(der) > reserve {
		return nil, fmt.Errorf("%w: the certificates need %d bytes", ErrSigner, len(der))
	}
	put(out[from+1:], strings.ToUpper(hex.EncodeToString(der)))
	return out, nil
}

func (s *PDFSigner) check() error {
	if s.Key == nil || len(s.Chain) == 0 || len(s.Chain) > maxChain || s.At.IsZero() {
		return fmt.Errorf("%w: key, chain or time is missing", ErrSigner)
	}
	key, ok := s.Key.Public().(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return fmt.Errorf("%w: not a P-256 key", ErrSigner)
	}
	for _, c := range s.Chain {
		if c == nil {
			return fmt.Errorf("%w: a certificate is missing", ErrSigner)
		}
	}
	if !key.Equal(s.Chain[0].PublicKey) {
		return fmt.Errorf("%w: the certificate is of another key", ErrSigner)
	}
	if err := checkFiles(s.Files); err != nil {
		return err
	}
	for i, c := range s.Chain[:len(s.Chain)-1] {
		if err := c.CheckSignatureFrom(s.Chain[i+1]); err != nil {
			return fmt.Errorf("%w: chain: %w", ErrSigner, err)
		}
	}
	return nil
}

// digestAround hashes everything but the hole.
func digestAround(pdf []byte, from, to int) []byte {
	h := sha256.New()
	h.Write(pdf[:from])
	h.Write(pdf[to:])
	return h.Sum(nil)
}

func put(to []byte, s string) { copy(to, s) }

// holes are the places in an update that are filled in last.
type holes struct{ byteRange, contents int }

// update appends the objects of the signature: the catalogue and the first page once more, the signature and its field.
func (d *plain) update(s *PDFSigner) (out []byte, at holes) {
	var b bytes.Buffer
	b.Grow(len(d.pdf) + 2*reserve + 4096)
	b.Write(d.pdf)
	sig, field, next := d.size, d.size+1, d.size+2
	offsets := map[int]int{}
	begin := func(n int) {
		offsets[n] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n", n)
	}
	begin(d.page)
	fmt.Fprintf(&b, "%s\n/Annots [%d 0 R]>>\nendobj\n", d.pageDict, field)
	begin(d.root)
	// ETSI EN 319 142-1 §5.3 wants CAdES told as an extension, since SubFilter knows it from PDF 2.0 on only.
	fmt.Fprintf(&b, "%s\n/Version /1.7\n/Extensions <</ESIC <</BaseVersion /1.7 /ExtensionLevel 2>>>>\n"+
		"/AcroForm <</Fields [%d 0 R] /SigFlags 3>>\n/Perms <</DocMDP %d 0 R>>\n%s>>\nendobj\n", d.rootDict, field, sig, listFiles(s.Files, next))
	begin(sig)
	b.WriteString("<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached\n/ByteRange [")
	at.byteRange = b.Len()
	b.WriteString(strings.Repeat(" ", 4*10+3) + "]\n/Contents ")
	at.contents = b.Len()
	b.WriteString("<" + strings.Repeat("0", 2*reserve) + ">\n")
	fmt.Fprintf(&b, "/Reference [<</Type /SigRef /TransformMethod /DocMDP\n"+
		"/TransformParams <</Type /TransformParams /P 2 /V /1.2>>>>]\n/M (D:%sZ)\n", s.At.UTC().Format("20060102150405"))
	for _, e := range [][2]string{{"Name", s.Name}, {"Reason", s.Reason}, {"Location", s.Location}} {
		if e[1] != "" {
			fmt.Fprintf(&b, "/%s %s\n", e[0], hexText(e[1]))
		}
	}
	b.WriteString(">>\nendobj\n")
	begin(field) // an invisible widget: print, locked, no area
	fmt.Fprintf(&b, "<</Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /F 132 /Rect [0 0 0 0]\n"+
		"/P %d 0 R /V %d 0 R>>\nendobj\n", d.page, sig)
	for i, f := range s.Files {
		begin(next + 2*i)
		f.specification(&b, next+2*i+1)
		begin(next + 2*i + 1)
		f.stream(&b, s.At)
	}
	d.crossReference(&b, offsets)
	return b.Bytes(), at
}

// crossReference ends an update (ISO 32000-1 §7.5.4 and §7.5.5).
func (d *plain) crossReference(b *bytes.Buffer, offsets map[int]int) {
	start := b.Len()
	b.WriteString("xref\n")
	first, second := min(d.page, d.root), max(d.page, d.root)
	for _, n := range []int{first, second} {
		fmt.Fprintf(b, "%d 1\n%010d 00000 n \n", n, offsets[n])
	}
	fresh := len(offsets) - 2
	fmt.Fprintf(b, "%d %d\n", d.size, fresh)
	for n := d.size; n < d.size+fresh; n++ {
		fmt.Fprintf(b, "%010d 00000 n \n", offsets[n])
	}
	id := sha256.Sum256(d.pdf)
	fmt.Fprintf(b, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /Prev %d /ID [<%X> <%X>]>>\nstartxref\n%d\n%%%%EOF\n",
		d.size+fresh, d.root, d.info, d.xref, id[:16], id[16:], start)
}

// hexText writes a text string in UTF-16BE with its mark (ISO 32000-1 §7.9.2.2).
func hexText(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}
