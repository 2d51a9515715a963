package store_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/queue/queuetest"
	"bangban/app/store"

	"golang.org/x/mod/sumdb/note"
)

// full says that the long counts of the fault matrix are wanted.
func full() bool { return os.Getenv("BANGBAN_FULL") != "" }

// many gives the count of a scenario: few in every run, all in the full one.
func many(few, all int) int {
	if full() {
		return all
	}
	return few
}

// tally is one row of the fault matrix.
type tally struct {
	cases, lost, twice, plain int
	control                   int // what the same check reports of a counter that is broken on purpose
	note                      string
}

// row prints one row, for packaging/faults.sh, and fails where something was lost, came twice or lay open, or where the
// control reported nothing.
func (y tally) row(t *testing.T, name string) {
	t.Helper()
	fmt.Printf("fault|%s|%d|%d|%d|%d|%d|%s\n", name, y.cases, y.lost, y.twice, y.plain, y.control, y.note)
	if y.cases == 0 || y.lost+y.twice+y.plain != 0 {
		t.Errorf("%s: %d cases, lost %d, duplicated %d, plaintext %d", name, y.cases, y.lost, y.twice, y.plain)
	}
	if y.control == 0 {
		t.Errorf("%s: the negative control reports nothing, so the check finds nothing", name)
	}
}

// rig is a counter's folder with the keys beside it, so that a second process can be the same counter.
type rig struct {
	dir      string
	identity *ecdsa.PrivateKey
	holder   *queue.HolderKey
	gateway  note.Signer
	receipts note.Verifiers
	signer   note.Signer
	known    note.Verifiers
}

func newRig(t testing.TB) *rig {
	t.Helper()
	dir := t.TempDir()
	id, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalECPrivateKey(id)
	seed := make([]byte, 32)
	rand.Read(seed)
	skey, vkey, err := note.GenerateKey(rand.Reader, "receipt.specimen")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"identity": der, "holder": seed, "gateway": []byte(skey), "gateway.pub": []byte(vkey)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	r, err := openRig(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func openRig(dir string) (*rig, error) {
	r := &rig{dir: dir}
	var part [4][]byte
	var errs [8]error
	for i, name := range []string{"identity", "holder", "gateway", "gateway.pub"} {
		part[i], errs[i] = os.ReadFile(filepath.Join(dir, name))
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	r.identity, errs[0] = x509.ParseECPrivateKey(part[0])
	r.holder, errs[1] = queue.ParseHolderKey(queue.SuiteXWing, part[1])
	r.gateway, errs[2] = note.NewSigner(string(part[2]))
	v, err := note.NewVerifier(string(part[3]))
	r.receipts, errs[3] = note.VerifierList(v), err
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	r.signer, errs[0] = journal.NewSigner(queuetest.Station, r.identity)
	k, err := journal.NewVerifier(queuetest.Station, &r.identity.PublicKey)
	r.known = note.VerifierList(k)
	return r, errors.Join(errs[0], err)
}

func (r *rig) data() string { return filepath.Join(r.dir, "data") }

// conf is the counter's configuration with its database in dir.
func (r *rig) conf(dir string) store.Config {
	h := r.holder.Holder()
	return store.Config{Path: filepath.Join(dir, "bangban.db"), Station: queuetest.Station, Signer: r.signer,
		Now:   func() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) },
		Block: store.Block{First: 1, Last: 99_999}, StatusURI: "urn:specimen:status",
		Sealer: &queue.Sealer{Identity: r.identity, IdentityCert: []byte("SPECIMEN certificate"), Holders: []queue.Holder{h}}}
}

func (r *rig) identify(queue.Header) (*ecdsa.PublicKey, error) { return &r.identity.PublicKey, nil }

func (r *rig) receipt(p queue.Parcel) []byte {
	b, err := queue.SignReceipt(queue.Receipt{Station: p.Station, Epoch: p.Epoch, Seq: p.Seq, Hash: p.Hash, Result: queue.Accepted,
		Time: time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)}, r.gateway)
	if err != nil {
		panic(err)
	}
	return b
}

// place is the receiver's key of a parcel, for ever.
type place struct{ epoch, seq uint64 }

// receiver is a back office that keeps everything and notices what comes twice.
type receiver struct {
	r     *rig
	held  map[place][32]byte
	ids   map[string]place // receipt numbers
	forks int              // other bytes under a number that is taken
	again int              // the same bytes again: harmless
}

func newReceiver(r *rig) *receiver {
	return &receiver{r: r, held: map[place][32]byte{}, ids: map[string]place{}}
}

func (v *receiver) clone() *receiver {
	return &receiver{r: v.r, held: maps.Clone(v.held), ids: maps.Clone(v.ids)}
}

