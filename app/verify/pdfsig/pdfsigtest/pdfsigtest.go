// Package pdfsigtest makes small PDF files, updates them and signs them with a root of its own, for tests. Options spoil
// what is made, one thing each. Nothing of it is real: the names are SPECIMEN.
package pdfsigtest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// Doc is a file that is being made. Objects: 1 catalogue, 2 page tree, 3 page, 4 its content, 5 information.
type Doc struct {
	B       []byte
	size    int
	xref    int
	objects map[int]string // as they are now
	signs   int
	fields  []int
	annots  []int
}

// New gives a document of one page.
func New(title string) *Doc {
	d := &Doc{objects: map[int]string{}, B: []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")}
	content := "BT /F1 12 Tf 20 20 Td (SPECIMEN) Tj ET"
	d.Update(map[int]string{
		1: "<</Type /Catalog /Pages 2 0 R>>",
		2: "<</Type /Pages /Kids [3 0 R] /Count 1>>",
		3: "<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources <</Font <</F1 6 0 R>>>>>>",
		4: fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
		5: "<</Title (" + title + ")>>",
		6: "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
	})
	return d
}

// From takes a file that was made elsewhere: where its last table is, how many objects it has, and those that signing
// changes, the page (3) among them.
func From(b []byte, xref, size int, objects map[int]string) *Doc {
	return &Doc{B: bytes.Clone(b), xref: xref, size: size, objects: objects}
}

// Object gives an object as it is now.
func (d *Doc) Object(n int) string { return d.objects[n] }

// Next gives a number that is not in use.
func (d *Doc) Next() int { return d.size }

// AddField puts a field into the form and on the page, in a revision of its own, and gives its number.
func (d *Doc) AddField(body string) int {
	n := d.Next()
	d.fields, d.annots = append(d.fields, n), append(d.annots, n)
	d.Update(map[int]string{n: body, 3: withAnnots(d.objects[3], d.annots),
		1: "<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [" + refs(d.fields) + "]>>>>"})
	return n
}

// Update appends a revision with these objects.
func (d *Doc) Update(objects map[int]string) {
	at := map[int]int{}
	numbers := slices.Sorted(maps.Keys(objects))
	for _, n := range numbers {
		at[n] = len(d.B)
		d.B = fmt.Appendf(d.B, "%d 0 obj\n%s\nendobj\n", n, objects[n])
		d.objects[n] = objects[n]
		d.size = max(d.size, n+1)
	}
	start := len(d.B)
	d.B = append(d.B, "xref\n"...)
	if d.xref == 0 {
		d.B = append(d.B, "0 1\n0000000000 65535 f \n"...)
	}
	for _, n := range numbers {
		d.B = fmt.Appendf(d.B, "%d 1\n%010d 00000 n \n", n, at[n])
	}
	prev := " /Info 5 0 R"
	if d.xref != 0 {
		prev += fmt.Sprintf(" /Prev %d", d.xref)
	}
	d.B = fmt.Appendf(d.B, "trailer\n<</Size %d /Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", d.size, prev, start)
	d.xref = start
}

// Options is how to sign.
type Options struct {
	Signer    *Identity
	Chain     []*Identity // besides the signer; nil: the issuers
	SubFilter string      // ETSI.CAdES.detached
	M         string      // "": D:20261101100000Z
	P         int         // DocMDP; 0: none
	Lock      string      // FieldMDP: "/Action /Include /Fields [(x)]"; "": none
	Rect      string      // "0 0 0 0"
	Form      string      // further entries of the form
	Reason    string
	Range     func([4]int) [4]int
	Digest    func([]byte) []byte         // of the content
	Make      func(content []byte) []byte // another message altogether
	Contents  func([]byte) []byte         // the message, after all
	Message
}

// Sign appends a revision with a signature.
func (k *Kit) Sign(t testing.TB, d *Doc, o Options) {
	t.Helper()
	if o.Signer == nil {
		o.Signer = k.Signer
	}
	for to, v := range map[*string]string{&o.SubFilter: "ETSI.CAdES.detached", &o.M: "D:20261101100000Z", &o.Rect: "0 0 0 0"} {
		if *to == "" {
			*to = v
		}
	}
	const room = 12000
	sig, field := d.Next(), d.Next()+1
	d.fields, d.annots = append(d.fields, field), append(d.annots, field)
	mdp := ""
	if o.P > 0 {
		mdp = fmt.Sprintf("/Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams /P %d /V /1.2>>>>]\n", o.P)
	}
	if o.Lock != "" {
		mdp += fmt.Sprintf("/Reference [<</Type /SigRef /TransformMethod /FieldMDP /TransformParams <</Type /TransformParams %s /V /1.2>>>>]\n", o.Lock)
	}
	mark, contents := "/ByteRange [", "/Contents <"
	base := len(d.B)
	d.signs++
	d.Update(map[int]string{
		1:     "<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [" + refs(d.fields) + "] /SigFlags 3" + o.Form + ">>>>",
		3:     withAnnots(d.objects[3], d.annots),
		sig:   "<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /" + o.SubFilter + "\n" + mark + strings.Repeat(" ", 43) + "]\n" + contents + strings.Repeat("0", room) + ">\n" + mdp + "/M (" + o.M + ") /Reason (" + o.Reason + ")>>",
		field: fmt.Sprintf("<</Type /Annot /Subtype /Widget /FT /Sig /T (Signature%d) /F 132 /Rect [%s] /P 3 0 R /V %d 0 R>>", d.signs, o.Rect, sig),
	})
	from := base + bytes.Index(d.B[base:], []byte(contents)) + len(contents) - 1
	to := from + room + 2
	r := [4]int{0, from, to, len(d.B) - to}
	if o.Range != nil {
		r = o.Range(r)
	}
	copy(d.B[base+bytes.Index(d.B[base:], []byte(mark))+len(mark):], fmt.Sprintf("%010d %010d %010d %010d", r[0], r[1], r[2], r[3]))
	content := append(bytes.Clone(d.B[:from]), d.B[to:]...)
	if o.Digest != nil {
		content = o.Digest(content)
	}
	chain := o.Chain
	if chain == nil {
		chain = []*Identity{k.Root}
	}
	message := k.message(t, content, o.Signer, chain, o.Message)
	if o.Make != nil {
		message = o.Make(content)
	}
	if o.Contents != nil {
		message = o.Contents(message)
	}
	copy(d.B[from+1:], hex.EncodeToString(message))
}

func refs(numbers []int) string {
	var out []string
	for _, n := range numbers {
		out = append(out, fmt.Sprintf("%d 0 R", n))
	}
	return strings.Join(out, " ")
}

// withAnnots gives a page with these annotations.
func withAnnots(page string, annots []int) string {
	if i := strings.Index(page, " /Annots ["); i >= 0 {
		page = page[:i] + page[i+strings.Index(page[i:], "]")+1:]
	}
	return strings.TrimSuffix(page, ">>") + " /Annots [" + refs(annots) + "]>>"
}

// Now is when tests of this package take place.
func Now() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) }
