package station_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/inbox"
	"bangban/app/inbox/lite"
	"bangban/app/institution"
	parcels "bangban/app/queue"
	"bangban/app/station"
	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/sim"
)

// paperTray is the printer of the test: composing is the station's own, printing keeps what would go to paper.
type paperTray struct {
	flow.Press
	out paper
}

func (p *paperTray) Print(_ context.Context, from *flow.Paper, _ int) error { return p.out.keep(from) }

// visit is a machine over a real counter with one reader.
type visit struct {
	t      *testing.T
	m      *flow.Machine
	states chan flow.State
	tray   *paperTray
	reader *sim.Reader
}

// begin logs clerk 01 in at a counter and starts its machine, as the window does.
func (f *realOffice) begin(t *testing.T, s *station.Station) *visit {
	t.Helper()
	sys, err := sim.NewSystem()
	f.must(err)
	v := &visit{t: t, states: make(chan flow.State, 256), reader: sys.Attach("SPECIMEN Reader 0")}
	s.Attach(sys)
	ports := s.Ports()
	v.tray = &paperTray{Press: ports.Press}
	ports.Press = v.tray
	v.m = flow.New(ports, flow.Options{Lang: "zh-Hans", Second: "en", App: "bangban test"})
	v.m.Subscribe(func(st flow.State) {
		select {
		case v.states <- st:
		default: // nobody reads any more
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- v.m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	c, err := s.Login(context.Background(), "01", station.PIN(f.pins["01"]))
	f.must(err)
	f.must(v.m.Login(c))
	v.until(flow.Ready)
	return v
}

// until waits for one of these steps.
func (v *visit) until(steps ...flow.Step) flow.State {
	v.t.Helper()
	deadline := time.After(time.Minute) // a machine that hangs fails here instead of holding the run up
	for {
		for _, want := range steps {
			if s := v.m.State(); s.Step == want {
				return s
			}
		}
		select {
		case <-v.states:
		case <-deadline:
			s := v.m.State()
			v.t.Fatalf("on %v (%v, %v), want %v", s.Step, s.Problem, s.Checks, steps)
		}
	}
}

// read lays the specimen and gives its MRZ until the clerk compares faces.
func (v *visit) read() flow.State {
	v.t.Helper()
	card, err := sim.Open("emrtd")
	if err != nil {
		v.t.Fatal(err)
	}
	v.reader.Insert(card)
	s := v.until(flow.NeedSecret, flow.Compare, flow.Unproven, flow.Trouble)
	if s.Step == flow.NeedSecret {
		v.ok(v.m.GiveSecret(cardreader.MRZ, sim.Secrets("emrtd")[cardreader.MRZ]))
		s = v.until(flow.Compare, flow.Unproven, flow.Trouble)
	}
	if s.Step != flow.Compare || s.Proof != check.Passed {
		v.t.Fatalf("on %v, proof %v, problem %v, checks %v", s.Step, s.Proof, s.Problem, s.Checks)
	}
	return s
}

func (v *visit) ok(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatalf("on %v: %v", v.m.State().Step, err)
	}
}

// issue goes from the card to the paper in the person's hand.
func (v *visit) issue() paper {
	v.t.Helper()
	v.read()
	v.ok(v.m.Same())
	v.until(flow.Choose)
	v.ok(v.m.Choose("housing-fund", "bank"))
	v.until(flow.Agree)
	v.ok(v.m.SayYes())
	v.until(flow.HandOver)
	v.ok(v.m.Scanned(v.tray.out.text))
	v.until(flow.Farewell)
	return v.tray.out
}

// A real voucher: card whose issuer the bundle trusts, the person's Yes, the paper; verified on another computer by
// institution.pem alone; parcels carried, opened by ONE of the two back-office keys, receipts back, purged; the journal
// whole.
func TestRealVoucher(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	s := f.counter()
	v := f.begin(t, s)
	p := v.issue()
	if p.serial != "H12-000001" || len(p.pdf) == 0 {
		t.Fatalf("issued %q", p.serial)
	}
	f.elsewhere(p.text, "bank", check.Passed)
	f.elsewhere(p.text, "somebody-else", check.Failed)
	other := newRealOffice(t)
	judged, err := station.Verify(ctx, station.Options{Dir: filepath.Join(t.TempDir(), "none"), Now: f.clock.Now},
		station.Presented{Input: []byte(p.text), Audience: "bank", Trust: [][]byte{other.inst.PEM()}})
	f.must(err)
	if judged.Verdict == check.Passed {
		t.Fatal("another institution vouches for this paper")
	}

	stick := t.TempDir()
	n, err := s.Export(ctx, stick)
	f.must(err)
	if n != 2 { // before and after
		t.Fatalf("%d parcels exported", n)
	}
	if lines := f.open(stick); len(lines) != 2 || lines[0].Serial != p.serial || lines[1].After["state"] != string(desk.StateHandedOver) {
		t.Fatalf("the back office reads %d records", len(lines))
	}
	back, err := s.Receipts(ctx, stick)
	f.must(err)
	stats, err := s.QueueStats(ctx)
	f.must(err)
	if back.Purged != 2 || stats.Unsent != 0 {
		t.Fatalf("receipts %+v, stats %+v", back, stats)
	}
	report, err := s.VerifyJournal(ctx, nil)
	f.must(err)
	if report.Acts[2] != 1 {
		t.Fatalf("journal %v", report.Acts)
	}
}

// elsewhere judges a paper on a computer that has nothing but institution.pem.
func (f *realOffice) elsewhere(text, aud string, want check.Verdict) {
	f.t.Helper()
	o := station.Options{Dir: filepath.Join(f.t.TempDir(), "none"), Now: f.clock.Now}
	r, err := station.Verify(context.Background(), o, station.Presented{Input: []byte(text), Audience: aud, Trust: [][]byte{f.inst.PEM()}})
	f.must(err)
	if r.Verdict != want && (want != check.Passed || !onlyLists(r.Checks)) {
		f.t.Fatalf("verdict %v for %s: %+v", r.Verdict, aud, r.Checks)
	}
}

// onlyLists tells whether nothing but lists that were never held keeps a verdict from Passed.
func onlyLists(checks []check.Check) bool {
	for _, c := range checks {
		if c.Verdict != check.Passed && c.Reason != "no-list" {
			return false
		}
	}
	return true
}

// open takes an export in as the back office does, with the second of its two keys alone.
func (f *realOffice) open(stick string) (lines []inbox.Line) {
	f.t.Helper()
	ctx := context.Background()
	box, err := lite.Open(ctx, filepath.Join(f.t.TempDir(), "inbox.db"))
	f.must(err)
	defer box.Close()
	office, err := institution.Open(f.dir, institution.Options{Now: f.clock.Now, Passphrase: []byte("correct horse SPECIMEN")})
	f.must(err)
	receipts, err := office.ReceiptSigner()
	f.must(err)
	who := inbox.Known(office.PEM(), f.clock.Now)
	carried, err := office.IntakeKeys()
	f.must(err)
	intake, err := parcels.NewHolderKey(carried[0].Private())
	f.must(err)
	report, err := inbox.TakeExport(ctx, stick, inbox.Deps{Store: box, Identify: who, Receipts: receipts, Now: f.clock.Now, Intake: []*parcels.HolderKey{intake}})
	f.must(err)
	held, err := office.HolderKeys()
	f.must(err)
	if len(held) != 2 {
		f.t.Fatalf("%d back-office keys", len(held))
	}
	for i := range held { // either opens
		key, err := parcels.NewHolderKey(held[i].Private())
		f.must(err)
		lines = nil
		f.must(inbox.Records(ctx, box, who, []*parcels.HolderKey{key}, report.Refs, func(l inbox.Line) error {
			lines = append(lines, l)
			return nil
		}))
	}
	return lines
}

// When the delegation has ended, and when the bundle has, nothing is issued, each with its own sentence; cards are read,
// papers judged and parcels sent all the same. A bundle past its not-after narrows first.
func TestStopsIssuing(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	s := f.counter()
	v := f.begin(t, s)
	p := v.issue()
	stopped := func(code string) {
		t.Helper()
		v.read()
		v.ok(v.m.Same())
		s := v.until(flow.Choose, flow.Agree) // the last purpose may be remembered
		if s.Step == flow.Choose {
			wantCode(t, v.m.Choose("housing-fund", "bank"), code)
		} else {
			wantCode(t, v.m.SayYes(), code)
		}
		v.ok(v.m.NotToday())
		v.reader.Remove()
		v.until(flow.Ready, flow.NotToday)
	}
	v.reader.Remove()
	f.clock.now = f.clock.now.Add(7*24*time.Hour + time.Minute)
	stopped(flow.CodeKeyEnded)
	show, err := s.Show(ctx)
	f.must(err)
	if show.Standing != "full" || show.KeyLeft != "" || !show.Renew {
		t.Fatalf("the delegation has ended: %+v", show)
	}
	// Judged, not issued.
	r, err := s.Verify(ctx, station.Presented{Input: []byte(p.text), Audience: "bank"})
	f.must(err)
	if r.Verdict != check.Failed { // it was good for three days
		t.Fatalf("an expired paper is %v", r.Verdict)
	}
	if _, err := s.Export(ctx, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	f.clock.now = newClock().now.Add(36 * 24 * time.Hour)
	renewal, err := s.Request()
	f.must(err)
	f.must(s.Import(ctx, f.answer(renewal, 0)))
	if show, err = s.Show(ctx); err != nil || show.Standing != "narrow" {
		t.Fatalf("a bundle past its end, within its grace: %+v, %v", show, err)
	}
	f.clock.now = newClock().now.Add(35*24*time.Hour + 7*24*time.Hour + time.Minute)
	stopped("bundle-ended")
	if _, err = s.AcceptBundle(ctx, f.bundle(nil)); err != nil {
		t.Fatal(err)
	}
	if show, err = s.Show(ctx); err != nil || show.Standing != "full" {
		t.Fatalf("after the next bundle: %+v, %v", show, err)
	}
	if !bytes.Contains([]byte(show.Institution), f.inst.PEM()) {
		t.Fatal("the institution is another one")
	}
}
