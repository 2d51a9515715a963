package cnid

import (
	"strings"

	"bangban/cardreader"
)

// Repaired is one character of the private use area and what it was read as; To is 0 where nobody knows.
type Repaired struct{ From, To rune }

// Repair reads a name as GB 18030-2022 writes it: characters of the private use area that earlier editions, and GBK
// before them, used for want of a code point become the ones that have one now. Everything else stays.
func Repair(name string) (string, []Repaired) {
	var all []Repaired
	repaired := strings.Map(func(r rune) rune {
		if !private(r) {
			return r
		}
		to := standard(r)
		all = append(all, Repaired{From: r, To: to})
		if to == 0 {
			return r
		}
		return to
	}, name)
	return repaired, all
}

// doubts lists what Repair changes or leaves unread, for the clerk to compare with the card.
func doubts(name string) (all []cardreader.Doubt) {
	for i, r := range []rune(name) {
		if private(r) {
			all = append(all, cardreader.Doubt{At: i, From: r, To: standard(r)})
		}
	}
	return all
}

func private(r rune) bool {
	return r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000 && r <= 0xFFFFD || r >= 0x100000 && r <= 0x10FFFD
}

// standard gives the code point of a private one, 0 where there is none.
func standard(r rune) rune {
	switch {
	case r >= 0xE815 && r <= 0xE864:
		return []rune(fe50)[r-0xE815]
	case r >= 0xE78D && r <= 0xE796:
		return []rune(a6d9)[r-0xE78D]
	case r == 0xE7C7:
		return 0x1E3F // A8BC
	case r == 0xE7C8:
		return 0x01F9 // A8BF
	}
	return 0
}

// fe50 holds the characters of the double bytes FE50 to FEA0, which GBK mapped to U+E815 to U+E864 in order: those that
// GB 18030-2000 gave a code point, the eight that GB 18030-2022 moved (FE59, FE61, FE66, FE67, FE6D, FE7E, FE90, FEA0), and
// the six in the supplementary plane (FE51, FE52, FE53, FE6C, FE76, FE91).
const fe50 = "\u2E81\U00020087\U00020089\U000200CC\u2E84\u3473\u3447\u2E88\u2E8B\u9FB4\u359E\u361A\u360E\u2E8C\u2E97\u396E" +
	"\u3918\u9FB5\u39CF\u39DF\u3A73\u39D0\u9FB6\u9FB7\u3B4E\u3C6E\u3CE0\u2EA7\U000215D7\u9FB8\u2EAA\u4056" +
	"\u415F\u2EAE\u4337\u2EB3\u2EB6\u2EB7\U0002298F\u43B1\u43AC\u2EBB\u43DD\u44D6\u4661\u464C\u9FB9\u4723" +
	"\u4729\u477C\u478D\u2ECA\u4947\u497A\u497D\u4982\u4983\u4985\u4986\u499F\u499B\u49B7\u49B6\u9FBA" +
	"\U000241FE\u4CA3\u4C9F\u4CA0\u4CA1\u4C77\u4CA2\u4D13\u4D14\u4D15\u4D16\u4D17\u4D18\u4D19\u4DAE\u9FBB"

// a6d9 holds the vertical punctuation A6D9 to A6DF, A6EC, A6ED and A6F3, U+E78D to U+E796.
const a6d9 = "\uFE10\uFE12\uFE11\uFE13\uFE14\uFE15\uFE16\uFE17\uFE18\uFE19"
