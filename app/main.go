package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/scan"
	"bangban/app/station"
	"bangban/app/ui"
	"bangban/locales"
)

// options are the flags of the window (design §9).
type options struct {
	training, version, ready, flip bool
	setup, outreach                bool
	data, lang, citizen, sam       string
	bundle, scanner                string
	camera, folder                 string
	scale                          float64
	machine                        machine // what is laid down for this computer
}

// gcAtStart has Go's collector leave the first 64 MB alone (it begins with 4 MB): collecting what a
// start throws away takes a tenth of it. The screens set what is good for a day.
const gcAtStart = 1600

// Main runs the counter and gives the exit code: 0 closed, 1 it could not run, 2 wrong usage.
func Main(args []string) int {
	if len(args) > 0 && args[0] == station.PhotoHelperArg { // one portrait, and no window
		return station.PhotoHelper(args, os.Stdin, os.Stdout)
	}
	clobber()
	debug.SetGCPercent(gcAtStart)
	return run(args, os.Stdout, os.Stderr)
}

func run(args []string, out, errw io.Writer) int { return runWith(machineFile(), args, out, errw) }

// flags are the options as the command line writes them.
func flags(o *options, errw io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet("bangban", flag.ContinueOnError)
	f.SetOutput(errw)
	f.BoolVar(&o.training, "training", false, "a training counter: simulated cards, papers that are not valid")
	f.StringVar(&o.data, "data", "", "the counter's data `folder`")
	f.StringVar(&o.bundle, "bundle", "", "the institution's bundle `file`: sets a counter up, or puts a newer bundle into force")
	f.StringVar(&o.lang, "lang", "", "language of the clerk: zh-Hans, en")
	f.Float64Var(&o.scale, "scale", 0, "text size, 0.78 to 2")
	f.StringVar(&o.citizen, "citizen", "", "`X,Y` of the person's monitor: full screen there")
	f.StringVar(&o.sam, "sam", "", "readers with a security module, with commas: serial `ports`, tcp://host:port, auto")
	f.StringVar(&o.scanner, "scanner", "", "serial `port` of a code scanner; one that types needs none")
	f.StringVar(&o.camera, "camera", "", "`label` of a camera that reads codes, any for the first; needs a program built with the tag camera")
	f.StringVar(&o.folder, "scan-folder", "", "`folder` in which pictures, PDF and OFD files appear while a credential is shown")
	f.BoolVar(&o.flip, "flip", false, "one screen for both: F6 turns it")
	f.BoolVar(&o.outreach, "outreach", false, "at a care home: one screen for both, words a quarter larger")
	f.BoolVar(&o.setup, "setup", false, "begin with the set-up: reader, printer, scanner, the person's screen and languages")
	f.BoolVar(&o.ready, "ready", false, "print ready when the window can be used, and each step of a visit")
	f.BoolVar(&o.version, "version", false, "print the version")
	return f
}

// runWith runs with what the machine file lays down.
func runWith(machineFile string, args []string, out, errw io.Writer) int {
	var o options
	f := flags(&o, errw)
	if err := f.Parse(args); err != nil || f.NArg() > 0 {
		return 2
	}
	if o.version {
		fmt.Fprintln(out, station.About().Words())
		return 0
	}
	if o.camera != "" && !scan.HasCamera {
		fmt.Fprintln(errw, "--camera: this program was built without cameras; build it with the tag camera, or use a scanner")
		return 2
	}
	m, err := readMachine(machineFile)
	if err != nil {
		explain(errw, o.lang, err)
		return 1
	}
	if err := m.apply(f); err != nil {
		fmt.Fprintln(errw, "bangban:", err)
		return 2
	}
	o.machine = m
	o.visiting()
	err = counter(o, out)
	if errors.Is(err, errSetUp) {
		return 0
	}
	var code exitCode
	if errors.As(err, &code) {
		return int(code)
	}
	if err != nil {
		explain(errw, o.lang, err)
		return 1
	}
	return 0
}

