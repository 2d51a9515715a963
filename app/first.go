package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/station"
	"bangban/app/ui"
	"bangban/locales"
)

// nobody is the rules and the staff of a counter that is not there yet: nothing can be done and nobody can log in.
type nobody struct{}

func (nobody) Purposes() []desk.Purpose     { return nil }
func (nobody) Recipients() []desk.Recipient { return nil }
func (nobody) Policy() desk.Policy          { return desk.Policy{} }
func (nobody) Station() flow.Station        { return flow.Station{} }
func (nobody) Clerks() []desk.Clerk         { return nil }
func (nobody) Lock() error                  { return nil }
func (nobody) Login(context.Context, string, ui.Proof) error {
	return &desk.Error{Code: "login-unknown"}
}
func (nobody) Second(context.Context, string, ui.Proof) error {
	return &desk.Error{Code: "login-unknown"}
}

// foundNow tells whether the window opens on the set-up: no counter lies in the folder, or one that awaits its answer.
func foundNow(so station.Options) (request string, found bool) {
	if so.Training {
		return "", false
	}
	if request = station.Awaiting(so); request != "" {
		return request, true
	}
	return "", station.Unset(so)
}

// display tells whether a window can be opened here.
func display() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// found shows the set-up in the window and, once there is a counter, starts the program anew over it: a window's toolkit
// starts once in a process.
func found(ctx context.Context, o options, so station.Options, request string, out io.Writer) error {
	setUp := flow.NewSetUp(ctx, flow.SetParts{Founding: station.Founder{O: so}, Request: request}, nil, slog.Default())
	d := ui.Deps{Visit: flow.New(flow.Ports{Rules: nobody{}, Now: func() (time.Time, time.Time, bool) { now := time.Now(); return now, now, true }}, flow.Options{Lang: "zh-Hans"}),
		Staff: nobody{}, SetUp: setUp, SetUpFirst: true, Lang: or(o.lang, "zh-Hans"), Scale: scale(o, ""), Palette: "light",
		Status: ui.Status{Version: station.Version}, Citizen: ui.CitizenScreen{Mode: ui.CitizenFlip}}
	if o.ready {
		d.OnReady = func() { fmt.Fprintln(out, "ready") }
		d.Settled = func(s flow.SetState) { fmt.Fprintln(out, "setup", s.Step) }
	}
	if err := ui.Run(ctx, d); err != nil {
		return err
	}
	s := setUp.State()
	if !s.Founded {
		return nil
	}
	return again(ctx, s.Training, out)
}

// again runs this program once more, as it was called, over the counter that there is now.
func again(ctx context.Context, training bool, out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := slices.DeleteFunc(slices.Clone(os.Args[1:]), func(a string) bool { return strings.HasPrefix(strings.TrimLeft(a, "-"), "training") })
	if training {
		args = append(args, "--training")
	} else { // the parts of the new counter are fitted out at once
		args = append(args, "--setup")
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, out, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	err = cmd.Run()
	var code *exec.ExitError
	if errors.As(err, &code) && ctx.Err() == nil {
		return exitCode(code.ExitCode())
	}
	return nil
}

// exitCode is that of the program that was started anew; it has said why itself.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("bangban: exit code %d", int(c)) }

// fitted hands the set-up of a counter that is there to the screens.
func fitted(ctx context.Context, d ui.Deps, o options, st *station.Station) ui.Deps {
	langs := locales.Offered(locales.Citizen, o.training)
	d.SetUpLangs = langs
	d.SetUp = flow.NewSetUp(ctx, flow.SetParts{Fitting: st, Monitors: monitors, Langs: langs,
		Keep: st.SetSetting, Kept: st.Setting}, nil, slog.Default())
	// One that was begun goes on by itself; a counter that was set up at a terminal has nothing to go on with.
	begun := st.Setting(ctx, flow.KeySetDone)
	d.SetUpFirst = o.setup || begun != "" && begun != flow.SetDone.String()
	if kept := strings.Fields(st.Setting(ctx, flow.KeySetLangs)); len(kept) > 0 {
		d.CitizenLangs = slices.DeleteFunc(kept, func(tag string) bool { return !slices.Contains(langs, tag) })
	}
	d.Monitors = monitors
	if o.citizen == "" && !o.flip {
		place(&d.Citizen, st.Setting(ctx, flow.KeySetScreen))
	}
	return d
}

// place reads where the person's screen is.
func place(s *ui.CitizenScreen, kept string) {
	var x, y int
	switch n, err := fmt.Sscanf(kept, "%d,%d", &x, &y); {
	case kept == "":
		s.Mode = ui.CitizenAuto
	case kept == flow.PlaceFlip:
		s.Mode = ui.CitizenFlip
	case err == nil && n == 2:
		s.Mode, s.X, s.Y = ui.CitizenFullScreen, x, y
	}
}
