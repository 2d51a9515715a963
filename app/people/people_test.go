package people

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/cardreader/piv/pivtest"
)

// memory is an Attempts that forgets with the test, or fails when told to.
type memory struct {
	mu   sync.Mutex
	of   map[string]Tally
	fail error
}

func (m *memory) Load(_ context.Context, id string) (Tally, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.of[id], m.fail
}

func (m *memory) Save(_ context.Context, id string, old, next Tally) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	if m.of[id] != old {
		return ErrRaced
	}
	m.of[id] = next
	return nil
}

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

type desk1 struct {
	*Door[*keys.Unlocked]
	vault    *keys.Vault
	attempts *memory
	station  *clock
	ticks    *clock
}

func roster() []bundle.Member {
	member := func(id string, roles ...desk.Role) bundle.Member {
		return bundle.Member{Clerk: desk.Clerk{ID: id, Name: "SPECIMEN " + id, Roles: roles}}
	}
	ended := member("05", desk.RoleClerk)
	ended.Until = start
	return []bundle.Member{member("01", desk.RoleClerk), member("02", desk.RoleSupervisor), member("03", desk.RoleAuditor),
		member("04", desk.RoleClerk), ended}
}

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

const (
	pin1 = "246810"
	pin2 = "135791"
)

func newDoor(t *testing.T) *desk1 {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cheap := keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}
	v, err := keys.CreateVault(filepath.Join(t.TempDir(), "vault"), rand.Reader, key, []keys.Slot{
		{ClerkID: "01", PIN: []byte(pin1), Cost: cheap}, {ClerkID: "02", PIN: []byte(pin2), Cost: cheap},
		{ClerkID: "03", PIN: []byte(pin1), Cost: cheap}, {ClerkID: "05", PIN: []byte(pin1), Cost: cheap},
	})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk1{vault: v, attempts: &memory{of: map[string]Tally{}}, station: &clock{start}, ticks: &clock{start}}
	d.restart()
	return d
}

// restart is a new run of the program over the same store.
func (d *desk1) restart() {
	d.Door = New[*keys.Unlocked](&bundle.Bundle{Roster: roster()}, d.attempts, d.station.now, d.ticks.now)
}

// byPIN proves by the PIN of a slot.
func byPIN(v interface {
	Unlock(clerkID string, pin []byte) (*keys.Unlocked, error)
}, pin string) Way[*keys.Unlocked] {
	return Way[*keys.Unlocked]{Open: func(id string) (*keys.Unlocked, error) { return v.Unlock(id, []byte(pin)) }}
}

func (d *desk1) try(id, pin string) error {
	_, key, err := d.Login(context.Background(), id, byPIN(d.vault, pin))
	if err == nil {
		key.Lock()
	}
	return err
}

// pass lets both clocks run.
func (d *desk1) pass(t time.Duration) {
	d.station.at = d.station.at.Add(t)
	d.ticks.at = d.ticks.at.Add(t)
}

func want(t *testing.T, err error, code string, cause error, args map[string]string) {
	t.Helper()
	var e *desk.Error
	if !errors.As(err, &e) || e.Code != code || !errors.Is(err, cause) {
		t.Fatalf("got %v, want %s (%v)", err, code, cause)
	}
	if !reflect.DeepEqual(e.Args, args) {
		t.Fatalf("%s has args %v, want %v", code, e.Args, args)
	}
	if s := err.Error(); strings.Contains(s, pin1) || strings.Contains(s, pin2) || strings.Contains(s, "999999") {
		t.Fatalf("PIN in error: %s", s)
	}
}

func TestLogin(t *testing.T) {
	d := newDoor(t)
	who, key, err := d.Login(context.Background(), "01", byPIN(d.vault, pin1))
	if err != nil || who.ID != "01" || key.Locked() {
		t.Fatalf("%v %v", who, err)
	}
	key.Lock()
	want(t, d.try("77", pin1), CodeUnknown, ErrUnknown, nil)
	want(t, d.try("04", pin1), CodeUnknown, ErrNoSlot, nil)
	want(t, d.try("05", pin1), CodeUnknown, ErrEnded, nil)
	want(t, d.try("03", pin1), CodeRole, ErrRole, nil)
	_, _, err = d.Supervisor(context.Background(), "01", byPIN(d.vault, pin1))
	want(t, err, CodeRole, ErrRole, nil)
	if d.attempts.of["04"].Failed != 0 || d.attempts.of["03"].Event != 0 {
		t.Fatal("a try that was no wrong PIN was counted")
	}
	if got := d.Staff(); len(got) != 3 || got[0].ID != "01" || got[1].ID != "02" || got[2].ID != "04" {
		t.Fatalf("staff: %v", got)
	}
	d.Follow(&bundle.Bundle{Roster: roster()[1:]})
	want(t, d.try("01", pin1), CodeUnknown, ErrUnknown, nil)
}

