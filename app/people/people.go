package people

import (
	"context"
	"crypto"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
)

// Key is what a right PIN opens: the voucher key. Lock overwrites it.
type Key interface {
	crypto.Signer
	Lock()
}

// Way is how somebody proves who they are, by a PIN or by a card: Open opens the vault for the clerk of this id. An error
// with code CodeWrongPIN or CodeCardPIN (desk.Coded, desk.Error) means that the PIN is not right, one with CodeUnknown that
// the clerk has no slot; any other one that nothing is known of the PIN.
type Way[K Key] struct {
	Card bool // it takes a card of theirs
	Open func(clerkID string) (K, error)
}

// Tally is what is remembered of one clerk's tries. The zero value is a clerk who never tried.
type Tally struct {
	Failed int       // tries since the last right PIN
	Event  uint64    // tries ever, and lifted lockouts; it only grows
	Until  time.Time // station time before which no try is allowed
}

// Attempts remembers tries durably. Save is one durable transaction: it writes next only where what is stored still is
// old, and returns ErrRaced otherwise. A clerk never saved loads as the zero Tally.
type Attempts interface {
	Load(ctx context.Context, clerkID string) (Tally, error)
	Save(ctx context.Context, clerkID string, old, next Tally) error
}

// Lockout rules.
const (
	FreeTries = 5
	firstWait = time.Minute
	longest   = 24 * time.Hour
)

// Door lets people in. It is safe for concurrent use.
type Door[K Key] struct {
	attempts Attempts
	now      func() time.Time // station time
	tick     func() time.Time // a clock that nobody can set: time.Now

	mu     sync.Mutex
	roster []bundle.Member
	cards  map[string]int // key of a card → who has it, in the roster
	policy desk.Policy
	waits  map[string]wait
}

// wait is a lockout as the monotonic clock of this run sees it.
type wait struct {
	since  time.Time
	length time.Duration
}

// New makes the door of a counter. now gives station time. tick is time.Now: its monotonic reading measures waits
// within this run.
func New[K Key](b *bundle.Bundle, a Attempts, now, tick func() time.Time) *Door[K] {
	d := &Door[K]{attempts: a, now: now, tick: tick, waits: map[string]wait{}}
	d.Follow(b)
	return d
}

