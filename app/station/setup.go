package station

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"os"
	"strings"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/keys"
	"bangban/app/store"
)

// Setup is what a real counter is made of: the bundle, and what stands in the enrolment letter.
type Setup struct {
	Bundle      []byte
	Fingerprint string // 12 groups
	Station     string // name in the letter
	Code        string // one-time code in the letter
	Key         string // where the voucher key is made (keys.At); empty: in a file
	Identity    string // where the station identity is made: a TPM; empty: in a file
	PIN         []byte // of a PKCS#11 token or PIV card; the caller wipes it
}

// SetUp makes a real counter in a folder where there is none, and gives the request that the institution must answer
// before it can work. A set-up that was cut off is made again from the start; the kind mark is written last, and nothing
// that was made before it is worth anything. Refusals: "station-exists", "data-…", "bundle-…", "station-name",
// "letter-code", "roster-no-letters".
func SetUp(ctx context.Context, o Options, u Setup) (request []byte, err error) {
	o.fill()
	o.Training, o.ReadOnly = false, false
	s := &Station{o: o, dir: dataDir(o.Dir), clock: NewClock(o.Now)}
	opened, err := s.dir.mayBeMade(o, u)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, s.unreadable(err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.openStore(ctx, u.Station); err != nil {
		if errors.Is(err, store.ErrStation) {
			return nil, &desk.Error{Op: "station.init", Code: "station-exists", Args: map[string]string{"Dir": o.Dir}, Err: err}
		}
		return nil, err
	}
	// Now that the lock is ours: somebody else may have made it since the first look.
	if _, err := s.dir.mayBeMade(o, u); err != nil {
		return nil, err
	}
	for _, d := range []string{"keys", "bundle"} {
		if err := os.RemoveAll(s.dir.path(d)); err != nil {
			return nil, s.unreadable(err)
		}
	}
	if request, err = s.makeKeys(u, opened); err != nil {
		return nil, err
	}
	if err := s.firstBundle(ctx, u.Bundle, opened); err != nil {
		return nil, err
	}
	return request, writeFile(s.dir.kind(), []byte(kindReal+"\n"), 0o600)
}

// mayBeMade looks whether there is room for a counter, and whether the bundle and the letter fit.
func (f dataDir) mayBeMade(o Options, u Setup) (*bundle.Opened, error) {
	fail := func(code string, err error) error {
		return &desk.Error{Op: "station.init", Code: code, Args: map[string]string{"Dir": o.Dir, "Station": u.Station}, Err: err}
	}
	fresh, err := f.settle(false)
	if err != nil {
		return nil, err
	}
	if !fresh {
		return nil, fail("station-exists", nil)
	}
	if err := f.noInstitution(); err != nil {
		return nil, err
	}
	b, err := bundle.Bootstrap(u.Bundle, u.Fingerprint, bundle.Conditions{At: o.Now()})
	if err != nil {
		return nil, bundleError("station.init", err)
	}
	if _, err := trustOf(b); err != nil {
		return nil, err
	}
	if len(bundle.PlainCode(u.Code)) != 16 {
		return nil, fail("letter-code", nil)
	}
	if len(awaited(b)) == 0 {
		return nil, fail("roster-no-letters", nil)
	}
	return b, nil
}

// awaited lists who of the roster has an enrolment letter.
func awaited(b *bundle.Opened) (list []keys.Waiting) {
	for _, m := range b.Roster {
		if len(m.Enrolment) > 0 {
			list = append(list, keys.Waiting{ClerkID: m.Clerk.ID, Public: m.Enrolment})
		}
	}
	return list
}

// makeKeys makes identity and voucher key, and the request for both.
func (s *Station) makeKeys(u Setup, b *bundle.Opened) (request []byte, err error) {
	if err := os.MkdirAll(s.dir.path("keys"), 0o700); err != nil {
		return nil, s.unreadable(err)
	}
	if err := s.makeIdentity(u); err != nil {
		return nil, s.unreadable(err)
	}
	key, err := s.freshKey(u)
	if err != nil {
		return nil, s.unreadable(err)
	}
	defer key.Close()
	if err := s.freshSM2(u.Station, b.Policy, key); err != nil && !errors.Is(err, institution.ErrStation) {
		return nil, s.unreadable(err)
	}
	csr, err := institution.VoucherCSR(s.o.Rand, u.Station, key.Key())
	if errors.Is(err, institution.ErrStation) {
		return nil, &desk.Error{Op: "station.init", Code: "station-name", Args: map[string]string{"Station": u.Station}, Err: err}
	}
	if err != nil {
		return nil, err
	}
	if s.vault, err = keys.CreateWaitingFor(s.dir.vault(), s.o.Rand, key, awaited(b)); err != nil {
		return nil, s.unreadable(err)
	}
	s.bundle = b
	if request, err = s.requestOf(u.Station, csr, u.Code); err != nil {
		return nil, err
	}
	return request, errors.Join(writeFile(s.dir.voucherCSR(), csr, 0o600), writeFile(s.dir.request(), request, 0o600))
}

// makeIdentity makes the station identity. It works without a clerk: no PIN guards it, not even in a TPM, which it cannot
// leave.
func (s *Station) makeIdentity(u Setup) error {
	if u.Identity == "" {
		k, err := keys.CreateFile(s.dir.identity(), s.o.Rand, keys.P256, keys.Options{})
		if err == nil {
			s.identity = k
		}
		return err
	}
	k, err := keys.CreateToken(s.dir.identity(), s.o.Rand, keys.Token{Address: u.Identity, Label: "bangban identity " + u.Station}, keys.Options{})
	if err == nil {
		s.identity = k
	}
	return err
}

func (s *Station) freshKey(u Setup) (*keys.Fresh, error) {
	if u.Key != "" {
		return keys.FreshToken(s.o.Rand, keys.Token{Address: u.Key, Label: "bangban voucher " + u.Station, PIN: u.PIN})
	}
	return s.softKey()
}

func (s *Station) softKey() (*keys.Fresh, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), s.o.Rand)
	if err != nil {
		return nil, err
	}
	return keys.FreshSoftware(key), nil
}

