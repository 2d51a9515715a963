package station

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/institution"
	"bangban/app/keys"
	"bangban/app/people"
	"bangban/app/queue"
	"bangban/app/store"
	"bangban/app/trust"
	"bangban/app/voucher"
	"bangban/print"
)

// Version of the program; FyneApp.toml says the same (a test compares them).
const Version = "0.1.0"

// TrainingName is the name of the training station: first part of its serials.
const TrainingName = "T01"

// Options say which data folder to open and how.
type Options struct {
	Dir      string
	Training bool
	ReadOnly bool             // to look or to judge, beside a counter that may be running
	Now      func() time.Time // the computer's clock; nil: time.Now
	At       time.Time        // judge as if it were this time; zero: station time
	Rand     io.Reader        // nil: crypto/rand
	Program  string           // who holds the lock: "bangban", "bangbanctl"
	Lang     string           // of the hall; empty: zh-Hans
	Log      *slog.Logger     // nil: none
	Tray     bool             // one simulated reader on which specimens are laid and from which they are lifted (the window)
	SAM      []string         // ports of readers with a security module: "/dev/ttyUSB0", "COM3", "tcp://host:port", "auto"
	Spooler  string           // address of the print service, see ipp.Config; empty: this computer's
	Receipts []string         // addresses of receipt printers, see escpos.Parse: each may be chosen by that name
	Cost     keys.Cost        // of new PIN slots; zero: default

	Awaiting bool // open also a real counter that awaits the institution's answer, to take it

	cut func(step string) error // of tests: the power goes before this step
}

