package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// checker judges whatever is shown as it is told.
type checker struct {
	res   *verify.Result
	asked []string
	kept  []desk.Verification
}

func (c *checker) Check(_ context.Context, data []byte) (*verify.Result, error) {
	c.asked = append(c.asked, string(data))
	return c.res, nil
}

func (c *checker) Keep(_ context.Context, r desk.Verification) (string, error) {
	c.kept = append(c.kept, r)
	return "01957a3c-6f21", nil
}

func (c *checker) Receipt(context.Context, desk.Verification, string, string) error { return nil }

// presented is a rig at which credentials can be shown.
func presented(t testing.TB, res *verify.Result) (*rig, *checker) {
	t.Helper()
	ch := &checker{res: res}
	var r *rig
	r = newRig(t, func(d *Deps, _ *flowtest.Fakes) {
		d.Show = flow.NewShowing(context.Background(), ch, func() time.Time { return r.now }, func(fn func()) { fn() }, nil)
		d.Status.Hall = desk.Text{"zh-Hans": "东城区政务服务大厅", "en": "Dongcheng service hall"}
	})
	return r, ch
}

func shownResult(checks ...check.Check) *verify.Result {
	r := verify.NewResult("claim169", time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC), append([]check.Check{
		check.Pass("issuer", "urn:bangban:training:specimen"), check.Pass("signature", "EC P-256")}, checks...))
	r.Claims = verify.Claims{"full_name": "SPECIMEN LINDEN MEI", "birth_date": "1943-04-12"}
	return r
}

func (r *rig) showStep(s flow.ShowStep) {
	r.t.Helper()
	r.until(func() bool { return r.c.showing.Step == s })
	r.pass(time.Second)
}

// words is everything that stands on a screen.
func (r *rig) words(o fyne.CanvasObject) string {
	var all []string
	walkTree(o, fyne.Position{}, false, func(o fyne.CanvasObject, _ fyne.Position, _ bool) {
		if t, ok := o.(*canvas.Text); ok {
			all = append(all, t.Text)
		}
	})
	return strings.Join(all, "\n")
}

