package print

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/image/font/sfnt"
)

// rareNames are files with glyphs for rare characters and for other scripts, in the order in which they are asked, as systems
// install them.
var rareNames = []string{"HanaMinA.ttf", "HanaMinB.ttf", "BabelStoneHan.ttf", "NotoSansArabic-Regular.ttf", "NotoSerifTibetan-Regular.ttf",
	"NotoSansThai-Regular.ttf", "NotoSansYi-Regular.ttf", "NotoSansLao-Regular.ttf", "NotoSansDevanagari-Regular.ttf", "NotoSansMyanmar-Regular.ttf",
	"NotoSansKhmer-Regular.ttf", "NotoSansHebrew-Regular.ttf"}

// maxRare bounds the fonts of one pack.
const maxRare = 16

// RareFonts opens the fonts for rare characters that lie in a folder or one below it: of a pack all .ttf and .otf files, of a
// system's folders those that are known to have such characters. What cannot be opened as a font is left out; it is
// named in skipped. The files stay open.
func RareFonts(dir fs.FS, pack bool) (fonts []io.ReaderAt, skipped []string) {
	var found []string
	err := fs.WalkDir(dir, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case d.IsDir() && strings.Count(p, "/") >= 2:
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		ext := strings.ToLower(path.Ext(p))
		if slices.Contains(rareNames, path.Base(p)) || pack && (ext == ".ttf" || ext == ".otf") {
			found = append(found, p)
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.SkipDir) {
		return nil, nil
	}
	slices.SortStableFunc(found, func(a, b string) int {
		if i, j := rank(a), rank(b); i != j {
			return i - j
		}
		return strings.Compare(a, b)
	})
	for _, p := range found {
		if len(fonts) == maxRare {
			skipped = append(skipped, p)
			continue
		}
		f, err := dir.Open(p)
		if err != nil {
			skipped = append(skipped, p)
			continue
		}
		at, ok := f.(io.ReaderAt)
		if ok {
			_, err = sfnt.ParseReaderAt(at)
		}
		if !ok || err != nil {
			f.Close()
			skipped = append(skipped, p)
			continue
		}
		fonts = append(fonts, at)
	}
	return fonts, skipped
}

func rank(p string) int {
	if i := slices.Index(rareNames, path.Base(p)); i >= 0 {
		return i
	}
	return len(rareNames)
}
