package journal_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"bangban/app/journal"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// memory is a Storage in memory.
type memory struct {
	leaves [][]byte
	hashes []tlog.Hash
}

func (m *memory) Size() (int64, error) { return int64(len(m.leaves)), nil }

func (m *memory) Append(_ int64, leaf []byte, h []tlog.Hash) error {
	m.leaves, m.hashes = append(m.leaves, leaf), append(m.hashes, h...)
	return nil
}

func (m *memory) Leaf(n int64) ([]byte, error) { return m.leaves[n], nil }

func (m *memory) ReadHashes(ix []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(ix))
	for i, x := range ix {
		out[i] = m.hashes[x]
	}
	return out, nil
}

type world struct {
	store *memory
	sign  note.Signer
	known note.Verifiers
}

func newWorld(t testing.TB, leaves int) *world {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := journal.NewSigner("T01", key)
	if err != nil {
		t.Fatal(err)
	}
	v, err := journal.NewVerifier("T01", &key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{&memory{}, s, note.VerifierList(v)}
	w.grow(t, leaves)
	return w
}

func (w *world) grow(t testing.TB, leaves int) {
	t.Helper()
	for i := range leaves {
		e := journal.Event{Kind: journal.KindSigned, Day: "2026-11-26", Serial: "T01-000001", Parcel: uint64(i + 1), Commitment: make([]byte, 32)}
		if _, err := journal.Append(w.store, e); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) checkpoint(t testing.TB) (journal.Checkpoint, []byte) {
	t.Helper()
	c, err := journal.Current(w.store, journal.Origin("T01", 1), uint64(len(w.store.leaves)))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := c.Sign(w.sign)
	if err != nil {
		t.Fatal(err)
	}
	return c, signed
}

func (w *world) export(t testing.TB) (text, signed []byte) {
	t.Helper()
	c, signed := w.checkpoint(t)
	var b bytes.Buffer
	if err := journal.Export(&b, w.store, c, signed); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), signed
}

func TestExportVerifies(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 7, 8, 33} {
		w := newWorld(t, n)
		_, old := w.checkpoint(t)
		w.grow(t, 5)
		text, _ := w.export(t)
		rep, err := journal.Verify(bytes.NewReader(text), old, w.known, nil)
		if err != nil {
			t.Fatalf("%d leaves: %v", n, err)
		}
		if rep.Checkpoint.Size != int64(n+5) || rep.Acts[journal.KindSigned] != n+5 || rep.Older.Size != int64(n) {
			t.Fatalf("%d leaves: report %+v", n, rep)
		}
	}
}