// TestCredentialShown is journey d by keys: F5, the person's touch, a scan, the word, gone after a minute.
func TestCredentialShown(t *testing.T) {
	r, ch := presented(t, shownResult())
	r.login()
	r.key(fyne.KeyF5)
	r.showStep(flow.ShowAsk)
	r.key(fyne.KeyF3)
	r.until(func() bool { return r.c.showing.Want == flow.WantWho })
	if s := r.words(r.c.citizen.root); !strings.Contains(s, "姓名、出生日期") || !strings.Contains(s, "东城区政务服务大厅") {
		t.Errorf("the person is not told what is asked for and by whom:\n%s", s)
	}
	r.audit()
	r.shot("30-show-ask")
	r.write("6BFOXN%TS3DH0YOJ58S", 8*time.Millisecond)
	r.key(fyne.KeyReturn)
	if len(ch.asked) != 0 || r.c.showing.Step != flow.ShowAsk {
		t.Fatalf("a scan was read before the person's Yes: %v", r.c.showing.Step)
	}
	for range 3 { // Enter is not the person's Yes
		r.key(fyne.KeyReturn)
	}
	if r.c.showing.Step != flow.ShowAsk {
		t.Fatal("Enter gave the person's Yes")
	}
	r.touch(r.c.citizen.yes)
	r.showStep(flow.ShowWait)
	r.audit()
	r.shot("31-show-wait")
	r.write("6BFOXN%TS3DH0YOJ58S", 8*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.showStep(flow.ShowVerdict)
	if len(ch.asked) != 1 || ch.asked[0] != "6BFOXN%TS3DH0YOJ58S" || len(ch.kept) != 1 {
		t.Errorf("judged %d, kept %d", len(ch.asked), len(ch.kept))
	}
	if s := r.words(r.c.frame.root); !strings.Contains(s, "✓ 有效") || !strings.Contains(s, "LINDEN") {
		t.Errorf("the result:\n%s", s)
	}
	if s := r.words(r.c.citizen.root); strings.Contains(s, "LINDEN") || strings.Contains(s, "有效") {
		t.Errorf("the person's screen says what is the clerk's:\n%s", s)
	}
	r.audit()
	r.shot("32-show-valid")
	r.pass(flow.ShowFor)
	r.c.d.Show.Tick()
	r.showStep(flow.ShowBlank)
	if s := r.words(r.c.frame.root); strings.Contains(s, "LINDEN") || !strings.Contains(s, "✓ 有效") {
		t.Errorf("after a minute:\n%s", s)
	}
	r.audit()
	r.shot("33-show-blank")
	r.key(fyne.KeyReturn)
	if r.c.layer != layerNone || r.c.showing.Shown != nil && r.c.showing.Shown.Claims != nil {
		t.Error("the visit is not closed")
	}
}

// TestVerdictScreens shows every word with its reasons unfolded, at both text sizes.
func TestVerdictScreens(t *testing.T) {
	old := shownResult()
	old.Trust = []verify.Freshness{{Kind: "status-list", Snapshot: "training", AgeDays: 3}}
	for name, res := range map[string]*verify.Result{
		"34-show-old": old, "35-show-not-valid": shownResult(check.Fail("status", check.Revoked, "list 7")),
		"36-show-cannot-tell": shownResult(check.Unsure("issuer", check.UnknownIssuer, "")),
	} {
		for _, large := range []bool{false, true} {
			r, _ := presented(t, res)
			r.login()
			r.key(fyne.KeyF5)
			r.showStep(flow.ShowAsk)
			if large {
				r.c.setScale(8)
				name += "-200"
				r.audit()
			}
			r.key(fyne.KeyF10)
			r.showStep(flow.ShowSpoken)
			r.audit()
			r.key(fyne.KeyF10)
			r.showStep(flow.ShowWait)
			r.audit()
			r.write("6BFOXN%TS3DH0YOJ58S", 8*time.Millisecond)
			r.key(fyne.KeyReturn)
			r.showStep(flow.ShowVerdict)
			r.audit()
			r.shot(name)
			r.key(fyne.KeyF3)
			r.audit()
		}
	}
}

// TestScanOnReadyAsksFirst: a code that is scanned before anybody was asked opens the question and is forgotten.
func TestScanOnReadyAsksFirst(t *testing.T) {
	r, ch := presented(t, shownResult())
	r.login()
	r.write("6BFOXN%TS3DH0YOJ58S", 8*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.showStep(flow.ShowAsk)
	if len(ch.asked) != 0 || r.c.layer != layerScan {
		t.Errorf("%d judged, layer %d", len(ch.asked), r.c.layer)
	}
}

// TestScannerTroubleIsExplained: an input method and another keyboard are named, Caps Lock is undone.
func TestScannerTroubleIsExplained(t *testing.T) {
	r, ch := presented(t, shownResult())
	r.login()
	r.key(fyne.KeyF5)
	r.showStep(flow.ShowAsk)
	r.touch(r.c.citizen.yes)
	r.showStep(flow.ShowWait)
	for typed, code := range map[string]string{"6不佛下那TS3DH0YOJ58S": "scan-ime", "6BFOXN(TS3DH0YOJ58S": "scan-layout"} {
		r.write(typed, 8*time.Millisecond)
		r.key(fyne.KeyReturn)
		if r.c.fault == nil || r.c.fault.Code != code {
			t.Errorf("%s: %v", code, r.c.fault)
		}
	}
	r.write("6bfoxn%ts3dh0yoj58s", 8*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.showStep(flow.ShowVerdict)
	if len(ch.asked) != 1 || ch.asked[0] != "6BFOXN%TS3DH0YOJ58S" {
		t.Errorf("Caps Lock: %q", ch.asked)
	}
}

// TestLongScanWithoutReturn: a scanner that sends no Return is heard out.
func TestLongScanWithoutReturn(t *testing.T) {
	r, ch := presented(t, shownResult())
	r.login()
	r.key(fyne.KeyF5)
	r.showStep(flow.ShowAsk)
	r.touch(r.c.citizen.yes)
	r.showStep(flow.ShowWait)
	r.c.listening = true // the test's clock decides when it is silent
	text := strings.Repeat("6BFOXN%TS3", 200)
	r.write(text, 8*time.Millisecond)
	r.pass(200 * time.Millisecond)
	r.c.heard()
	r.showStep(flow.ShowVerdict)
	if len(ch.asked) != 1 || ch.asked[0] != text {
		t.Errorf("%d scans", len(ch.asked))
	}
}

// TestScannerWithALine: what a serial scanner reads goes where typed scans go, and is dropped while the counter is locked.
func TestScannerWithALine(t *testing.T) {
	ch := &checker{res: shownResult()}
	lines := make(chan string)
	var r *rig
	r = newRig(t, func(d *Deps, _ *flowtest.Fakes) {
		d.Show = flow.NewShowing(context.Background(), ch, func() time.Time { return r.now }, func(fn func()) { fn() }, nil)
		d.Scanner = func(ctx context.Context, emit func(string)) {
			for {
				select {
				case <-ctx.Done():
					return
				case text := <-lines:
					emit(text)
				}
			}
		}
	})
	lines <- "LOCKED"
	r.login()
	r.key(fyne.KeyF5)
	r.showStep(flow.ShowAsk)
	r.touch(r.c.citizen.yes)
	r.showStep(flow.ShowWait)
	lines <- "6BFOXN%TS3DH0YOJ58S"
	r.showStep(flow.ShowVerdict)
	if len(ch.asked) != 1 || ch.asked[0] != "6BFOXN%TS3DH0YOJ58S" {
		t.Errorf("%q", ch.asked)
	}
}

// TestFolderAndClipboard: a file that appears in the scan folder and text that is pasted go where a scan goes, once the person
// agreed; before that, and outside the step, they are forgotten.
func TestFolderAndClipboard(t *testing.T) {
	ch := &checker{res: shownResult()}
	files := make(chan []byte)
	var r *rig
	r = newRig(t, func(d *Deps, _ *flowtest.Fakes) {
		d.Show = flow.NewShowing(context.Background(), ch, func() time.Time { return r.now }, func(fn func()) { fn() }, nil)
		d.Folder = func(ctx context.Context, emit func([]byte)) {
			for {
				select {
				case <-ctx.Done():
					return
				case b := <-files:
					emit(b)
				}
			}
		}
	})
	early := []byte("%PDF-1.7 EARLY")
	files <- early
	r.login()
	r.until(func() bool { return early[0] == 0 }) // wiped, and not shown
	r.c.pasted("HC1:EARLY")
	r.key(fyne.KeyF5)
	r.showStep(flow.ShowAsk)
	files <- []byte("%PDF-1.7 BEFORE THE YES")
	r.until(func() bool { return r.c.fault != nil && r.c.fault.Code == flow.CodeShowFirst })
	r.touch(r.c.citizen.yes)
	r.showStep(flow.ShowWait)
	files <- []byte("%PDF-1.7 SHOWN")
	r.showStep(flow.ShowVerdict)
	r.key(fyne.KeyF5)
	r.showStep(flow.ShowAsk)
	r.touch(r.c.citizen.yes)
	r.showStep(flow.ShowWait)
	r.c.pasted("eyJ.PASTED.x~\r\n")
	r.showStep(flow.ShowVerdict)
	if len(ch.asked) != 2 || ch.asked[0] != "%PDF-1.7 SHOWN" || ch.asked[1] != "eyJ.PASTED.x~" {
		t.Errorf("%q", ch.asked)
	}
}
