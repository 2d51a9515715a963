package cmd_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layout is the table of the house: which package of this module a package may import. It is a policy: do not edit it
// to make a build pass. A name followed by "…" stands for a folder and all below it. What a package lists for a folder
// with "…" also lets it import the folder's first package.
//
// "any" stands for every package of this module but those that "never" lists for it.
var layout = map[string]string{
	".":                     "app",
	"cardreader":            "cardreader/check",
	"cardreader/check":      "",
	"cardreader/apdu":       "",
	"cardreader/tlv":        "",
	"cardreader/photo":      "",
	"cardreader/cms":        "cardreader/tlv",
	"cardreader/pcsc":       "cardreader",
	"cardreader/sam":        "cardreader",
	"cardreader/sim":        "cardreader cardreader/apdu cardreader/tlv assets",
	"cardreader/sim/mint":   "cardreader cardreader/apdu cardreader/tlv assets",
	"cardreader/vpcd":       "cardreader cardreader/apdu cardreader/tlv assets cardreader/sim",
	"cardreader/vpcd/serve": "cardreader cardreader/sim cardreader/vpcd",
	"cardreader/kinds":      "cardreader cardreader/check cardreader/apdu cardreader/tlv cardreader/cms cardreader/KIND",
	"cardreader/KIND":       "cardreader cardreader/check cardreader/apdu cardreader/tlv cardreader/cms",
	"print":                 "cardreader/check cardreader/cms assets",
	"print/folder":          "print",
	"print/ipp":             "print",
	"print/winspool":        "print",
	"print/escpos":          "print",
	"print/devices":         "print print/folder print/ipp print/winspool print/escpos",
	"locales":               "",
	"assets":                "",
	"app/desk":              "cardreader/check",
	"app/trust":             "cardreader/cms cardreader/check cardreader/tlv",
	"app/bundle":            "app/desk app/trust",
	"app/people":            "app/desk app/bundle",
	"app/voucher":           "cardreader/check",
	"app/verify":            "app/trust cardreader/check cardreader/cms",
	"app/verify/claim169":   "app/verify app/trust cardreader/check cardreader/cms app/voucher",
	"app/verify/FORMAT":     "app/verify app/trust cardreader/check cardreader/cms",
	"app/verify/formats":    "app/verify app/trust cardreader/check cardreader/cms app/verify/claim169 app/verify/FORMAT",
	"app/qrread":            "",
	"app/scan":              "app/desk app/qrread",
	"app/speech":            "app/desk locales assets",
	"app/institution":       "app/desk app/keys app/trust app/bundle app/voucher",
	"app/doctor":            "app/desk cardreader print app/trust app/queue app/keys",
	"app/sheets":            "app/desk app/voucher print locales",
	"app/journal":           "app/desk",
	"app/queue":             "app/desk app/journal",
	"app/queue/SINK":        "app/queue app/desk app/journal",
	"app/queue/sinks":       "app/queue app/desk app/journal app/queue/SINK",
	"app/keys":              "app/desk",
	"app/flow":              "app/desk cardreader/check cardreader app/voucher app/verify app/queue app/journal print",
	"app/store":             "app/desk app/queue app/journal app/trust app/people app/flow",
	"app/station":           "any",
	"app/ui":                "app/flow app/desk app/people app/sheets app/scan print locales assets cardreader/check app/ui/widget cardreader",
	"app/ui/widget":         "app/flow app/desk app/people app/sheets app/scan print locales assets cardreader/check",
	"app/inbox":             "app/desk app/queue app/journal app/bundle app/institution",
	"app/inbox/lite":        "app/inbox app/desk app/queue app/journal app/bundle app/institution",
	"app/inbox/pg":          "app/inbox app/desk app/queue app/journal app/bundle app/institution",
	"app/cmd":               "",
	"app/cmd/bangbanctl": "app/station app/inbox app/inbox/lite app/inbox/pg app/institution app/bundle app/keys app/flow " +
		"app/desk cardreader/check cardreader app/verify app/voucher app/queue locales",
	"app": "any",
}

// never lists what "any" leaves out.
var never = map[string][]string{
	"app":         {"app/cmd", "app/inbox"},
	"app/station": {"app", "app/ui", "app/cmd", "app/inbox"},
}

// only lists outside modules that one package alone may import.
var only = map[string]string{
	"fyne.io/fyne/v2":             "app/ui",
	"github.com/ebfe/scard":       "cardreader/pcsc",
	"github.com/jung-kurt/gofpdf": "print",
	"database/sql":                "app/store app/inbox/lite app/inbox/pg",
	"modernc.org/sqlite":          "app/store app/inbox/lite",
}

const module = "bangban"

type source struct {
	dir, name string
	file      *ast.File
}