// lock fails until the clerk is locked out.
func (d *desk1) lock(t *testing.T, id string) {
	t.Helper()
	for n := 4; n > 0; n-- {
		want(t, d.try(id, "999999"), CodeWrongPIN, ErrWrongPIN, map[string]string{"Left": fmt.Sprint(n)})
	}
	want(t, d.try(id, "999999"), CodeLockedOut, ErrLockedOut, map[string]string{"Minutes": "1"})
}

func TestLockout(t *testing.T) {
	d := newDoor(t)
	d.lock(t, "01")
	want(t, d.try("01", pin1), CodeLockedOut, ErrLockedOut, map[string]string{"Minutes": "1"})
	d.pass(59 * time.Second)
	want(t, d.try("01", pin1), CodeLockedOut, ErrLockedOut, map[string]string{"Minutes": "1"})
	if err := d.try("02", pin2); err != nil {
		t.Fatalf("another clerk: %v", err)
	}
	for _, minutes := range []int{2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440} {
		d.pass(24 * time.Hour)
		want(t, d.try("01", "999999"), CodeLockedOut, ErrLockedOut, map[string]string{"Minutes": fmt.Sprint(minutes)})
	}
	d.pass(24 * time.Hour)
	if err := d.try("01", pin1); err != nil {
		t.Fatal(err)
	}
	if got := d.attempts.of["01"]; got.Failed != 0 || !got.Until.IsZero() || got.Event != 18 {
		t.Fatalf("%+v", got)
	}
}

func TestClockDoesNotHelp(t *testing.T) {
	for name, tamper := range map[string]func(*desk1){
		"set back":            func(d *desk1) { d.station.at = start.AddDate(-1, 0, 0) },
		"set back, restarted": func(d *desk1) { d.station.at = start.AddDate(-1, 0, 0); d.restart() },
		"set forward":         func(d *desk1) { d.station.at = start.AddDate(1, 0, 0) },
		"restarted":           func(d *desk1) { d.restart() },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t)
			d.lock(t, "01")
			tamper(d)
			err := d.try("01", pin1)
			if !errors.Is(err, ErrLockedOut) {
				t.Fatalf("got in: %v", err)
			}
		})
	}
	// Control: honest time does let the clerk in, also after a restart.
	d := newDoor(t)
	d.lock(t, "01")
	d.pass(time.Minute)
	d.restart()
	if err := d.try("01", pin1); err != nil {
		t.Fatal(err)
	}
}

// A right PIN after a wait does not shorten the wait of the next wrong ones; a wrong one after a wait lengthens it.
func TestCountOutlivesTheWait(t *testing.T) {
	d := newDoor(t)
	d.lock(t, "01")
	d.pass(time.Minute)
	want(t, d.try("01", "999999"), CodeLockedOut, ErrLockedOut, map[string]string{"Minutes": "2"})
}

func TestTryIsCountedBeforeItIsMade(t *testing.T) {
	d := newDoor(t)
	var during Tally
	spy := spyVault{func() { during = d.attempts.of["01"] }}
	door := New[*keys.Unlocked](&bundle.Bundle{Roster: roster()}, d.attempts, d.station.now, d.ticks.now)
	_, _, err := door.Login(context.Background(), "01", byPIN(spy, pin1))
	if during.Failed != 1 || during.Event != 1 {
		t.Fatalf("while the PIN was tried: %+v", during)
	}
	// A vault that is damaged says nothing of the PIN: the try is given back.
	want(t, err, desk.CodeInternal, keys.ErrDamaged, nil)
	if got := d.attempts.of["01"]; got.Failed != 0 || got.Event != 1 {
		t.Fatalf("%+v", got)
	}
}

type spyVault struct{ hook func() }

func (s spyVault) Unlock(string, []byte) (*keys.Unlocked, error) {
	s.hook()
	return nil, keys.ErrDamaged
}

func TestNoLoginWithoutRecord(t *testing.T) {
	d := newDoor(t)
	d.attempts.fail = errors.New("disk")
	want(t, d.try("01", pin1), desk.CodeInternal, d.attempts.fail, nil)
}