func (o *Options) fill() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Lang == "" {
		o.Lang = "zh-Hans"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// Station is an open data folder. Its methods are safe for concurrent use.
type Station struct {
	o     Options
	dir   dataDir
	clock *Clock
	store *store.Store
	cards *Cards

	bundle       *bundle.Opened
	trust        *trust.Store
	door         *people.Door[*keys.Unlocked]
	vault        *keys.Vault
	delegation   []byte
	delegated    *voucher.Delegation
	voucherCert  *x509.Certificate
	sm           smState
	statusURI    string
	identity     keys.Key
	identityCert *x509.Certificate
	fonts        func() (*print.Fonts, error)
	printers     *printers

	mu    sync.Mutex
	key   *keys.Unlocked // nil: nobody is logged in
	clerk desk.Clerk

	post post
}

// Open opens the folder, making a training station on first use. Errors are desk errors. Without ReadOnly it holds the
// folder's lock until Close.
func Open(ctx context.Context, o Options) (_ *Station, err error) {
	NoCore()
	o.fill()
	s := &Station{o: o, dir: dataDir(o.Dir), clock: NewClock(o.Now), fonts: sync.OnceValues(func() (*print.Fonts, error) { return openFonts(o.Dir, o.Log) })}
	defer func() {
		if errors.Is(err, keys.ErrPermissions) {
			err = &desk.Error{Op: "station.open", Code: "key-file-open", Args: map[string]string{"Dir": o.Dir}, Err: err}
		}
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	fresh, err := s.dir.settle(o.Training)
	if err != nil {
		return nil, err
	}
	switch {
	case fresh && !o.Training:
		return nil, &desk.Error{Op: "station.open", Code: "station-not-set-up", Args: map[string]string{"Dir": o.Dir}}
	case fresh && o.ReadOnly:
		if err := makeTraining(ctx, o); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, &desk.Error{Op: "station.open", Code: "data-unreadable", Args: map[string]string{"Dir": o.Dir}, Err: err}
	}
	if err := s.openStore(ctx, name(o.Training)); err != nil {
		return nil, err
	}
	s.printers = newPrinters(s.store, s.folderPrinter(), o.Spooler, o.Receipts)
	if o.ReadOnly {
		return s, errors.Join(s.openTrust(), s.openShown())
	}
	// Now that the lock is ours: another process may have made the station since the first look.
	if fresh, err = s.dir.settle(o.Training); err != nil {
		return nil, err
	}
	if !o.Training {
		return s, s.openReal(ctx)
	}
	if err := s.openTraining(ctx, fresh); err != nil {
		return nil, err
	}
	s.cards, err = s.openCards()
	return s, err
}

// makeTraining makes the training station that somebody wants to look at.
func makeTraining(ctx context.Context, o Options) error {
	o.ReadOnly = false
	s, err := Open(ctx, o)
	if err != nil {
		return err
	}
	return s.Close()
}

// name is whose database is expected: that of a real counter knows it itself.
func name(training bool) string {
	if training {
		return TrainingName
	}
	return ""
}

// folderPrinter is where the folder printer writes; a real counter has none.
func (s *Station) folderPrinter() string {
	if s.o.Training {
		return s.dir.papers()
	}
	return ""
}

func (s *Station) openStore(ctx context.Context, station string) (err error) {
	s.store, err = store.Open(ctx, store.Config{
		Path: s.dir.database(), Station: station, Now: s.clock.Time, Rand: s.o.Rand, ReadOnly: s.o.ReadOnly,
		Holder: holder(s.o.Program), Ballast: ballast, Free: func() (uint64, error) { return diskFree(s.o.Dir) },
	})
	if err != nil {
		return err
	}
	newest, err := s.store.MaxTime(ctx)
	if err != nil {
		return err
	}
	s.clock.Saw(newest)
	return nil
}

func holder(program string) string { return fmt.Sprintf("%s (%d)", program, os.Getpid()) }

// Close locks, gives the lock of the folder back and ends cleanly.
func (s *Station) Close() error {
	s.Lock()
	var errs []error
	if s.store != nil {
		errs = append(errs, s.store.Close())
		s.store = nil
	}
	if s.identity != nil {
		errs = append(errs, s.identity.Close())
		s.identity = nil
	}
	return errors.Join(errs...)
}

// openTrust reads the bundle in force of a folder that another process may have open, and what it says to trust.
func (s *Station) openTrust() error {
	file, err := os.ReadFile(s.dir.bundle())
	if errors.Is(err, fs.ErrNotExist) {
		return &desk.Error{Op: "station.open", Code: "station-none", Args: map[string]string{"Dir": s.o.Dir}}
	}
	if err != nil {
		return &desk.Error{Op: "station.open", Code: "data-unreadable", Args: map[string]string{"Dir": s.o.Dir}, Err: err}
	}
	root, err := os.ReadFile(s.dir.root())
	if err != nil {
		return &desk.Error{Op: "station.open", Code: "data-unreadable", Args: map[string]string{"Dir": s.o.Dir}, Err: err}
	}
	opened, err := bundle.Open(file, bundle.Anchor{Root: root})
	if err != nil {
		return &desk.Error{Op: "station.open", Code: bundle.Code(err), Err: err}
	}
	return s.use(opened)
}

func readCertificate(path string) (*x509.Certificate, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("station: no certificate in %s", filepath.Base(path))
	}
	return x509.ParseCertificate(block.Bytes)
}

// use takes a bundle into force.
func (s *Station) use(b *bundle.Opened) error {
	t, err := trustOf(b)
	if err != nil {
		return err
	}
	if err := s.miss(t); err != nil {
		return err
	}
	s.bundle, s.trust = b, t
	s.clock.Saw(b.MadeAt)
	return nil
}

// sealer seals parcels to the bundle's back office, signed by the station identity.
func (s *Station) sealer() *queue.Sealer {
	q := &queue.Sealer{Identity: s.identity, IdentityCert: s.identityCert.Raw}
	for _, h := range s.bundle.BackOffice {
		one, _ := queue.NewHolder(h.Public) // one that is no key fails where it is sealed to
		q.Holders = append(q.Holders, one)
	}
	return q
}

// Ports gives the effects of a visit (package flow): cards, rules, signer, press, and the store to commit to.
func (s *Station) Ports() flow.Ports {
	return flow.Ports{Cards: s.cards, Rules: rules{s}, Signer: signer{s}, Press: press{s: s}, Commit: s.store,
		Mandates: mandates{s}, Grants: grants{s}, Papers: papers{s}, Now: s.clock.Now, Rand: s.o.Rand}
}

// StaffPIN is the PIN that a training station prints on its login screen; empty on a real one.
func (s *Station) StaffPIN() string {
	if s.o.Training {
		return institution.TrainingPIN
	}
	return ""
}
