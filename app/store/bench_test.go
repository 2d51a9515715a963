package store_test

import (
	"testing"

	"bangban/app/store"
)

func BenchmarkIssue(b *testing.B) {
	c := newCounter(b)
	c.SetBlock(store.Block{First: 1, Last: 999_999}, "")
	b.ReportAllocs()
	for b.Loop() {
		c.issue(b)
	}
}