// sources parses every Go file of the module, whatever its build tags.
func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	var all []source
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "dist") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		all = append(all, source{dir: path.Dir(rel), name: path.Base(rel), file: f})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// room gives the row of the table that speaks for a folder.
func room(dir string) (string, bool) {
	if _, ok := layout[dir]; ok {
		return dir, true
	}
	parent := path.Dir(dir)
	for _, class := range []struct{ parent, row string }{
		{"cardreader", "cardreader/KIND"}, {"app/verify", "app/verify/FORMAT"}, {"app/queue", "app/queue/SINK"},
	} {
		if parent == class.parent {
			return class.row, true
		}
	}
	return "", false
}

func isSuite(dir string) bool { return strings.HasSuffix(dir, "test") }

func mayImport(dir, imported string) bool {
	row, ok := room(dir)
	if !ok {
		return false
	}
	allowed := layout[row]
	if allowed == "any" {
		for _, n := range never[row] {
			if imported == n || n != "app" && strings.HasPrefix(imported, n+"/") {
				return false
			}
		}
		return true
	}
	target, _ := room(imported)
	for _, a := range strings.Fields(allowed) {
		if a == imported || a == target && strings.Contains(a, "/") && strings.ToUpper(path.Base(a)) == path.Base(a) {
			return true
		}
	}
	return false
}

func violations(all []source) (bad []string) {
	for _, s := range all {
		if strings.HasSuffix(s.name, "_test.go") || isSuite(s.dir) {
			continue
		}
		if _, ok := room(s.dir); !ok {
			bad = append(bad, s.dir+": this package is not in the table of the house")
			continue
		}
		for _, im := range s.file.Imports {
			p, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				continue
			}
			if rest, ok := strings.CutPrefix(p, module+"/"); ok {
				switch {
				case isSuite(rest):
					bad = append(bad, s.dir+"/"+s.name+" imports "+rest+": only tests import a contract suite")
				case !mayImport(s.dir, rest):
					bad = append(bad, s.dir+"/"+s.name+" imports "+rest+": not in the table of the house")
				}
			}
			for outside, owners := range only {
				if p != outside && !strings.HasPrefix(p, outside+"/") {
					continue
				}
				ok := slices.ContainsFunc(strings.Fields(owners), func(o string) bool {
					return s.dir == o || strings.HasPrefix(s.dir, o+"/") && outside == "fyne.io/fyne/v2"
				})
				if !ok {
					bad = append(bad, s.dir+"/"+s.name+" imports "+p+": only "+owners+" may")
				}
			}
		}
	}
	return bad
}

// TestImports holds every file against the table. A policy: do not edit the table to make a build pass.
func TestImports(t *testing.T) {
	for _, v := range violations(sources(t)) {
		t.Error(v)
	}
}

// TestImportsCatch proves that TestImports can fail.
func TestImportsCatch(t *testing.T) {
	for _, planted := range []struct{ dir, imports string }{
		{"app/voucher", module + "/app/desk"},
		{"app/flow", "fyne.io/fyne/v2/widget"},
		{"app/desk", "database/sql"},
		{"app/ui", module + "/app/station"},
		{"cardreader/emrtd", module + "/app/trust"},
		{"app/station", module + "/app/ui"},
		{"app", module + "/app/inbox/lite"},
		{"app/newroom", "fmt"},
		{"print", module + "/print/printtest"},
		{"app/cmd/bangbanctl", module + "/app/store"},
	} {
		f := &ast.File{Imports: []*ast.ImportSpec{{Path: &ast.BasicLit{Value: strconv.Quote(planted.imports)}}}}
		if len(violations([]source{{dir: planted.dir, name: "x.go", file: f}})) == 0 {
			t.Errorf("%s importing %s was not caught", planted.dir, planted.imports)
		}
	}
	f := &ast.File{Imports: []*ast.ImportSpec{{Path: &ast.BasicLit{Value: strconv.Quote(module + "/cardreader/emrtd")}}}}
	if v := violations([]source{{dir: "cardreader/kinds", name: "kinds.go", file: f}}); len(v) != 0 {
		t.Errorf("an allowed import was refused: %v", v)
	}
}

// TestPackagesDocumented wants a package comment for every package of the house.
func TestPackagesDocumented(t *testing.T) {
	documented, seen := map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		if strings.HasSuffix(s.name, "_test.go") {
			continue
		}
		seen[s.dir] = true
		if s.file.Doc != nil && len(s.file.Doc.Text()) > 40 {
			documented[s.dir] = true
		}
	}
	for dir := range seen {
		if !documented[dir] {
			t.Errorf("%s has no package comment that says what lives there", dir)
		}
	}
}

// TestNoInitNoGlobals forbids init functions: lists are explicit.
func TestNoInit(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s/%s has an init function", s.dir, s.name)
			}
		}
	}
}

// TestNoMachinePaths keeps paths of a developer's machine out of the tree.
func TestNoMachinePaths(t *testing.T) {
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(filepath.Dir(wd))
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".git") {
			return filepath.SkipDir
		}
		switch filepath.Ext(p) {
		case ".go", ".sh", ".md", ".json", ".sql", ".toml", ".txtar":
		default:
			return nil
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if strings.Contains(string(b), root+"/") {
			t.Errorf("%s names a path of this machine", p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
