package store_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/flow"
	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/queue/queuetest"
	"bangban/app/store"
)

// killChild names the directory in which this test binary, run again, plays a counter that issues until it is killed.
const killChild = "BANGBAN_STORE_KILL_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killChild); dir != "" {
		if err := issueForever(dir, os.Getenv("BANGBAN_STORE_IN_TWO") != ""); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if act := os.Getenv(faultChild); act != "" {
		if err := playFault(act); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// issueForever says "draft" inside each transaction and "done" after each acknowledged one.
func issueForever(dir string, inTwo bool) error {
	der, err := os.ReadFile(filepath.Join(dir, "identity"))
	if err != nil {
		return err
	}
	identity, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return err
	}
	public, err := os.ReadFile(filepath.Join(dir, "holder"))
	if err != nil {
		return err
	}
	signer, err := journal.NewSigner(queuetest.Station, identity)
	if err != nil {
		return err
	}
	s, err := store.Open(context.Background(), store.Config{Path: filepath.Join(dir, "bangban.db"), Station: queuetest.Station, Signer: signer,
		Block:  store.Block{First: 1, Last: 99_999},
		Sealer: &queue.Sealer{Identity: identity, Holders: []queue.Holder{{ID: queue.KeyID(public), Suite: queue.SuiteXWing, Public: public}}}})
	if err != nil {
		return err
	}
	noisy := func(slot flow.Slot) (flow.Signed, error) {
		fmt.Println("draft")
		return draft(slot)
	}
	for {
		if inTwo {
			err = s.IssueInTwo(context.Background(), noisy, func() {
				fmt.Println("between")
				io.Copy(io.Discard, os.Stdin) // until killed
			})
		} else {
			_, err = s.Issue(context.Background(), noisy)
		}
		if err != nil {
			return err
		}
		fmt.Println("done")
	}
}

type victim struct {
	dir   string
	world *queuetest.World
	inTwo bool
}

func newVictim(t *testing.T, inTwo bool) *victim {
	t.Helper()
	v := &victim{t.TempDir(), queuetest.NewWorld(t), inTwo}
	der, err := x509.MarshalECPrivateKey(v.world.Identity)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(v.dir, "identity"), der, 0o600),
		os.WriteFile(filepath.Join(v.dir, "holder"), v.world.Holder.Holder().Public, 0o600)); err != nil {
		t.Fatal(err)
	}
	return v
}

// killAt starts the counter and kills it as soon as it has said word n times. It gives the number of acknowledged vouchers.
func (v *victim) killAt(t *testing.T, word string, n int) (done int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killChild+"="+v.dir)
	if v.inTwo {
		cmd.Env = append(cmd.Env, "BANGBAN_STORE_IN_TWO=1")
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe() // held open, never written
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "done" {
			done++
		}
		if lines.Text() == word {
			if n--; n == 0 {
				break
			}
		}
	}
	cmd.Process.Kill()
	for lines.Scan() { // what it had still said before it died
		if lines.Text() == "done" {
			done++
		}
	}
	cmd.Wait()
	return done
}

// agree checks that ledger, serials, parcels and journal tell the same story, and how many vouchers they tell of.
func (v *victim) agree(t *testing.T) (vouchers int, err error) {
	t.Helper()
	signer, _ := journal.NewSigner(queuetest.Station, v.world.Identity)
	known, _ := journal.NewVerifier(queuetest.Station, &v.world.Identity.PublicKey)
	s, err := store.Open(t.Context(), store.Config{Path: filepath.Join(v.dir, "bangban.db"), Station: queuetest.Station, Signer: signer, Sealer: v.world.Sealer})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if answer, err := s.IntegrityCheck(t.Context()); err != nil || answer != "ok" {
		return 0, fmt.Errorf("integrity: %s %w", answer, err)
	}
	rows, err := s.Ledger(t.Context())
	if err != nil {
		return 0, err
	}
	st, err := s.Stats(t.Context())
	if err != nil {
		return 0, err
	}
	rep, err := s.VerifyJournal(t.Context(), nil, verifiers(known))
	if err != nil {
		return 0, err
	}
	if len(rows) != st.Kinds[queue.KindVoucher] || len(rows) != rep.Acts[journal.KindSigned] || rep.Checkpoint.Parcels != uint64(st.Total) {
		return len(rows), fmt.Errorf("%d rows, %d parcels, %d leaves", len(rows), st.Kinds[queue.KindVoucher], rep.Acts[journal.KindSigned])
	}
	for i, r := range rows {
		if r.Serial != serial(uint64(i+1)) {
			return len(rows), fmt.Errorf("row %d is %s", i, r.Serial)
		}
	}
	return len(rows), v.parcelsMatch(t, s, len(rows))
}

// parcelsMatch opens every parcel with the back-office key: number i holds serial i.
func (v *victim) parcelsMatch(t *testing.T, s *store.Store, n int) error {
	lease, err := s.Claim(t.Context(), queue.Want{Max: queue.MaxBatchParcels, Lease: time.Minute})
	if err != nil {
		return err
	}
	if lease == nil {
		if n != 0 {
			return fmt.Errorf("no parcels for %d rows", n)
		}
		return nil
	}
	defer s.Release(t.Context(), lease.Token, false)
	for i, p := range lease.Batch.Parcels {
		e, err := queue.OpenEnvelope(p.Sealed, v.world.Identify)
		if err != nil {
			return err
		}
		rec, err := queue.Unseal(e, v.world.Holder)
		if err != nil {
			return err
		}
		b, err := rec.Voucher()
		if err != nil || b.Serial != serial(uint64(i+1)) || !strings.Contains(string(b.COSE), "COSE of") {
			return fmt.Errorf("parcel %d: %w", p.Seq, err)
		}
	}
	if len(lease.Batch.Parcels) != n {
		return fmt.Errorf("%d parcels for %d rows", len(lease.Batch.Parcels), n)
	}
	return nil
}

// kill -9 at 20 random moments of issuing: in the middle of a transaction and right after one.
func TestKill(t *testing.T) {
	v := newVictim(t, false)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	acked := 0
	for round := range 20 {
		acked += v.killAt(t, []string{"draft", "done"}[r.IntN(2)], 1+r.IntN(5))
		n, err := v.agree(t)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if n < acked {
			t.Fatalf("round %d: %d vouchers were acknowledged, %d are there", round, acked, n)
		}
		acked = n
	}
	if acked == 0 {
		t.Fatal("nothing was ever issued")
	}
	t.Logf("%d vouchers, 20 kills", acked)
}

// The same checks catch a counter that writes row and parcel in two transactions.
func TestKillCatchesTwoTransactions(t *testing.T) {
	v := newVictim(t, true)
	v.killAt(t, "between", 1)
	n, err := v.agree(t)
	if err == nil || !strings.Contains(err.Error(), "1 rows, 0 parcels, 0 leaves") {
		t.Fatalf("the broken counter passes: %d vouchers, %v", n, err)
	}
}