// nextKey makes the next voucher key where the one in use lies.
func (s *Station) nextKey(u *keys.Unlocked) (*keys.Fresh, error) {
	if s.vault.Address() == "" {
		return s.softKey()
	}
	return s.vault.NextToken(u, s.o.Rand, "bangban voucher "+s.store.Station())
}

// firstBundle puts the first bundle into force.
func (s *Station) firstBundle(ctx context.Context, file []byte, b *bundle.Opened) error {
	if err := writeFile(s.dir.root(), b.Root.Raw, 0o600); err != nil {
		return s.unreadable(err)
	}
	if err := writeFile(s.dir.bundle(), file, 0o600); err != nil {
		return s.unreadable(err)
	}
	return s.store.TakeBundle(ctx, store.BundleMark{Version: b.Version, Hash: sha256.Sum256(file)}, b.MadeAt,
		journal.Event{Kind: journal.KindBundle, Number: b.Version})
}

// Request makes the request of a counter that renews: its identity speaks for it, no code is needed. It asks for the
// voucher key that was prepared, else for the one in use.
func (s *Station) Request() ([]byte, error) {
	if s.identityCert == nil { // still the first one, which has the proof of the letter
		b, err := os.ReadFile(s.dir.request())
		if err != nil {
			return nil, s.unreadable(err)
		}
		return b, nil
	}
	csr, err := os.ReadFile(s.dir.voucherCSR())
	if err != nil {
		return nil, s.unreadable(err)
	}
	return s.requestOf(s.store.Station(), csr, "")
}

// Rotate prepares a fresh voucher key as a supervisor, who proves who they are, and gives the request for it. The key in use
// goes on until the answer is imported.
func (s *Station) Rotate(ctx context.Context, clerk string, proof Proof) ([]byte, error) {
	_, u, err := s.door.Supervisor(ctx, clerk, proof.way(ctx, s))
	if err != nil {
		return nil, err
	}
	defer u.Lock()
	key, err := s.nextKey(u)
	if err != nil {
		return nil, s.unreadable(err)
	}
	defer key.Close()
	if err := s.freshSM2(s.store.Station(), s.bundle.Policy, key); err != nil {
		return nil, s.unreadable(err)
	}
	csr, err := institution.VoucherCSR(s.o.Rand, s.store.Station(), key.Key())
	if err != nil {
		return nil, err
	}
	// The request is written last: where the power goes before, the next answer is for the key in use, and that is good.
	if err := s.vault.PrepareFor(u, s.o.Rand, key); err != nil {
		return nil, s.unreadable(err)
	}
	if err := writeFile(s.dir.voucherCSR(), csr, 0o600); err != nil {
		return nil, s.unreadable(err)
	}
	return s.Request()
}

// bundleError gives an error of package bundle its sentence.
func bundleError(op string, err error) error {
	e := &desk.Error{Op: op, Code: bundle.Code(err), Err: err}
	var g *bundle.GroupError
	if errors.As(err, &g) && g.Group > 0 {
		e.Code, e.Args = "bundle-group", map[string]string{"Group": strings.TrimSpace(digits(g.Group))}
	}
	return e
}
