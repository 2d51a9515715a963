//go:build cgo && linux

package pcsc_test

import (
	"context"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/readertest"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
	"bangban/cardreader/vpcd/pcscdtest"
)

// harness is the first reader of a private pcscd.
type harness struct {
	service *pcscdtest.Service
	system  cardreader.System
	session *vpcd.Session
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	h := &harness{service: pcscdtest.Start(t)}
	var err error
	if h.system, err = pcsc.Open(pcsc.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Remove(t) })
	return h
}

func (h *harness) System() cardreader.System { return h.system }
func (h *harness) Reader() string            { return "Virtual PCD 00 00" }

func (h *harness) Insert(t *testing.T, c *sim.Card) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var err error
	if h.session, err = vpcd.Insert(ctx, h.service.Addr(0), c); err != nil {
		t.Fatal(err)
	}
}

// Remove takes the card away; that the service went first is no fault of the card.
func (h *harness) Remove(*testing.T) {
	if h.session != nil {
		_ = h.session.Remove()
		h.session = nil
	}
}

func (h *harness) StopService(*testing.T)  { h.service.Stop() }
func (h *harness) StartService(*testing.T) { h.service.Start() }

func TestContract(t *testing.T) {
	readertest.Run(t, func(t *testing.T) readertest.Harness { return newHarness(t) })
}
