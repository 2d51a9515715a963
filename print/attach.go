package print

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// File is a file inside a PDF, associated with the whole document (ISO 32000-2 §14.13) and listed among its embedded
// files (§7.11.4), where readers show it and pdfdetach finds it.
type File struct {
	Name     string // letters, digits, dots and hyphens: "voucher.cose"
	Type     string // media type: "application/cose"
	About    string // what it is, for people
	Relation Relation
	Data     []byte
}

// Relation is what an associated file is to the document (ISO 32000-2, table 43, AFRelationship).
type Relation string

// The relations in use.
const (
	RelationData       Relation = "Data"       // what the page shows, for machines
	RelationSupplement Relation = "Supplement" // more about it
)

// Limits of files in a document.
const (
	maxFiles    = 8
	maxFileSize = 1 << 20
)

var (
	fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$`)
	fileType = regexp.MustCompile(`^[a-z]+/[a-z0-9][a-z0-9.+-]{0,63}$`)
)

// checkFiles refuses what could not be told apart or written down.
func checkFiles(files []File) error {
	if len(files) > maxFiles {
		return fmt.Errorf("%w: %d files", ErrSigner, len(files))
	}
	for i, f := range files {
		if !fileName.MatchString(f.Name) || !fileType.MatchString(f.Type) || len(f.Data) == 0 || len(f.Data) > maxFileSize ||
			f.Relation != RelationData && f.Relation != RelationSupplement ||
			slices.ContainsFunc(files[:i], func(g File) bool { return g.Name >= f.Name }) {
			return fmt.Errorf("%w: file %d", ErrSigner, i+1)
		}
	}
	return nil
}

// emptyNames is how gofpdf says that there are no files.
var emptyNames = []byte("/Names <<\n/EmbeddedFiles << /Names [\n  \n] >>\n>>\n")

// withoutFiles makes room in the catalogue for a list of files, where there are any.
func (d *plain) withoutFiles(files []File) bool {
	if len(files) == 0 {
		return true
	}
	dict := append(bytes.Clone(d.rootDict), '\n')
	if bytes.Count(dict, emptyNames) != 1 {
		return false
	}
	d.rootDict = bytes.TrimRight(bytes.Replace(dict, emptyNames, nil, 1), "\n")
	return true
}

// listFiles is what the catalogue says of files whose specifications are objects from first on, two apart. They stand in
// the order of their names, as a name tree must (§7.9.6).
func listFiles(files []File, first int) string {
	if len(files) == 0 {
		return ""
	}
	var names, refs strings.Builder
	for i, f := range files {
		fmt.Fprintf(&names, "(%s) %d 0 R ", f.Name, first+2*i)
		fmt.Fprintf(&refs, "%d 0 R ", first+2*i)
	}
	return fmt.Sprintf("/Names <</EmbeddedFiles <</Names [%s]>>>>\n/AF [%s]\n", strings.TrimSpace(names.String()), strings.TrimSpace(refs.String()))
}

// specification writes the file specification whose bytes are object n (§7.11.3).
func (f *File) specification(b *bytes.Buffer, n int) {
	fmt.Fprintf(b, "<</Type /Filespec /F (%s) /UF (%s) /AFRelationship /%s /EF <</F %d 0 R /UF %d 0 R>>", f.Name, f.Name, f.Relation, n, n)
	if f.About != "" {
		fmt.Fprintf(b, " /Desc %s", hexText(f.About))
	}
	b.WriteString(">>\nendobj\n")
}

// stream writes the bytes as they are: they are packed or signed already.
func (f *File) stream(b *bytes.Buffer, at time.Time) {
	fmt.Fprintf(b, "<</Type /EmbeddedFile /Subtype /%s /Params <</Size %d /ModDate (D:%sZ)>> /Length %d>>\nstream\n",
		strings.ReplaceAll(f.Type, "/", "#2F"), len(f.Data), at.UTC().Format("20060102150405"), len(f.Data))
	b.Write(f.Data)
	b.WriteString("\nendstream\nendobj\n")
}
