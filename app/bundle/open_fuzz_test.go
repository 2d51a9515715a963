package bundle

import "testing"

func FuzzOpen(f *testing.F) {
	o := newOffice(f, iss)
	f.Add(o.sign(f, o.bundle(f, 1)))
	f.Add([]byte{0x85})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) {
		// Without a valid signature nothing may come out; with one it comes out as it went in.
		b, err := Open(file, Anchor{Root: o.root.Raw})
		if err == nil && b.Version == 0 {
			t.Fatal("opened a bundle without a version")
		}
		_, _ = OpenStatement(file, o.root)
		_, _ = decodeBody(file)
	})
}

func BenchmarkOpen(b *testing.B) {
	o := newOffice(b, iss)
	file := o.sign(b, o.bundle(b, 1))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(file, Anchor{Root: o.root.Raw}); err != nil {
			b.Fatal(err)
		}
	}
}
