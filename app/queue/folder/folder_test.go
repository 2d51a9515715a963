package folder_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/app/queue"
	"bangban/app/queue/folder"
	"bangban/app/queue/queuetest"
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
