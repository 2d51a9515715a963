package print

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
)

// plain is what has to be known of a PDF of this package to append an update to it. Dictionaries are without their end.
type plain struct {
	pdf                []byte
	size, root, info   int
	page               int
	xref               int
	rootDict, pageDict []byte
}

var (
	tailShape    = regexp.MustCompile(`^trailer\n<<\n/Size (\d{1,9})\n/Root (\d{1,9}) 0 R\n/Info (\d{1,9}) 0 R\n>>\nstartxref\n(\d{1,9})\n%%EOF\n$`)
	entryShape   = regexp.MustCompile(`^\d{10} \d{5} [nf] $`)
	pagesShape   = regexp.MustCompile(`/Pages (\d{1,9}) 0 R\n`)
	kidsShape    = regexp.MustCompile(`/Kids \[(\d{1,9}) 0 R `)
	trailerStart = []byte("trailer\n")
)

// readPlain reads a document as gofpdf ends it: one cross-reference table over all objects, the catalogue, a flat page
// tree. It is no PDF reader; what looks otherwise, and what is signed already, is ErrPDF.
func readPlain(pdf []byte) (*plain, error) {
	bad := func(why string) (*plain, error) { return nil, fmt.Errorf("%w: %s", ErrPDF, why) }
	if len(pdf) > maxSigned || !bytes.HasPrefix(pdf, []byte("%PDF-1.")) {
		return bad("not a document of this package")
	}
	at := bytes.LastIndex(pdf, trailerStart)
	if at < 0 {
		return bad("no trailer")
	}
	m := tailShape.FindSubmatch(pdf[at:])
	if m == nil {
		return bad("another trailer")
	}
	d := &plain{pdf: pdf, size: number(m[1]), root: number(m[2]), info: number(m[3]), xref: number(m[4])}
	head := fmt.Sprintf("xref\n0 %d\n", d.size)
	if d.size < 4 || d.size > maxObjects || d.xref+len(head)+20*d.size != at || !bytes.HasPrefix(pdf[d.xref:], []byte(head)) {
		return bad("another cross-reference table")
	}
	table := pdf[d.xref+len(head) : at]
	rootDict, err := d.dict(table, d.root)
	if err != nil {
		return nil, err
	}
	pages := pagesShape.FindSubmatch(rootDict)
	if pages == nil || bytes.Contains(rootDict, []byte("/AcroForm")) || bytes.Contains(rootDict, []byte("/Perms")) {
		return bad("another catalogue")
	}
	tree, err := d.dict(table, number(pages[1]))
	if err != nil {
		return nil, err
	}
	kids := kidsShape.FindSubmatch(tree)
	if kids == nil {
		return bad("another page tree")
	}
	d.page = number(kids[1])
	if d.pageDict, err = d.dict(table, d.page); err != nil {
		return nil, err
	}
	if d.page == d.root || !bytes.Contains(d.pageDict, []byte("/Type /Page\n")) || bytes.Contains(d.pageDict, []byte("/Annots")) {
		return bad("another page")
	}
	d.rootDict = rootDict
	return d, nil
}

// dict gives the dictionary of an object without the two brackets that end it.
func (d *plain) dict(table []byte, n int) ([]byte, error) {
	bad := func() ([]byte, error) { return nil, fmt.Errorf("%w: object %d", ErrPDF, n) }
	if n < 1 || n >= d.size {
		return bad()
	}
	entry := table[20*n : 20*n+20]
	if entry[19] != '\n' || !entryShape.Match(entry[:19]) || entry[17] != 'n' {
		return bad()
	}
	at := number(entry[:10])
	if at >= d.xref {
		return bad()
	}
	body, ok := bytes.CutPrefix(d.pdf[at:d.xref], fmt.Appendf(nil, "%d 0 obj\n", n))
	if !ok {
		return bad()
	}
	end := bytes.Index(body, []byte("endobj\n"))
	if end < 0 {
		return bad()
	}
	body = bytes.TrimRight(body[:end], "\n")
	if !bytes.HasPrefix(body, []byte("<<")) || !bytes.HasSuffix(body, []byte(">>")) || bytes.Contains(body, []byte("stream")) {
		return bad()
	}
	return bytes.TrimRight(body[:len(body)-2], "\n"), nil
}

// number reads digits that a pattern has found: at most ten of them.
func number(digits []byte) int {
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil || n > maxSigned*2 {
		return maxSigned * 2
	}
	return int(n)
}