func TestExportRefused(t *testing.T) {
	w := newWorld(t, 9)
	good, signed := w.export(t)
	other := newWorld(t, 9)
	lines := strings.Split(string(good), "\n")
	edit := func(f func(l []string) []string) []byte {
		return []byte(strings.Join(f(append([]string{}, lines...)), "\n"))
	}
	for _, tc := range []struct {
		name   string
		export []byte
		older  []byte
		known  note.Verifiers
		want   error
	}{
		{"leaf removed", edit(func(l []string) []string { return append(l[:4], l[5:]...) }), nil, w.known, journal.ErrExport},
		{"leaf removed, count lowered", edit(func(l []string) []string { l[2] = "8"; return append(l[:4], l[5:]...) }), nil, w.known, journal.ErrSize},
		{"leaves swapped", edit(func(l []string) []string { l[3], l[4] = l[4], l[3]; return l }), nil, w.known, journal.ErrRoot},
		{"origin changed", edit(func(l []string) []string { l[1] = "bangban/T02/1"; return l }), nil, w.known, journal.ErrOrigin},
		{"not an event", edit(func(l []string) []string { l[3] = "oA=="; return l }), nil, w.known, journal.ErrEvent},
		{"another station's key", good, nil, other.known, journal.ErrSignature},
		{"older checkpoint forged", good, bytes.Replace(signed, []byte("\n9\n"), []byte("\n8\n"), 1), w.known, journal.ErrSignature},
		{"cut off", good[:len(good)/3], nil, w.known, journal.ErrExport},
		{"empty", nil, nil, w.known, journal.ErrExport},
	} {
		_, err := journal.Verify(bytes.NewReader(tc.export), tc.older, tc.known, nil)
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
}

// A journal that was cut back and grown again differently is found out by the checkpoint on yesterday's sheet.
func TestRewrittenHistory(t *testing.T) {
	w := newWorld(t, 6)
	_, paper := w.checkpoint(t)
	rewritten := &world{&memory{}, w.sign, w.known}
	rewritten.grow(t, 5)
	if _, err := journal.Append(rewritten.store, journal.Event{Kind: journal.KindTry, Clerk: "01"}); err != nil {
		t.Fatal(err)
	}
	rewritten.grow(t, 3)
	text, _ := rewritten.export(t)
	if _, err := journal.Verify(bytes.NewReader(text), nil, w.known, nil); err != nil {
		t.Fatalf("control: %v", err)
	}
	if _, err := journal.Verify(bytes.NewReader(text), paper, w.known, nil); !errors.Is(err, journal.ErrRoot) {
		t.Fatalf("got %v", err)
	}
}

func TestProofs(t *testing.T) {
	w := newWorld(t, 5)
	old, _ := w.checkpoint(t)
	w.grow(t, 8)
	now, _ := w.checkpoint(t)
	proof, err := journal.ProveConsistency(w.store, old.Size, now.Size)
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.CheckConsistency(old, now, proof); err != nil {
		t.Fatal(err)
	}
	bad := old
	bad.Root[0] ^= 1
	if err := journal.CheckConsistency(bad, now, proof); !errors.Is(err, journal.ErrProof) {
		t.Fatalf("changed history: %v", err)
	}
	if err := journal.CheckConsistency(now, old, nil); !errors.Is(err, journal.ErrProof) {
		t.Fatalf("rolled back: %v", err)
	}
	inc, err := journal.ProveInclusion(w.store, 3, now.Size)
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.CheckInclusion(now, 3, w.store.leaves[3], inc); err != nil {
		t.Fatal(err)
	}
	if err := journal.CheckInclusion(now, 4, w.store.leaves[3], inc); !errors.Is(err, journal.ErrProof) {
		t.Fatalf("another place: %v", err)
	}
}

func TestEventRefused(t *testing.T) {
	good, err := journal.Event{Kind: journal.KindLogin, Clerk: "01"}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := journal.OpenEvent(good); err != nil {
		t.Fatal(err)
	}
	for name, leaf := range map[string][]byte{
		"unknown key": {0xa2, 0x01, 0x01, 0x18, 0x40, 0x01}, "no kind": {0xa0}, "long form": {0xa1, 0x01, 0x18, 0x01},
		"duplicate": {0xa2, 0x01, 0x01, 0x01, 0x01}, "indefinite": {0xbf, 0x01, 0x01, 0xff}, "empty": {},
		"rest": append(bytes.Clone(good), 0),
	} {
		if _, err := journal.OpenEvent(leaf); !errors.Is(err, journal.ErrEvent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (journal.Event{Kind: 1, Hash: []byte{1}}).Encode(); !errors.Is(err, journal.ErrEvent) {
		t.Errorf("short digest: %v", err)
	}
}

func FuzzOpenCheckpoint(f *testing.F) {
	w := newWorld(f, 3)
	c, signed := w.checkpoint(f)
	f.Add(signed)
	f.Add([]byte("bangban/T01/1\n+3\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := journal.OpenCheckpoint(b, w.known)
		if err == nil && got != c {
			t.Fatal("a checkpoint nobody signed was opened")
		}
	})
}

func FuzzOpenEvent(f *testing.F) {
	leaf, _ := journal.Event{Kind: journal.KindSigned, Day: "2026-11-26", Serial: "T01-000001"}.Encode()
	f.Add(leaf)
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := journal.OpenEvent(b)
		if err != nil {
			return
		}
		again, err := e.Encode()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%x opens, encodes as %x (%v)", b, again, err)
		}
	})
}

func FuzzVerify(f *testing.F) {
	w := newWorld(f, 4)
	text, _ := w.export(f)
	f.Add(text)
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := journal.Verify(bytes.NewReader(b), nil, w.known, nil); err == nil && !bytes.HasPrefix(b, text[:len(text)-120]) {
			t.Fatal("another journal was verified")
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	w := newWorld(b, 0)
	for b.Loop() {
		w.grow(b, 1)
	}
}