// explain says what happened and what to do now, in the clerk's language.
func explain(w io.Writer, lang string, err error) {
	d := desk.Explain("bangban", err)
	c, cerr := locales.Open(or(lang, "zh-Hans"))
	if cerr != nil || !c.Has("error."+d.Code) || d.Code == desk.CodeInternal {
		fmt.Fprintln(w, "bangban:", err)
		return
	}
	fmt.Fprintln(w, c.T("error."+d.Code, d.Args))
	fmt.Fprintln(w, c.T("hint."+d.Code, d.Args))
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// outreachScale is the text size at a bedside, where the laptop stands further away.
const outreachScale = 1.25

// visiting makes of --outreach what it stands for; what was asked for otherwise stays.
func (o *options) visiting() {
	if !o.outreach {
		return
	}
	o.flip, o.citizen = true, ""
	if o.scale == 0 {
		o.scale = outreachScale
	}
}

// list splits at commas; an empty text is no list.
func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// dataDir is --data, else a folder of the user's.
func (o options) dataDir() (string, error) {
	if o.data != "" {
		return o.data, nil
	}
	base := os.Getenv("XDG_DATA_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		base = filepath.Join(home, ".local", "share")
	}
	if o.training {
		return filepath.Join(base, "bangban-training"), nil
	}
	return filepath.Join(base, "bangban"), nil
}

// counter opens the station, starts the machine and shows the screens until the window is closed.
func counter(o options, out io.Writer) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := o.dataDir()
	if err != nil {
		return err
	}
	diag := &diagnostics{}
	defer func() { err = errors.Join(err, diag.close()) }()
	log := diag.logger(os.Stderr)
	slog.SetDefault(log)
	so := station.Options{Dir: dir, Training: o.training, Tray: true, Program: "bangban",
		Lang: or(o.lang, "zh-Hans"), Log: log, SAM: list(o.sam)}
	if o.bundle != "" {
		if err := takeBundle(ctx, o, so, os.Stdin, out); err != nil {
			return err
		}
	}
	if request, is := foundNow(so); is && display() {
		return found(ctx, o, so, request, out)
	}
	st, err := station.Open(ctx, so)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := diag.keep(dir); err != nil {
		log.Warn("diagnostics", "err", err)
	}
	log.Info("open", "version", station.Version, "training", o.training)
	lang := or(o.lang, or(st.Setting(ctx, "lang"), "zh-Hans"))
	machine := flow.New(st.Ports(), flow.Options{
		Lang: "zh-Hans", Second: "en", App: "bangban " + station.Version, Log: log, Portrait: station.Portrait,
		LastPurpose: st.Setting(ctx, "purpose"), LastRecipient: st.Setting(ctx, "recipient"),
		Citizen: st.Setting(ctx, "reader"), Reader: func(name string) { st.SetSetting(ctx, "reader", name) },
		Remember: func(purpose, recipient string) {
			st.SetSetting(ctx, "purpose", purpose)
			st.SetSetting(ctx, "recipient", recipient)
		},
	})
	over := mustEnd(ctx, log, st.Close)
	defer over()
	running, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- machine.Run(running) }()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		st.Courier(running)
	}()
	d := fitted(ctx, withLife(ctx, screens(ctx, o, st, machine, lang, out), st), o, st)
	d.Closed = stop
	err = ui.Run(ctx, d)
	cancel()
	<-sent
	return errors.Join(err, <-ended)
}

// screens hands the parts over.
func screens(ctx context.Context, o options, st *station.Station, m *flow.Machine, lang string, out io.Writer) ui.Deps {
	d := ui.Deps{
		Visit: m, Staff: staff{st, m}, Health: newHealth(ctx, st, m), Queue: parcels{st},
		BlankAfter: st.Policy().BlankAfter, LockAfter: st.Policy().LockAfter,
		Show:   flow.NewShowing(ctx, st.Shows(), st.Now, nil, slog.Default()),
		Status: ui.Status{Hotline: st.Hotline(), Hall: st.Policy().Hall, TrainingPIN: st.StaffPIN(), Version: station.Version},
		Lang:   lang, Scale: scale(o, st.Setting(ctx, "scale")), Palette: or(st.Setting(ctx, "palette"), "light"),
		Note: func(lang string, scale float32, palette string) {
			if !o.machine.locks("lang") {
				st.SetSetting(ctx, "lang", lang)
			}
			if !o.machine.locks("scale") {
				st.SetSetting(ctx, "scale", strconv.FormatFloat(float64(scale), 'f', 2, 32))
			}
			st.SetSetting(ctx, "palette", palette)
		},
	}
	if st.Cards().HasTray() {
		d.Tray = st.Cards()
	}
	sources(o, &d)
	if o.flip {
		d.Citizen.Mode = ui.CitizenFlip
	}
	if n, err := fmt.Sscanf(o.citizen, "%d,%d", &d.Citizen.X, &d.Citizen.Y); err == nil && n == 2 {
		d.Citizen.Mode = ui.CitizenFullScreen
	}
	if o.ready {
		d.OnReady = func() { fmt.Fprintln(out, "ready") }
		d.OnStep = func(s flow.Step) { fmt.Fprintln(out, "step", s) }
		d.Settled = func(s flow.SetState) { fmt.Fprintln(out, "setup", s.Step) }
	}
	return d
}

func scale(o options, kept string) float32 {
	if o.scale > 0 {
		return float32(o.scale)
	}
	if v, err := strconv.ParseFloat(kept, 32); err == nil {
		return float32(v)
	}
	return 1
}
