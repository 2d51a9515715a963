package lite_test

import (
	"path/filepath"
	"testing"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/inbox/lite"
)

func open(t *testing.T, path string) *lite.Store {
	t.Helper()
	s, err := lite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestContract(t *testing.T) {
	inboxtest.TestStore(t, func(t *testing.T) inbox.Store { return open(t, filepath.Join(t.TempDir(), "inbox.db")) })
}

func TestOutbox(t *testing.T) {
	inboxtest.TestOutbox(t, open(t, filepath.Join(t.TempDir(), "inbox.db")))
}

func TestReplies(t *testing.T) {
	inboxtest.TestReplies(t, open(t, filepath.Join(t.TempDir(), "inbox.db")))
}

func TestSeveralProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inbox.db")
	inboxtest.TestSeveral(t, open(t, path), open(t, path))
}
