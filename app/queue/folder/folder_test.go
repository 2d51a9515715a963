package folder_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/app/queue"
	"bangban/app/queue/folder"
	"bangban/app/queue/queuetest"

	"filippo.io/age"
)

func TestContract(t *testing.T) {
	queuetest.TestSink(t, func(t *testing.T) queue.Sink { return folder.New(filepath.Join(t.TempDir(), "stick")) })
}

func TestFileIsTheBatch(t *testing.T) {
	dir := t.TempDir()
	w := queuetest.NewWorld(t)
	b := w.Batch(t, 3)
	if _, err := folder.New(dir).Deliver(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "T01-1-1-3.bangban" {
		t.Fatalf("%v %v", entries, err)
	}
	got, err := queue.ReadBatch(filepath.Join(dir, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range got.Parcels {
		if !bytes.Equal(p.Sealed, b.Parcels[i].Sealed) || p.Seq != b.Parcels[i].Seq {
			t.Fatalf("parcel %d differs", i)
		}
	}
}

// What lies on the stick is an age file to the intake key, which the reference implementation of age opens, too; nothing
// of the batch is readable without the key. The plain layout shows what would be.
func TestOutside(t *testing.T) {
	dir, plain := t.TempDir(), t.TempDir()
	w := queuetest.NewWorld(t)
	b := w.Batch(t, 3)
	seed := make([]byte, 32)
	_, _ = rand.Read(seed)
	intake, err := queue.ParseHolderKey(queue.SuiteXWing, seed)
	if err != nil {
		t.Fatal(err)
	}
	for d, sink := range map[string]*folder.Sink{dir: folder.New(dir, intake.Holder(), w.Holder.Holder()), plain: folder.New(plain)} {
		if _, err := sink.Deliver(t.Context(), b); err != nil {
			t.Fatal(d, err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "T01-1-1-3.bangban.age"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(plain, "T01-1-1-3.bangban"))
	if err != nil {
		t.Fatal(err)
	}
	for _, told := range []string{queue.KindVoucher, queuetest.Day, "SPECIMEN certificate", string(b.Parcels[0].ID[:])} {
		if !bytes.Contains(want, []byte(told)) {
			t.Fatalf("control: %q is not in the batch", told)
		}
		if bytes.Contains(data, []byte(told)) {
			t.Errorf("%q can be read on the stick", told)
		}
	}
	reference, err := age.ParseHybridIdentity(bech32("AGE-SECRET-KEY-PQ-", seed))
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(data), reference)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("the reference implementation reads something else: %v", err)
	}
	files, err := queue.Batches(dir)
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	for _, k := range []*queue.HolderKey{intake, w.Holder} {
		if got, err := queue.ReadBatch(files[0], k); err != nil || len(got.Parcels) != 3 {
			t.Fatal(err)
		}
	}
	for _, keys := range [][]*queue.HolderKey{nil, {w.Second}} {
		if _, err := queue.ReadBatch(files[0], keys...); !errors.Is(err, queue.ErrOutside) {
			t.Fatalf("another key: %v", err)
		}
	}
	for _, bad := range [][]byte{data[:len(data)-1], append(bytes.Clone(data), 0), flipped(data, len(data)-20), flipped(data, 100)} {
		if _, err := queue.OpenOutside(bad, []*queue.HolderKey{intake}); err == nil {
			t.Error("a changed file opens")
		}
	}
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// bech32 writes a key as age's tools do (BIP 173).
func bech32(hrp string, data []byte) string {
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	var values []byte
	acc, bits := 0, 0
	for _, b := range data {
		acc, bits = acc<<8|int(b), bits+8
		for bits >= 5 {
			bits -= 5
			values = append(values, byte(acc>>bits&31))
		}
	}
	if bits > 0 {
		values = append(values, byte(acc<<(5-bits)&31))
	}
	low := strings.ToLower(hrp)
	sum := []byte{}
	for _, c := range low {
		sum = append(sum, byte(c)>>5)
	}
	sum = append(sum, 0)
	for _, c := range low {
		sum = append(sum, byte(c)&31)
	}
	sum = append(append(sum, values...), 0, 0, 0, 0, 0, 0)
	chk := uint32(1)
	for _, v := range sum {
		top := chk >> 25
		chk = chk&0x1ffffff<<5 ^ uint32(v)
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
	}
	chk ^= 1
	for i := range 6 {
		values = append(values, byte(chk>>(5*(5-i))&31))
	}
	out := low + "1"
	for _, v := range values {
		out += string(charset[v])
	}
	return strings.ToUpper(out)
}

func TestRefusesStationThatLeavesTheFolder(t *testing.T) {
	b := queuetest.NewWorld(t).Batch(t, 1)
	b.Station = "../T01"
	if _, err := folder.New(t.TempDir()).Deliver(t.Context(), b); err != folder.ErrStation {
		t.Fatalf("got %v", err)
	}
}

func TestReceiptsRoundTrip(t *testing.T) {
	dir := t.TempDir()
	w := queuetest.NewWorld(t)
	b := w.Batch(t, 2)
	for _, p := range b.Parcels {
		signed := w.Receipt(t, p, queue.Accepted)
		r, err := queue.OpenReceipt(signed, w.Receipts)
		if err != nil {
			t.Fatal(err)
		}
		if err := queue.WriteReceipt(dir, r, signed); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "receipts", "notes.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := queue.Receipts(dir)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d %v", len(got), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "receipts", "long.receipt"), []byte(strings.Repeat("x", queue.MaxReceipt+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := queue.Receipts(dir); err == nil {
		t.Fatal("an endless receipt was read")
	}
}
