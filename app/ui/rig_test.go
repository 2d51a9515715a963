package ui

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/app/ui/widget"
)

// rig is both windows over a real machine and stand-ins for its effects. The machine's States wait in posts until the
// test takes them, so that everything of the screens happens on the test's goroutine.
type rig struct {
	t     testing.TB
	f     *flowtest.Fakes
	m     *flow.Machine
	c     *counter
	posts chan func()
	shift bool
	now   time.Time
	queue *fakeQueue
	days  *flowtest.Days
}

// staff logs in without a store.
type staff struct {
	m   *flow.Machine
	pin string
}

func (s staff) Clerks() []desk.Clerk { return []desk.Clerk{flowtest.Clerk(), flowtest.Supervisor()} }
func (s staff) Lock() error          { return s.m.Lock() }

func (s staff) Second(_ context.Context, id string, p Proof) error {
	if p.PIN != s.pin {
		return &desk.Error{Op: "people.login", Code: "login-wrong-pin", Args: map[string]string{"Left": "4"}}
	}
	for _, c := range s.Clerks() {
		if c.ID == id {
			return s.m.Seconded(c)
		}
	}
	return &desk.Error{Code: "login-unknown"}
}

func (s staff) Login(_ context.Context, id string, p Proof) error {
	if p.PIN != s.pin {
		return &desk.Error{Op: "people.login", Code: "login-wrong-pin", Args: map[string]string{"Left": "4"}}
	}
	for _, c := range s.Clerks() {
		if c.ID == id {
			return s.m.Login(c)
		}
	}
	return &desk.Error{Code: "login-unknown"}
}

type fakeQueue struct{ rows []desk.ParcelRow }

func (q *fakeQueue) Unsent(context.Context) (int, time.Duration, error) {
	return len(q.rows), 3 * time.Hour, nil
}

func (q *fakeQueue) Parcels(_ context.Context, offset, limit int) ([]desk.ParcelRow, error) {
	if offset >= len(q.rows) {
		return nil, nil
	}
	return q.rows[offset:min(offset+limit, len(q.rows))], nil
}

func parcels(n int) *fakeQueue {
	q := &fakeQueue{}
	for i := range n {
		q.rows = append(q.rows, desk.ParcelRow{ID: fmt.Sprintf("01957a3c-6f21-7c4e-9b7d-0000000000%02x", n-i), Seq: uint64(n - i), Kind: "voucher",
			Day: "2027-03-01", State: "waiting", Attempts: i % 4, Size: 1800})
	}
	return q
}

type healthOf struct{ h desk.Health }

func (h healthOf) Health() desk.Health                       { return h.h }
func (h healthOf) Subscribe(func(desk.Health)) (stop func()) { return func() {} }

// The screens tell the hall's time; in tests the hall is at Greenwich.
func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}

// testTheme is set once and changed from inside: Fyne keeps 32 parsed fonts of old themes.
var testTheme = &struct{ *widget.Kit }{widget.NewKit(testFonts(), widget.Light())}

var testApp = sync.OnceValue(func() fyne.App {
	a := test.NewApp()
	a.Settings().SetTheme(testTheme)
	return a
})

// testFonts loads the fonts once for all tests of this package.
var testFonts = sync.OnceValue(loadFonts)

// newRig opens the counter. change may alter what it is given.
func newRig(t testing.TB, change func(*Deps, *flowtest.Fakes)) *rig {
	t.Helper()
	f := flowtest.New()
	r := &rig{t: t, f: f, posts: make(chan func(), 4096), now: f.Clock.Now(), queue: parcels(12)}
	r.m = flowtest.Start(t, f, flow.Options{App: "bangban test", Lang: "zh-Hans"})
	r.awaitReader()
	d := Deps{Visit: r.m, Staff: staff{r.m, "246810"}, Queue: r.queue, Lang: "zh-Hans", Status: Status{Hotline: "12345", TrainingPIN: "246810", Version: "0.1"},
		Health: healthOf{desk.Health{Probes: []desk.Probe{{Name: "printer", Level: desk.LevelGood}, {Name: "network", Level: desk.LevelWarn, Code: "offline"},
			{Name: "lists", Level: desk.LevelGood, Code: "lists-today"}}}},
		Now: func() time.Time { return r.now }, Citizen: CitizenScreen{Yes: fyne.KeyInsert, No: fyne.KeyEnd}}
	r.life(&d, f)
	if change != nil {
		change(&d, f)
	}
	a := testApp()
	ctx, cancel := context.WithCancel(context.Background())
	c, err := newCounter(ctx, a, d, testFonts())
	if err != nil {
		t.Fatal(err)
	}
	c.post = func(fn func()) { r.posts <- fn }
	c.shift = func() bool { return r.shift }
	r.c = c
	testTheme.Kit = c.kit
	c.open()
	stop := c.subscribe()
	c.started()
	r.until(func() bool { return c.up && (d.Health == nil || len(c.health.Probes) == len(d.Health.Health().Probes)) })
	t.Cleanup(func() {
		cancel()
		stop()
		if c.citizen != nil {
			c.citizen.window.Close()
		}
		c.window.Close()
	})
	r.pass(time.Second)
	return r
}

