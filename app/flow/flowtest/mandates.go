package flowtest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"bangban/app/voucher"
)

// Mandates signs with nothing and counts in memory. It implements flow.Mandates.
type Mandates struct {
	f      *Fakes
	mu     sync.Mutex
	signed []*voucher.Mandate
	live   map[string]int
}

// Signed gives what was signed.
func (w *Mandates) Signed() []*voucher.Mandate {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*voucher.Mandate(nil), w.signed...)
}

// Have makes a helper have n live mandates.
func (w *Mandates) Have(kind, number string, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.live == nil {
		w.live = map[string]int{}
	}
	w.live[kind+number] = n
}

// Sign implements flow.Mandates.
func (w *Mandates) Sign(_ context.Context, m *voucher.Mandate) ([]byte, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.f.note(fmt.Sprintf("sign mandate %d", m.Serial))
	w.signed = append(w.signed, m)
	text := fmt.Sprintf("FLOWTEST MANDATE %d %X", m.Serial, m.ID)
	return []byte("cose " + text), text, nil
}

// Live implements flow.Mandates.
func (w *Mandates) Live(_ context.Context, kind, number string) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.live[kind+number], nil
}

// Note implements flow.Mandates.
func (w *Mandates) Note(ctx context.Context, _, kind, number string, _ time.Time) error {
	n, err := w.Live(ctx, kind, number)
	w.Have(kind, number, n+1)
	return err
}