// take keeps one parcel and tells whether it may be receipted.
func (v *receiver) take(p queue.Parcel) bool {
	at := place{p.Epoch, p.Seq}
	if len(p.Sealed) > 0 { // it believes the envelope, not the counter
		e, err := queue.OpenEnvelope(p.Sealed, v.r.identify)
		if err != nil || e.Header.Epoch != p.Epoch || e.Header.Seq != p.Seq {
			v.forks++
			return false
		}
		p.ID = e.Header.ID
	}
	old, ok := v.held[at]
	if ok && old != p.Hash {
		v.forks++
		return false
	}
	if other, met := v.ids[p.ID.String()]; met && other != at {
		v.forks++
		return false
	}
	if ok {
		v.again++
	}
	v.held[at], v.ids[p.ID.String()] = p.Hash, at
	return true
}

// drain sends everything that the counter still has.
func (v *receiver) drain(ctx context.Context, s *store.Store) error {
	_, err := queue.Deliver(ctx, s, sink(func(b queue.Batch) (out []queue.Outcome, _ error) {
		for _, p := range b.Parcels {
			if !v.take(p) {
				out = append(out, queue.Outcome{Seq: p.Seq, Result: queue.Refused, Reason: "fork"})
				continue
			}
			out = append(out, queue.Outcome{Seq: p.Seq, Result: queue.Accepted, Receipt: v.r.receipt(p)})
		}
		return out, nil
	}), queue.Options{Receipts: v.r.receipts, Max: 64, Carried: true, Now: true})
	return err
}

// markers are what the invented citizen's visit would leave behind.
var markers = queuetest.Marks{[]byte(specimenName), []byte("330106195003124417"),
	[]byte("S\x00P\x00E\x00C\x00I\x00M\x00E\x00N\x00 \x00Q\x00")}

// said is what a child has told: acknowledged parcels, parcels that reached the receiver, parcels on a stick.
type said struct {
	acked   []string // receipt numbers
	carried []uint64
	office  *receiver
}

func (s *said) line(l string) {
	f := strings.Fields(l)
	if len(f) < 2 {
		return
	}
	switch f[0] {
	case "E":
		s.acked = append(s.acked, f[1])
	case "C":
		n, _ := strconv.ParseUint(f[1], 10, 64)
		s.carried = append(s.carried, n)
	case "S": // epoch seq hash id
		e, _ := strconv.ParseUint(f[1], 10, 64)
		n, _ := strconv.ParseUint(f[2], 10, 64)
		p := queue.Parcel{Epoch: e, Seq: n}
		var id []byte
		fmt.Sscanf(f[3], "%x", &id)
		copy(p.ID[:], id)
		var h []byte
		fmt.Sscanf(f[4], "%x", &h)
		copy(p.Hash[:], h)
		s.office.take(p)
	}
}

// after looks at a counter that went on after a fault: whether every acknowledged parcel reaches the receiver once.
func (s *said) after(t testing.TB, r *rig, conf store.Config) (y tally, why error) {
	t.Helper()
	c, err := store.Open(t.Context(), conf)
	if err != nil {
		return tally{lost: 1}, err
	}
	defer c.Close()
	if answer, err := c.IntegrityCheck(t.Context()); err != nil || answer != "ok" {
		return tally{lost: 1}, fmt.Errorf("integrity: %s %w", answer, err)
	}
	if c.Epoch() != 1 {
		return tally{lost: 1}, errors.New("the file was set aside")
	}
	if _, err := c.VerifyJournal(t.Context(), nil, r.known); err != nil && !errors.Is(err, store.ErrNoCheckpoint) {
		return tally{lost: 1}, err
	}
	rows, err := c.Ledger(t.Context())
	if err != nil {
		return tally{lost: 1}, err
	}
	st, err := c.Stats(t.Context())
	if err != nil || st.Kinds[queue.KindVoucher] != len(rows) {
		return tally{lost: 1}, fmt.Errorf("%d rows, %d parcels: %w", len(rows), st.Kinds[queue.KindVoucher], err)
	}
	office := s.office.clone()
	if err := office.drain(t.Context(), c); err != nil {
		return tally{lost: 1}, err
	}
	for _, id := range s.acked {
		if _, ok := office.ids[id]; !ok {
			y.lost++
			why = fmt.Errorf("acknowledged %s never came", id)
		}
	}
	if y.twice = office.forks; y.twice > 0 {
		why = errors.Join(why, errors.New("came twice"))
	}
	if len(office.held) != st.Total { // a number that nobody has is a loss, too
		y.lost++
		why = errors.Join(why, fmt.Errorf("%d came of %d", len(office.held), st.Total))
	}
	return y, why
}