func TestLift(t *testing.T) {
	ctx := context.Background()
	d := newDoor(t)
	d.lock(t, "01")
	_, err := d.Lift(ctx, "02", byPIN(d.vault, "999999"), "01")
	want(t, err, CodeWrongPIN, ErrWrongPIN, map[string]string{"Left": "4"})
	_, err = d.Lift(ctx, "04", byPIN(d.vault, pin1), "01")
	want(t, err, CodeRole, ErrRole, nil)
	_, err = d.Lift(ctx, "02", byPIN(d.vault, pin2), "02")
	want(t, err, CodeRole, ErrSelf, nil)
	_, err = d.Lift(ctx, "02", byPIN(d.vault, pin2), "77")
	want(t, err, CodeUnknown, ErrUnknown, nil)
	who, err := d.Lift(ctx, "02", byPIN(d.vault, pin2), "01")
	if err != nil || who.ID != "02" {
		t.Fatalf("%v %v", who, err)
	}
	if err := d.try("01", pin1); err != nil {
		t.Fatal(err)
	}
	d.lock(t, "02")
	_, err = d.Lift(ctx, "02", byPIN(d.vault, pin2), "01")
	want(t, err, CodeLockedOut, ErrLockedOut, map[string]string{"Minutes": "1"})
}

func TestConcurrentTriesAreAllCounted(t *testing.T) {
	d := newDoor(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	tried := 0
	for range 20 {
		wg.Go(func() {
			err := d.try("01", "999999")
			if errors.Is(err, ErrWrongPIN) {
				mu.Lock()
				tried++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if tried >= FreeTries || int(d.attempts.of["01"].Event) > FreeTries {
		t.Fatalf("%d tries at once, %+v", tried, d.attempts.of["01"])
	}
}

// carded is a roster whose clerk 01 has a card and whose 05, who has left, had one.
func carded(t *testing.T) (b *bundle.Bundle, mine, theirs []byte) {
	t.Helper()
	one, five := pivtest.New(t), pivtest.New(t)
	b = &bundle.Bundle{Roster: roster()}
	b.Roster[0].PIV, b.Roster[4].PIV = [][]byte{one.Certificate}, [][]byte{five.Certificate}
	return b, one.Public, five.Public
}

// A card is somebody's while the roster in force says so.
func TestHolder(t *testing.T) {
	d := newDoor(t)
	b, mine, theirs := carded(t)
	_, err := d.Holder(mine)
	want(t, err, CodeCardUnknown, ErrUnknown, nil)
	d.Follow(b)
	if c, err := d.Holder(mine); err != nil || c.ID != "01" {
		t.Fatalf("%v, %v", c.ID, err)
	}
	_, err = d.Holder(theirs)
	want(t, err, CodeCardUnknown, ErrEnded, nil)
	d.Follow(&bundle.Bundle{Roster: roster()})
	_, err = d.Holder(mine)
	want(t, err, CodeCardUnknown, ErrUnknown, nil)
}

// What a card says decides whether a try was one: a wrong PIN is, with the card's count; a blocked card is not.
func TestCardTries(t *testing.T) {
	d := newDoor(t)
	says := func(e *desk.Error) error {
		_, _, err := d.Login(context.Background(), "01", Way[*keys.Unlocked]{Card: true, Open: func(string) (*keys.Unlocked, error) { return nil, e }})
		return err
	}
	for n := 1; n < FreeTries; n++ {
		want(t, says(&desk.Error{Code: CodeCardPIN, Args: map[string]string{"Left": "2"}}), CodeCardPIN, ErrWrongPIN, map[string]string{"Left": "2"})
		blocked := errors.New("blocked")
		want(t, says(&desk.Error{Code: "login-card-blocked", Err: blocked}), "login-card-blocked", blocked, nil)
		if got := d.attempts.of["01"].Failed; got != n {
			t.Fatalf("%d tries, want %d", got, n)
		}
	}
	want(t, says(&desk.Error{Code: CodeCardPIN}), CodeLockedOut, ErrLockedOut, map[string]string{"Minutes": "1"})
}

// Where policy wants the card a PIN is refused before it is a try.
func TestCardOnly(t *testing.T) {
	d := newDoor(t)
	b, _, _ := carded(t)
	b.Policy.CardRoles = []desk.Role{desk.RoleSupervisor}
	d.Follow(b)
	if err := d.try("01", pin1); err != nil { // control: not in that role
		t.Fatal(err)
	}
	want(t, d.try("02", pin2), CodeCardOnly, ErrCardOnly, nil)
	if got := d.attempts.of["02"]; got != (Tally{}) {
		t.Errorf("%+v", got)
	}
	_, key, err := d.Login(context.Background(), "02", Way[*keys.Unlocked]{Card: true, Open: byPIN(d.vault, pin2).Open})
	if err != nil {
		t.Fatal(err)
	}
	key.Lock()
}
