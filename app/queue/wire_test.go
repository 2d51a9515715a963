package queue_test

import (
	"errors"
	"testing"

	"bangban/app/queue"
	"bangban/app/queue/queuetest"
)

func FuzzDecodeAnswer(f *testing.F) {
	a := queue.Answer{Station: "T01", Epoch: 1, Verdicts: []queue.Verdict{{Seq: 1, Result: "accepted", Receipt: []byte("x")}}, Checkpoint: 3, Proven: true}
	b, err := a.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{0xa0})
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := queue.DecodeAnswer(b)
		if err != nil {
			return
		}
		if again, err := a.Encode(); err != nil || string(again) != string(b) {
			t.Fatalf("two encodings of one answer: %v", err)
		}
	})
}

func TestDecodeAnswerBounds(t *testing.T) {
	if _, err := queue.DecodeAnswer(make([]byte, queue.MaxAnswer+1)); !errors.Is(err, queue.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if _, err := queue.DecodeAnswer([]byte("<html>")); !errors.Is(err, queue.ErrAnswer) {
		t.Errorf("got %v", err)
	}
	long, err := queue.Answer{Verdicts: []queue.Verdict{{Receipt: make([]byte, queue.MaxReceipt+1)}}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := queue.DecodeAnswer(long); !errors.Is(err, queue.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

// Only what was asked about comes out, once each; what is not understood is a retry.
func TestOutcomes(t *testing.T) {
	b := queuetest.NewWorld(t).Batch(t, 2)
	a := &queue.Answer{Verdicts: []queue.Verdict{{Seq: 1, Result: "refused", Reason: "Wrong-<b>"}, {Seq: 1, Result: "accepted"},
		{Seq: 2, Result: "sometime"}, {Seq: 7, Result: "accepted"}}}
	out := a.Outcomes(b)
	if len(out) != 2 || out[0].Result != queue.Refused || out[0].Reason != "rong-b" || out[1].Result != queue.Retry {
		t.Fatalf("%+v", out)
	}
}
