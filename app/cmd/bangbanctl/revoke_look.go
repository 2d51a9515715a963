package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/queue"
)

// pendingFor is how long a void waits for its voucher: lists live 35 days, and no voucher longer.
const pendingFor = 35 * 24 * time.Hour

// errAllFound ends a look before its end.
var errAllFound = errors.New("all found")

// listed is where a voucher stands in the status list of its station.
type listed struct {
	station string
	index   uint64
}

// look is one reading of an inbox: only what came since the last one, and of older parcels only those of counters where
// something was taken back. A province's inbox holds a thousand million parcels, and opening one takes half a millisecond.
type look struct {
	store   inbox.Store
	records func(refs []inbox.Ref, take func(inbox.Line) error) error
	open    func(inbox.Line) (listed, bool) // false: it is in no list of ours

	void   map[string]bool // serials
	found  map[string]listed
	read   int
	wanted map[string]bool // serials that are looked for among older parcels; nil: what is new is read
}

// take keeps what one record says.
func (l *look) take(line inbox.Line) error {
	l.read++
	if l.wanted != nil && (line.Kind != queue.KindVoucher || !l.wanted[line.Serial]) {
		return nil
	}
	switch line.Kind {
	case queue.KindVoucher:
		at, ok := l.open(line)
		if !ok {
			return nil
		}
		l.found[line.Serial] = at
		if delete(l.wanted, line.Serial); l.wanted != nil && len(l.wanted) == 0 {
			return errAllFound
		}
	case queue.KindAfter, queue.KindVoid:
		if line.After["state"] == string(desk.StateVoid) {
			l.void[line.Serial] = true
		}
	}
	return nil
}

func (l *look) has(serial string) bool { _, ok := l.found[serial]; return ok }

// run reads what is new, then looks for vouchers whose void or name came without them. What is not found yet waits: a
// void goes first, its voucher may lie at the counter still.
func (l *look) run(ctx context.Context, r *revoked, box string, serials []string, now time.Time) error {
	sum := sha256.Sum256([]byte(box)) // an address may hold a password
	name := hex.EncodeToString(sum[:8])
	refs, next, err := newRefs(ctx, l.store, r.Seen[name])
	if err != nil {
		return err
	}
	if err := l.records(refs, l.take); err != nil {
		return err
	}
	for serial := range r.Pending {
		l.void[serial] = true
	}
	missing := map[string]map[string]bool{} // by station
	miss := func(serial string) {
		at := strings.LastIndexByte(serial, '-')
		if l.has(serial) || at < 0 {
			return
		}
		if missing[serial[:at]] == nil {
			missing[serial[:at]] = map[string]bool{}
		}
		missing[serial[:at]][serial] = true
	}
	for serial := range l.void {
		miss(serial)
	}
	for _, serial := range serials {
		miss(serial)
	}
	if err := l.older(ctx, missing, r.Seen[name]); err != nil {
		return err
	}
	r.seen(name, next)
	r.wait(l, now)
	return nil
}

// older looks for vouchers among what was read before, newest first.
func (l *look) older(ctx context.Context, missing map[string]map[string]bool, done handed) error {
	rows, err := l.store.Stations(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if l.wanted = missing[row.Station]; len(l.wanted) == 0 {
			continue
		}
		var refs []inbox.Ref
		for seq := done[markOf(row)]; seq > 0; seq-- {
			refs = append(refs, inbox.Ref{Station: row.Station, Epoch: row.Epoch, Seq: seq})
		}
		if err := l.records(refs, l.take); err != nil && !errors.Is(err, errAllFound) {
			return err
		}
	}
	return nil
}

// seen keeps how far an inbox was read.
func (r *revoked) seen(name string, next handed) {
	if r.Seen == nil {
		r.Seen = map[string]handed{}
	}
	r.Seen[name] = next
}

// wait keeps the voids whose vouchers have not come, and gives up those that have waited too long.
func (r *revoked) wait(l *look, now time.Time) {
	pending := map[string]string{}
	for _, serial := range slices.Sorted(maps.Keys(l.void)) {
		since, known := r.Pending[serial]
		if !known {
			since = now.UTC().Format(time.DateOnly)
		}
		day, err := time.Parse(time.DateOnly, since)
		if !l.has(serial) && err == nil && now.Sub(day) < pendingFor {
			pending[serial] = since
		}
	}
	r.Pending = pending
}
