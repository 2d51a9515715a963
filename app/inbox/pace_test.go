package inbox_test

import (
	"testing"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/queue"
)

// TestPace sends a backlog over a line that breaks after so many bytes: with a pace all of it arrives, without one
// nothing ever does.
func TestPace(t *testing.T) {
	const backlog = 60
	send := func(pace *queue.Pace) (left int) {
		h := inboxtest.NewHall(t)
		cfg := h.Gateway(t, openLite(t))
		cfg.Limits = inbox.Limits{PerMinute: 1 << 20, Burst: 1 << 20}
		g, err := inbox.NewGateway(cfg)
		if err != nil {
			t.Fatal(err)
		}
		r := toxicOf("breaks", "upstream", "limit_data", `"bytes":120000`).build(t, h, g.Handler(), g.TLS(h.ServerCertificate(t)))
		c := h.Counter(t, "T01", nil)
		c.Pace = pace
		c.Issue(t, backlog)
		sink := c.Sink(t, r.address)
		for range 40 {
			sink.Wake()
			if _, err := c.Deliver(t.Context(), sink); err == nil {
				break
			}
		}
		return c.Unsent(t)
	}
	if left := send(&queue.Pace{}); left != 0 {
		t.Errorf("%d of %d are left", left, backlog)
	}
	if left := send(nil); left != backlog {
		t.Errorf("control: %d of %d are left: the line does not break", left, backlog)
	}
}
