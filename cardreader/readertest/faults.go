package readertest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/sim"
)

func pulled(t *testing.T, h Harness) {
	next := watch(t, h.System().Watch)
	conn := lay(t, h, card(t, "bank-card", sim.PullAt(2)))
	next(h.Reader(), cardreader.Present)
	if _, err := send(conn, selectPPSE); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"the command", "the next command"} {
		answer, err := send(conn, selectPPSE)
		if answer != nil {
			t.Errorf("%s: answer %X", when, answer)
		}
		demand(t, when, err, cardreader.CodePulled)
	}
	next(h.Reader(), cardreader.Empty)
	if err := conn.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func oneCard(t *testing.T, h Harness) {
	next := watch(t, h.System().Watch)
	conn := lay(t, h, card(t, "bank-card"))
	next(h.Reader(), cardreader.Present)
	if _, err := send(conn, selectPPSE); err != nil {
		t.Fatal(err)
	}
	h.Remove(t)
	next(h.Reader(), cardreader.Empty)
	_, err := send(conn, selectPPSE)
	demand(t, "after removal", err, cardreader.CodePulled)
	second := card(t, "bank-card")
	h.Insert(t, second)
	next(h.Reader(), cardreader.Present)
	_, err = send(conn, selectPPSE)
	demand(t, "another card", err, cardreader.CodePulled)
	if n := second.Stats().APDUs; n != 0 {
		t.Errorf("%d commands of the old connection reached the new card", n)
	}
	again, err := find(t, h).Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if answer, err := send(again, selectPPSE); err != nil || !bytes.HasSuffix(answer, []byte{0x90, 0}) {
		t.Errorf("new connection: %X, %v", answer, err)
	}
}

func cancelled(t *testing.T, h Harness) {
	asked, release := make(chan struct{}, 1), make(chan struct{})
	conn := lay(t, h, card(t, "bank-card", sim.Slow(func(ctx context.Context, _ int) {
		asked <- struct{}{}
		select {
		case <-release:
		case <-ctx.Done():
		}
	})))
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-asked
		cancel()
	}()
	_, err := conn.(cardreader.APDUer).Transmit(ctx, selectPPSE)
	close(release)
	demand(t, "Transmit", err, cardreader.CodeCancelled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not say that it was cancelled", err)
	}
	_, err = conn.(cardreader.APDUer).Transmit(ctx, selectPPSE)
	if err == nil {
		t.Error("Transmit ignores that its context has ended")
	}
	if _, err := find(t, h).Connect(ctx); err == nil {
		t.Error("Connect ignores that its context has ended")
	}
}

func service(t *testing.T, h Harness) {
	s, ok := h.(Servicer)
	if !ok {
		t.Skip("this card service cannot be stopped")
	}
	r := find(t, h)
	next := watch(t, h.System().Watch)
	conn := lay(t, h, card(t, "bank-card"))
	next(h.Reader(), cardreader.Present)
	s.StopService(t)
	if e := next("", cardreader.ServiceOff); e.Err == nil {
		t.Error("ServiceOff without a cause for the log")
	}
	_, err := send(conn, selectPPSE)
	demand(t, "Transmit", err, cardreader.CodeServiceOff)
	if err := conn.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	_, err = h.System().Readers(context.Background())
	demand(t, "Readers", err, cardreader.CodeServiceOff)
	_, err = r.Connect(context.Background())
	demand(t, "Connect", err, cardreader.CodeServiceOff)
	watch(t, h.System().Watch)("", cardreader.ServiceOff)
	h.Remove(t)
	s.StartService(t)
	next(h.Reader(), cardreader.Empty)
	h.Insert(t, card(t, "bank-card"))
	next(h.Reader(), cardreader.Present)
	again, err := find(t, h).Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := send(again, selectPPSE); err != nil {
		t.Error(err)
	}
}

func unplug(t *testing.T, h Harness) {
	d, ok := h.(Detacher)
	if !ok {
		t.Skip("this reader cannot be unplugged")
	}
	r := find(t, h)
	next, only := watch(t, h.System().Watch), watch(t, r.Watch)
	conn := lay(t, h, card(t, "bank-card"))
	next(h.Reader(), cardreader.Present)
	d.Detach(t)
	next(h.Reader(), cardreader.Removed)
	only(h.Reader(), cardreader.Removed)
	_, err := send(conn, selectPPSE)
	demand(t, "Transmit", err, cardreader.CodePulled)
	_, err = r.Connect(context.Background())
	demand(t, "Connect", err, cardreader.CodeNoReader)
	next("", cardreader.NoReader)
	d.Attach(t)
	next(h.Reader(), cardreader.Empty)
}