// Follow takes roster and policy of a bundle that has been accepted. Who is logged in stays so until the next login.
func (d *Door[K]) Follow(b *bundle.Bundle) {
	roster, cards := slices.Clone(b.Roster), map[string]int{}
	for i, m := range roster {
		for _, key := range m.CardKeys() {
			cards[string(key)] = i
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.roster, d.cards, d.policy = roster, cards, b.Policy
}

// Staff lists who may log in now, in the order of the roster.
func (d *Door[K]) Staff() []desk.Clerk {
	d.mu.Lock()
	defer d.mu.Unlock()
	var staff []desk.Clerk
	for _, m := range d.roster {
		if m.Clerk.Has(desk.RoleClerk) && current(m, d.now()) {
			staff = append(staff, m.Clerk)
		}
	}
	return staff
}

func current(m bundle.Member, at time.Time) bool { return m.Until.IsZero() || at.Before(m.Until) }

// Holder is whose card has this key, by the roster in force. A card that nobody has is ErrUnknown, one whose holder's entry
// has ended ErrEnded, both with CodeCardUnknown.
func (d *Door[K]) Holder(public []byte) (desk.Clerk, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, ok := d.cards[string(public)]
	switch {
	case !ok:
		return desk.Clerk{}, failure(CodeCardUnknown, nil, ErrUnknown)
	case !current(d.roster[i], d.now()):
		return desk.Clerk{}, failure(CodeCardUnknown, nil, ErrEnded)
	}
	return cloneClerk(d.roster[i].Clerk), nil
}

// Login lets a clerk or supervisor in. It returns *desk.Error with one of the codes, or CodeInternal where the
// store or the vault failed. The caller owns the key: Lock ends the login.
func (d *Door[K]) Login(ctx context.Context, id string, way Way[K]) (desk.Clerk, K, error) {
	return d.enter(ctx, id, way, desk.RoleClerk)
}

// Enrol is a first login: way proves the code of the enrolment letter, and makes a slot of the PIN or the card. A code that
// is not right, which way tells by ErrWrongCode, counts as a try like a wrong PIN does. Everybody on the roster may enrol,
// whatever their role.
func (d *Door[K]) Enrol(ctx context.Context, id string, way Way[K]) (desk.Clerk, K, error) {
	var none K
	m, err := d.member(id)
	if err != nil {
		return desk.Clerk{}, none, err
	}
	if err := d.demanded(m, way); err != nil {
		return desk.Clerk{}, none, err
	}
	tally, err := d.begin(ctx, id)
	if err != nil {
		return desk.Clerk{}, none, err
	}
	key, err := way.Open(id)
	if errors.Is(err, ErrWrongCode) {
		if t := tally; t.Failed < FreeTries {
			return desk.Clerk{}, none, failure(CodeWrongCode, map[string]string{"Left": strconv.Itoa(FreeTries - t.Failed)}, err)
		}
		return desk.Clerk{}, none, lockedOut(delayAfter(tally.Failed))
	}
	if err != nil {
		return desk.Clerk{}, none, d.refused(ctx, id, tally, err)
	}
	return d.welcome(ctx, m, tally, key)
}

// Supervisor lets somebody in only as a supervisor: for voids, reprints and whatever else takes a second person.
func (d *Door[K]) Supervisor(ctx context.Context, id string, way Way[K]) (desk.Clerk, K, error) {
	return d.enter(ctx, id, way, desk.RoleSupervisor)
}

// Auditor lets somebody in who may read the journal and nothing else: an auditor, or a supervisor.
func (d *Door[K]) Auditor(ctx context.Context, id string, way Way[K]) (desk.Clerk, K, error) {
	if m, err := d.member(id); err == nil && m.Clerk.Has(desk.RoleSupervisor) {
		return d.enter(ctx, id, way, desk.RoleSupervisor)
	}
	return d.enter(ctx, id, way, desk.RoleAuditor)
}

// With lists who has one of the roles now, in the order of the roster.
func (d *Door[K]) With(roles ...desk.Role) (all []desk.Clerk) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.roster {
		if current(m, d.now()) && slices.ContainsFunc(roles, m.Clerk.Has) {
			all = append(all, cloneClerk(m.Clerk))
		}
	}
	return all
}

// Lift ends the lockout of id on the word of a supervisor who proves who they are. The supervisor's id is returned for the
// journal; no key stays open.
func (d *Door[K]) Lift(ctx context.Context, supervisor string, way Way[K], id string) (desk.Clerk, error) {
	if supervisor == id {
		return desk.Clerk{}, failure(CodeRole, nil, ErrSelf)
	}
	if _, err := d.member(id); err != nil {
		return desk.Clerk{}, err
	}
	who, key, err := d.Supervisor(ctx, supervisor, way)
	if err != nil {
		return desk.Clerk{}, err
	}
	key.Lock()
	old, err := d.attempts.Load(ctx, id)
	if err != nil {
		return desk.Clerk{}, desk.Explain("login", err)
	}
	if err := d.attempts.Save(ctx, id, old, Tally{Event: old.Event + 1}); err != nil {
		return desk.Clerk{}, desk.Explain("login", err)
	}
	d.forget(id)
	return who, nil
}

func (d *Door[K]) enter(ctx context.Context, id string, way Way[K], role desk.Role) (desk.Clerk, K, error) {
	var none K
	m, err := d.member(id)
	if err != nil {
		return desk.Clerk{}, none, err
	}
	if !m.Clerk.Has(role) {
		return desk.Clerk{}, none, failure(CodeRole, nil, ErrRole)
	}
	if err := d.demanded(m, way); err != nil {
		return desk.Clerk{}, none, err
	}
	tally, err := d.begin(ctx, id)
	if err != nil {
		return desk.Clerk{}, none, err
	}
	key, err := way.Open(id)
	if err != nil {
		return desk.Clerk{}, none, d.refused(ctx, id, tally, err)
	}
	return d.welcome(ctx, m, tally, key)
}

// demanded refuses a PIN where policy wants the card.
func (d *Door[K]) demanded(m bundle.Member, way Way[K]) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !way.Card && d.policy.ByCard(m.Clerk) {
		return failure(CodeCardOnly, nil, ErrCardOnly)
	}
	return nil
}