// awaitReader waits until the machine knows its reader, so that every screen begins with it.
func (r *rig) awaitReader() {
	known := make(chan struct{}, 1)
	stop := r.m.Subscribe(func(s flow.State) {
		if len(s.Places) > 0 {
			select {
			case known <- struct{}{}:
			default:
			}
		}
	})
	defer stop()
	if len(r.m.State().Places) > 0 {
		return
	}
	select {
	case <-known:
	case <-time.After(atMost):
		r.t.Fatal("the machine sees no reader")
	}
}

// pass moves the clock of keys.
func (r *rig) pass(d time.Duration) { r.now = r.now.Add(d) }

// atMost is waited for only where a test fails.
const atMost = 2 * time.Minute

// until takes what the machine sends until ok says so.
func (r *rig) until(ok func() bool) {
	r.t.Helper()
	late := time.NewTimer(atMost)
	defer late.Stop()
	for {
		select {
		case fn := <-r.posts:
			fn()
			continue
		default:
		}
		if ok() {
			return
		}
		select {
		case fn := <-r.posts:
			fn()
		case <-late.C:
			r.t.Fatalf("nothing comes any more on %v: problem %v %q layer %v", r.c.s.Step, r.c.s.Problem, r.c.note, r.c.layer)
		}
	}
}

// take takes what comes within d of real time.
func (r *rig) take(d time.Duration) {
	r.t.Helper()
	late := time.After(d)
	for {
		select {
		case fn := <-r.posts:
			fn()
		case <-late:
			return
		}
	}
}

func (r *rig) step(s flow.Step) {
	r.t.Helper()
	r.until(func() bool { return r.c.s.Step == s })
	r.pass(time.Second)
}

// key presses a key as the window does: the focused control first, else the window.
func (r *rig) key(name fyne.KeyName) {
	canvas := r.c.window.Canvas()
	ev := &fyne.KeyEvent{Name: name}
	if f := canvas.Focused(); f != nil {
		f.TypedKey(ev)
	} else {
		canvas.OnTypedKey()(ev)
	}
	r.pass(time.Second)
}

func (r *rig) shiftKey(name fyne.KeyName) {
	r.shift = true
	r.key(name)
	r.shift = false
}

// write types with a pause between two characters.
func (r *rig) write(s string, pause time.Duration) {
	canvas := r.c.window.Canvas()
	for _, ch := range s {
		if f := canvas.Focused(); f != nil {
			f.TypedRune(ch)
		} else {
			canvas.OnTypedRune()(ch)
		}
		r.pass(pause)
	}
}

func (r *rig) login() {
	r.t.Helper()
	r.write("246810", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return !r.c.busy && r.c.s.Step != flow.Locked })
	r.pass(time.Second)
}

func (r *rig) put(c *flowtest.Card) { r.f.Cards.Put(flowtest.Reader, c) }

func (r *rig) toCompare() {
	r.t.Helper()
	r.login()
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
}

// toSecond lays a card that nobody can prove and goes on to the second clerk.
func (r *rig) toSecond() {
	r.t.Helper()
	r.login()
	r.put(&flowtest.Card{Document: flowtest.SocialSecurity()})
	r.step(flow.Unproven)
	r.key(fyne.KeyReturn)
	r.step(flow.Compare)
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
	r.key(fyne.KeyReturn)
	r.step(flow.Second)
}

func (r *rig) toChoose() {
	r.t.Helper()
	r.toCompare()
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
}

func (r *rig) toAgree() {
	r.t.Helper()
	r.toChoose()
	r.key(fyne.KeyReturn)
	r.step(flow.Agree)
}

func (r *rig) toHandOver() {
	r.t.Helper()
	r.toAgree()
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
}

func (r *rig) touch(p *widget.Pressable) {
	p.Tapped(&fyne.PointEvent{})
	r.pass(time.Second)
}

// shot writes both windows to the folder in BANGBAN_SHOTS, where that is set.
func (r *rig) shot(name string) {
	dir := os.Getenv("BANGBAN_SHOTS")
	if dir == "" {
		return
	}
	save(r.t, filepath.Join(dir, name+"-clerk.png"), r.c.window.Canvas().Capture())
	if r.c.citizen != nil {
		save(r.t, filepath.Join(dir, name+"-citizen.png"), r.c.citizen.window.Canvas().Capture())
	}
}

func save(t testing.TB, path string, img image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
}
