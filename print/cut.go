package print

import "slices"

// Cut makes of a TrueType file one that holds only what runes need, as subset does for a document. Characters that the file
// lacks are left out. A screen that shows the common characters of a large font need not keep the others in memory.
func Cut(src []byte, runes []rune) ([]byte, error) {
	f, err := openFace("cut", false, src)
	if err != nil {
		return nil, err
	}
	return f.subset(slices.DeleteFunc(slices.Clone(runes), func(r rune) bool { return f.index(r) == 0 }))
}
