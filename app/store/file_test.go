package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/app/desk"
	"bangban/app/journal"
	"bangban/app/store"
)

func TestSecondProcessIsToldWhoHoldsTheLock(t *testing.T) {
	c := newCounter(t)
	second := c.conf
	second.Holder = "other"
	_, err := store.Open(t.Context(), second)
	var d *desk.Error
	if !errors.As(err, &d) || d.Code != "data-locked" || !strings.Contains(d.Args["Holder"], "store.test (") {
		t.Fatalf("got %v", err)
	}
	second.ReadOnly = true
	c.issue(t)
	ro, err := store.Open(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	defer ro.Close()
	if rows, err := ro.Ledger(t.Context()); err != nil || len(rows) != 1 {
		t.Fatalf("%v %v", rows, err)
	}
	if _, err := ro.Issue(t.Context(), draft); !errors.Is(err, store.ErrReadOnly) {
		t.Fatalf("got %v", err)
	}
	c.issue(t)
	if rows, err := ro.Ledger(t.Context()); err != nil || len(rows) != 2 {
		t.Fatalf("the reader does not see the counter go on: %v %v", rows, err)
	}
}

func TestReadOnlyAfterCleanEnd(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	conf := c.conf
	conf.ReadOnly = true
	ro, err := store.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	defer ro.Close()
	if st, err := ro.Stats(t.Context()); err != nil || st.Total != 1 {
		t.Fatalf("%+v %v", st, err)
	}
	if rep, err := ro.VerifyJournal(t.Context(), nil, c.known); err != nil || rep.Acts[journal.KindSigned] != 1 {
		t.Fatalf("%+v %v", rep, err)
	}
}

func TestReopen(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.open(t)
	c.issue(t)
	if _, err := c.VerifyJournal(t.Context(), nil, c.known); err != nil {
		t.Fatal(err)
	}
	c.Close()
	other := c.conf
	other.Station = "T02"
	if _, err := store.Open(t.Context(), other); !errors.Is(err, store.ErrStation) {
		t.Fatalf("got %v", err)
	}
}

func TestPathsWithStrangeCharacters(t *testing.T) {
	c := newCounter(t)
	c.Close()
	dir := filepath.Join(t.TempDir(), "大厅 1?#%41&mode=memory")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c.conf.Path = filepath.Join(dir, "bangban.db")
	c.open(t)
	c.issue(t)
	st, err := os.Stat(c.conf.Path)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", st, err)
	}
}

func TestDamagedFileIsNotUsed(t *testing.T) {
	c := newCounter(t)
	for range 20 {
		c.issue(t)
	}
	c.Close()
	good, err := os.ReadFile(c.path)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(good)
	for i := 4096; i < len(bad); i++ {
		bad[i] = 0x5a
	}
	if err := os.WriteFile(c.path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), c.conf.NoSalvage()); err == nil {
		t.Fatal("a destroyed file was opened")
	}
	if err := os.WriteFile(c.path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	c.open(t)
	c.issue(t)
}

// A backup that was put back does not go unnoticed once a checkpoint of later leaves is known.
func TestJournalCutBack(t *testing.T) {
	c := newCounter(t)
	for range 3 {
		c.issue(t)
	}
	if _, err := c.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Close()
	db, err := sql.Open("sqlite", c.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`DELETE FROM leaf WHERE n = (SELECT max(n) FROM leaf)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := store.Open(t.Context(), c.conf.NoSalvage()); code(err) != "data-damaged" || !errors.Is(err, store.ErrBehind) {
		t.Fatalf("got %v", err)
	}
	if err := os.Remove(filepath.Join(filepath.Dir(c.path), "tip")); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), c.conf.NoSalvage()); code(err) != "data-damaged" || !errors.Is(err, store.ErrRolled) {
		t.Fatalf("got %v", err)
	}
}

func TestLeafChangedInPlace(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	c.Close()
	db, err := sql.Open("sqlite", c.path)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := journal.Event{Kind: journal.KindLogin, Clerk: "09"}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE leaf SET data = ? WHERE n = 1`, leaf); err != nil {
		t.Fatal(err)
	}
	db.Close()
	c.open(t)
	if _, err := c.VerifyJournal(t.Context(), nil, c.known); !errors.Is(err, journal.ErrRoot) {
		t.Fatalf("got %v", err)
	}
}