// welcome forgets the tries of somebody who was right.
func (d *Door[K]) welcome(ctx context.Context, m bundle.Member, tally Tally, key K) (desk.Clerk, K, error) {
	if err := d.attempts.Save(ctx, m.Clerk.ID, tally, Tally{Event: tally.Event}); err != nil {
		var none K
		key.Lock()
		return desk.Clerk{}, none, desk.Explain("login", err)
	}
	d.forget(m.Clerk.ID)
	return cloneClerk(m.Clerk), key, nil
}

func cloneClerk(c desk.Clerk) desk.Clerk {
	c.Roles = slices.Clone(c.Roles)
	return c
}

func (d *Door[K]) member(id string) (bundle.Member, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.roster, func(m bundle.Member) bool { return m.Clerk.ID == id })
	if i < 0 {
		return bundle.Member{}, failure(CodeUnknown, nil, ErrUnknown)
	}
	if !current(d.roster[i], d.now()) {
		return bundle.Member{}, failure(CodeUnknown, nil, ErrEnded)
	}
	return d.roster[i], nil
}

// begin counts a try before it is made, as if the PIN were going to be wrong.
func (d *Door[K]) begin(ctx context.Context, id string) (Tally, error) {
	old, err := d.attempts.Load(ctx, id)
	if err != nil {
		return Tally{}, desk.Explain("login", err)
	}
	now := d.now()
	if left := max(old.Until.Sub(now), d.left(id)); left > 0 {
		return Tally{}, lockedOut(left)
	}
	next := Tally{Failed: old.Failed + 1, Event: old.Event + 1}
	if delay := delayAfter(next.Failed); delay > 0 {
		next.Until = now.Add(delay)
		d.remember(id, delay)
	}
	if err := d.attempts.Save(ctx, id, old, next); err != nil {
		return Tally{}, desk.Explain("login", err)
	}
	return next, nil
}

// delayAfter is how long to wait after so many tries in a row.
func delayAfter(failed int) time.Duration {
	if failed < FreeTries {
		return 0
	}
	return min(firstWait<<min(failed-FreeTries, 20), longest)
}

// refused says why the vault did not open. Where it was not the PIN, the try is given back: a broken disk must not lock
// anybody out.
func (d *Door[K]) refused(ctx context.Context, id string, t Tally, cause error) error {
	said := desk.Explain("login", cause)
	code := said.Code
	if code == CodeWrongPIN || code == CodeCardPIN {
		left := FreeTries - t.Failed
		if left <= 0 {
			return lockedOut(delayAfter(t.Failed))
		}
		args := map[string]string{"Left": strconv.Itoa(left)}
		if code == CodeCardPIN { // the card counts too, and takes fewer
			args = said.Args
		}
		return failure(code, args, ErrWrongPIN)
	}
	back := Tally{Failed: t.Failed - 1, Event: t.Event}
	if err := d.attempts.Save(ctx, id, t, back); err != nil {
		return desk.Explain("login", err)
	}
	d.forget(id)
	if code == CodeUnknown {
		return failure(CodeUnknown, nil, ErrNoSlot)
	}
	return said
}

func (d *Door[K]) remember(id string, delay time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waits[id] = wait{d.tick(), delay}
}

func (d *Door[K]) forget(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.waits, id)
}

// left is what the monotonic clock says is left of a wait that began in this run.
func (d *Door[K]) left(id string) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	w, ok := d.waits[id]
	if !ok {
		return 0
	}
	return w.length - d.tick().Sub(w.since)
}
