package sim_test

import (
	"context"
	"errors"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/readertest"
	"bangban/cardreader/sim"
)

type harness struct {
	system *sim.System
	reader *sim.Reader
}

func (h *harness) System() cardreader.System        { return h.system }
func (h *harness) Reader() string                   { return h.reader.Name() }
func (h *harness) Insert(_ *testing.T, c *sim.Card) { h.reader.Insert(c) }
func (h *harness) Remove(*testing.T)                { h.reader.Remove() }
func (h *harness) StopService(*testing.T)           { h.system.Stop(errors.New("stopped by the test")) }
func (h *harness) StartService(*testing.T)          { h.system.Start() }
func (h *harness) Detach(*testing.T)                { h.system.Detach(h.reader.Name()) }
func (h *harness) Attach(*testing.T)                { h.reader = h.system.Attach(h.reader.Name()) }

func TestContract(t *testing.T) {
	readertest.Run(t, func(t *testing.T) readertest.Harness {
		s, err := sim.NewSystem()
		if err != nil {
			t.Fatal(err)
		}
		return &harness{s, s.Attach("sim:test")}
	})
}

func TestNewSystem(t *testing.T) {
	s, err := sim.NewSystem("emrtd", "sim:bank-card")
	if err != nil {
		t.Fatal(err)
	}
	readers, err := s.Readers(context.Background())
	if err != nil || len(readers) != 2 || readers[0].Name() != "sim:emrtd" || readers[1].Name() != "sim:bank-card" {
		t.Fatalf("%v, %v", readers, err)
	}
	if _, err := readers[0].Connect(context.Background()); err != nil {
		t.Error(err)
	}
	if _, err := sim.NewSystem("nobody"); !errors.Is(err, sim.ErrNoSpecimen) {
		t.Errorf("%v, want ErrNoSpecimen", err)
	}
}
