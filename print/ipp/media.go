package ipp

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
)

// mediaOf names the size of the first page of one of our own PDFs by its first MediaBox (ISO 32000-1 §7.7.3.3), in the
// words of PWG 5101.1; "" where it is none that we print on.
func mediaOf(pdf []byte) string {
	_, rest, found := bytes.Cut(pdf, []byte("/MediaBox"))
	if !found {
		return ""
	}
	rest = rest[:min(len(rest), 100)]
	_, rest, found = bytes.Cut(rest, []byte("["))
	box, _, closed := bytes.Cut(rest, []byte("]"))
	fields := strings.Fields(string(box))
	if !found || !closed || len(fields) != 4 {
		return ""
	}
	var n [4]float64
	for i, f := range fields {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return ""
		}
		n[i] = v
	}
	w, h := (n[2]-n[0])*25.4/72, (n[3]-n[1])*25.4/72
	for _, m := range []struct {
		name string
		w, h float64
	}{{"iso_a4_210x297mm", 210, 297}, {"iso_a5_148x210mm", 148, 210}} {
		near := func(a, b float64) bool { return math.Abs(w-a) < 1 && math.Abs(h-b) < 1 }
		if near(m.w, m.h) || near(m.h, m.w) {
			return m.name
		}
	}
	return ""
}

// has tells whether a list that a printer gives allows a value; a printer without a list is not asked to choose.
func has(list []string, value string) bool { return slices.Contains(list, value) }
