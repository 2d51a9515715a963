package ui

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"bangban/assets"
)

// maxCharacters bounds how many characters a search offers; one more stroke said makes them fewer.
const maxCharacters = 60

// radical is one of the 214 radicals, or the simplified form of one.
type radical struct {
	form    rune
	strokes int
	with    map[int]string // characters by the strokes that they have besides the radical
}

// radicals is the table of assets, read when somebody first looks for a character.
var radicals = sync.OnceValue(func() (all []radical) {
	for line := range strings.Lines(assets.Radicals()) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, " "); ok && len(all) > 0 {
			if n, chars, ok := strings.Cut(rest, " "); ok {
				strokes, _ := strconv.Atoi(n)
				all[len(all)-1].with[strokes] = chars
			}
			continue
		}
		if f := strings.Fields(line); len(f) == 3 {
			strokes, _ := strconv.Atoi(f[2])
			all = append(all, radical{[]rune(f[1])[0], strokes, map[int]string{}})
		}
	}
	return all
})

// otherForms are shapes of radicals inside characters, and the radicals that dictionaries list them under.
var otherForms = map[rune]rune{'亻': '人', '刂': '刀', '忄': '心', '扌': '手', '氵': '水', '灬': '火', '犭': '犬', '王': '玉', '礻': '示', '艹': '艸',
	'衤': '衣', '辶': '辵', '攵': '攴', '罒': '网', '⺮': '竹', '月': '肉', '讠': '言', '饣': '食', '钅': '金', '糹': '糸', '纟': '糸', '阝': '阜'}

// charactersOf finds characters by what can be seen of them:
//
//	金8    the radical, written as itself or as it stands in the character, and the strokes besides it
//	17     all strokes together, two digits at most
//
// It is no search where the text is anything else, a code point or the character itself.
func charactersOf(query string) (found []rune, search bool) {
	q := []rune(strings.TrimSpace(query))
	n := len(q)
	for n > 0 && unicode.IsDigit(q[n-1]) {
		n--
	}
	strokes, err := strconv.Atoi(string(q[n:]))
	if err != nil || n > 1 || len(q)-n > 2 {
		return nil, false
	}
	if n == 1 && !unicode.Is(unicode.Han, q[0]) {
		return nil, false
	}
	for _, r := range radicals() {
		switch {
		case n == 0:
			found = append(found, []rune(r.with[strokes-r.strokes])...)
		case r.form == q[0], r.form == otherForms[q[0]]:
			found = append(found, []rune(r.with[strokes])...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found), true
}
