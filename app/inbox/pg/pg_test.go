package pg_test

import (
	"errors"
	"testing"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/inbox/pg"
)

func open(t *testing.T, url string) *pg.Store {
	t.Helper()
	s, err := pg.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestContract(t *testing.T) {
	server := inboxtest.StartPostgres(t)
	inboxtest.TestStore(t, func(t *testing.T) inbox.Store { return open(t, server.Database(t)) })
	t.Run("outbox", func(t *testing.T) { inboxtest.TestOutbox(t, open(t, server.Database(t))) })
	t.Run("replies", func(t *testing.T) { inboxtest.TestReplies(t, open(t, server.Database(t))) })
	t.Run("several gateways", func(t *testing.T) {
		url := server.Database(t)
		done := make(chan *pg.Store)
		for range 3 { // also the migration runs in all of them at once
			go func() {
				s, err := pg.Open(t.Context(), url)
				if err != nil {
					t.Error(err)
				}
				done <- s
			}()
		}
		var stores []inbox.Store
		for range 3 {
			if s := <-done; s != nil {
				t.Cleanup(func() { s.Close() })
				stores = append(stores, s)
			}
		}
		inboxtest.TestSeveral(t, stores...)
	})
}

func TestRefusesAServerThatForgets(t *testing.T) {
	server := inboxtest.StartPostgres(t, "fsync=off")
	if _, err := pg.Open(t.Context(), server.Database(t)); !errors.Is(err, pg.ErrNotDurable) {
		t.Fatalf("got %v", err)
	}
}
