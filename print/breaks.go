package print

import (
	"strings"
	"unicode"
)

// Characters that no line begins or ends with (GB/T 15834-2011 §5.1, and the same habit for Latin marks). A line that
// would begin with one takes its predecessor down with it.
const (
	notFirst = "།༎，。、；：？！）】》〉」』〕〗’”…—～·％℃々ー!%),.:;?]}’”»"
	notLast  = "（【《〈「『〔〖‘“￥¥$([{«"
	counters = "年月日号时分秒元岁"
)

// wide tells whether lines may break on either side of r without a space: ideographs, kana and their marks.
func wide(r rune) bool {
	return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFE30 && r <= 0xFE4F ||
		r >= 0xFF00 && r <= 0xFF60 || r >= 0x20000 && r <= 0x3FFFF || strings.ContainsRune("“”‘’…—·", r)
}

// mayBreak tells whether a new line may begin between a and b.
func mayBreak(a, b rune) bool {
	switch {
	case b == ' ' || b == '\u00A0' || a == '\u00A0':
		return false
	case strings.ContainsRune(notFirst, b) || strings.ContainsRune(notLast, a):
		return false
	case a == ' ' || a == '་': // the tsheg ends a syllable of Tibetan
		return true
	case unicode.IsDigit(a) && strings.ContainsRune(counters, b):
		return false
	case wide(a) || wide(b):
		return true
	}
	return a == '-' && unicode.IsLetter(b)
}

// shortest is how long the last line of a paragraph should be, in em: one character alone is easily overlooked.
const shortest = 4

// paragraph breaks like breakLines, but takes characters down to a last line that would be nearly empty, unless that
// would cut a word or a number in two.
func paragraph(gs []glyph, w float64, st Style) [][]glyph {
	lines, cuts := breakCounting(gs, w, st)
	em := st.Size * mmPerPoint
	for n, try := len(lines), w-em; n > 1 && try > w/2 && width(lines[n-1], st) < shortest*em; try -= em {
		tighter, more := breakCounting(gs, try, st)
		if len(tighter) > n || more > cuts {
			break
		}
		lines = tighter
	}
	return lines
}

// breakLines breaks a shaped text into lines of at most w mm, the latest allowed break first. A word longer than a line
// is broken where the line ends. Spaces at the end of a line are dropped; a line feed ends a line.
func breakLines(gs []glyph, w float64, st Style) [][]glyph {
	lines, _ := breakCounting(gs, w, st)
	return lines
}

// breakCounting also counts the words that did not fit a line and were cut.
func breakCounting(gs []glyph, w float64, st Style) (lines [][]glyph, cuts int) {
	limit := w/(st.Size*mmPerPoint) + 1e-6
	start, last, em := 0, -1, 0.0
	for i := 0; i < len(gs); i++ {
		g := gs[i]
		if g.r == '\n' {
			lines = append(lines, trim(gs[start:i]))
			start, last, em = i+1, -1, 0
			continue
		}
		if i > start && mayBreak(gs[i-1].r, g.r) {
			last = i
		}
		if em+g.em > limit && i > start && g.r != ' ' {
			at := last
			if at <= start {
				at = i
				cuts++
			}
			lines = append(lines, trim(gs[start:at]))
			start, last, em, i = at, -1, 0, at-1
			continue
		}
		em += g.em
	}
	if start < len(gs) {
		lines = append(lines, trim(gs[start:]))
	}
	return lines, cuts
}

func trim(gs []glyph) []glyph {
	for len(gs) > 0 && gs[len(gs)-1].r == ' ' {
		gs = gs[:len(gs)-1]
	}
	return gs
}
