package journal_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"bangban/app/journal"
)

func (w *world) proof(t testing.TB, n int64) []byte {
	t.Helper()
	c, signed := w.checkpoint(t)
	p, err := journal.ProveInclusion(w.store, n, c.Size)
	if err != nil {
		t.Fatal(err)
	}
	return journal.EncodeProof(w.store.leaves[n], n, p, signed)
}

func TestProofOfOneAct(t *testing.T) {
	for _, size := range []int{1, 2, 7, 33} {
		w := newWorld(t, size)
		for n := range int64(size) {
			got, err := journal.CheckProof(w.proof(t, n), w.known)
			if err != nil || got.Number != n || got.Event.Parcel != uint64(n+1) || got.Checkpoint.Size != int64(size) {
				t.Fatalf("%d of %d: %+v %v", n, size, got, err)
			}
		}
	}
}

func TestProofRefused(t *testing.T) {
	w, other := newWorld(t, 9), newWorld(t, 9)
	good := string(w.proof(t, 4))
	lines := strings.Split(good, "\n")
	edit := func(i int, with string) string {
		l := append([]string{}, lines...)
		l[i] = with
		return strings.Join(l, "\n")
	}
	for name, tc := range map[string]struct {
		proof string
		want  error
	}{
		"another place":      {edit(2, "index 5"), journal.ErrProof},
		"beyond":             {edit(2, "index 9"), journal.ErrProof},
		"leading zero":       {edit(2, "index 04"), journal.ErrProof},
		"another leaf":       {edit(1, "extra oQEC"), journal.ErrProof},
		"a hash left out":    {strings.Join(append(append([]string{}, lines[:3]...), lines[4:]...), "\n"), journal.ErrProof},
		"another head":       {edit(0, "c2sp.org/tlog-proof@v2"), journal.ErrProof},
		"no checkpoint":      {strings.Join(lines[:5], "\n"), journal.ErrProof},
		"another checkpoint": {strings.Replace(good, "\n9\n", "\n8\n", 1), journal.ErrSignature},
		"another station":    {string(other.proof(t, 4)), journal.ErrSignature},
		"too long":           {good + strings.Repeat("x", 20<<10), journal.ErrProof},
	} {
		if _, err := journal.CheckProof([]byte(tc.proof), w.known); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func FuzzCheckProof(f *testing.F) {
	w := newWorld(f, 5)
	good := w.proof(f, 2)
	f.Add(good)
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := journal.CheckProof(b, w.known)
		if err == nil && !bytes.Equal(must(got.Event.Encode()), w.store.leaves[got.Number]) {
			t.Fatal("an act that is not in the journal was proven")
		}
	})
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
