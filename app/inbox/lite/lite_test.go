package lite_test

import (
	"path/filepath"
	"testing"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/inbox/lite"
)

func TestContract(t *testing.T) {
	inboxtest.TestStore(t, func(t *testing.T) inbox.Store {
		s, err := lite.Open(t.Context(), filepath.Join(t.TempDir(), "inbox.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	})
}
