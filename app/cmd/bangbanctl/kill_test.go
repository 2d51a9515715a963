package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/journal"
	"bangban/app/station"
	"bangban/app/voucher"

	_ "modernc.org/sqlite" // the driver, for the control
)

// bench is a counter that other processes work at.
type bench struct {
	bin, dir, data, card string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{bin: filepath.Join(programDir(t), program), dir: t.TempDir()}
	b.data, b.card = filepath.Join(b.dir, "st"), filepath.Join(b.dir, "card.json")
	makeStation(t, b.data)
	subject := `{"kind":"emrtd","subject":{"full_name":"SPECIMEN LINDEN","number":"U12300451","birth_date":"1943-04-12"}}`
	if err := os.WriteFile(b.card, []byte(subject), 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

// issue is one run of the program that issues a voucher.
func (b *bench) issue() *exec.Cmd {
	return exec.Command(b.bin, "voucher", "issue", "--training", "--data", b.data, "--from", b.card,
		"--purpose", "housing-fund", "--recipient", "demo-bank", "--out", filepath.Join(b.dir, "out"), "--json")
}

// issueFor issues one voucher after the other and kills the process, with no chance to clean up, after a while.
func (b *bench) issueFor(t *testing.T, while time.Duration) (done int) {
	t.Helper()
	end := time.Now().Add(while)
	for {
		var out, errs bytes.Buffer
		cmd := b.issue()
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Until(end), func() { cmd.Process.Kill() })
		err := cmd.Wait()
		alive := kill.Stop()
		if err == nil {
			done++
		}
		if !alive {
			return done
		}
		if err != nil {
			t.Fatalf("not killed, and yet: %v %s", err, errs.Bytes())
		}
	}
}

// agree compares ledger, serials, parcels and journal, and gives the rows. Nobody else works at the counter meanwhile.
func agree(ctx context.Context, data string) ([]desk.LedgerRow, error) {
	s, err := station.Open(ctx, station.Options{Dir: data, Training: true, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	rows, err := s.Ledger(ctx)
	if err != nil {
		return nil, err
	}
	if err := gapless(rows); err != nil {
		return rows, err
	}
	parcels, err := s.Parcels(ctx)
	if err != nil {
		return rows, err
	}
	kinds, ended := map[string]int{}, 0
	for i, p := range parcels {
		kinds[p.Kind]++
		if p.Seq != uint64(i+1) {
			return rows, fmt.Errorf("parcel %d has seq %d", i+1, p.Seq)
		}
	}
	for _, r := range rows {
		if r.State.Ended() {
			ended++
		}
	}
	report, err := s.VerifyJournal(ctx, nil)
	if err != nil {
		return rows, err
	}
	if signed := report.Acts[journal.KindSigned]; len(rows) != kinds["voucher"] || len(rows) != signed {
		return rows, fmt.Errorf("%d ledger rows, %d voucher parcels, %d leaves of signing", len(rows), kinds["voucher"], signed)
	}
	if leaves := report.Acts[journal.KindEnded]; ended != kinds["after"] || ended != leaves {
		return rows, fmt.Errorf("%d rows ended, %d parcels after, %d leaves of ending", ended, kinds["after"], leaves)
	}
	if report.Checkpoint.Parcels != uint64(len(parcels)) {
		return rows, fmt.Errorf("the checkpoint counts %d parcels, there are %d", report.Checkpoint.Parcels, len(parcels))
	}
	return rows, nil
}

// gapless wants the serials 1, 2, 3 …
func gapless(rows []desk.LedgerRow) error {
	for i, r := range rows {
		if _, n, err := voucher.ParseSerial(r.Serial); err != nil || n != uint64(i+1) {
			return fmt.Errorf("row %d has serial %s", i+1, r.Serial)
		}
	}
	return nil
}

// settle opens the counter once as the next start does, which is when the journal gets its newest checkpoint.
func settle(t *testing.T, data string) (unfinished []desk.LedgerRow) {
	t.Helper()
	s, err := station.Open(t.Context(), station.Options{Dir: data, Training: true, Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	unfinished, err = s.Ports().Commit.Unfinished(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return unfinished
}

// whole asks SQLite itself.
func whole(t *testing.T, data string) {
	t.Helper()
	var answer string
	withDatabase(t, data, func(db *sql.DB) error { return db.QueryRow(`PRAGMA integrity_check`).Scan(&answer) })
	if answer != "ok" {
		t.Fatalf("integrity check: %s", answer)
	}
}

func withDatabase(t *testing.T, data string, f func(*sql.DB) error) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(data, "bangban.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := f(db); err != nil {
		t.Fatal(err)
	}
}

// TestKill ends the real program with SIGKILL at random moments of issuing: at its start, inside T1, between T1 and T2,
// after T2. Whatever the moment, the four accounts agree and the counter works.
func TestKill(t *testing.T) {
	b := newBench(t)
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	began := time.Now()
	if out, err := b.issue().CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	one := time.Since(began)
	rounds, acked, open := 20, 1, 0
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		acked += b.issueFor(t, time.Duration(r.Int64N(int64(2*one))))
		unfinished := settle(t, b.data)
		whole(t, b.data)
		rows, err := agree(t.Context(), b.data)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if len(rows) < acked {
			t.Fatalf("round %d: %d vouchers were handed over, the ledger has %d", round, acked, len(rows))
		}
		var named []desk.LedgerRow
		for _, row := range rows {
			if !row.State.Ended() {
				named = append(named, row)
			}
		}
		if len(named) != len(unfinished) {
			t.Fatalf("round %d: %d vouchers never ended, the next start names %d", round, len(named), len(unfinished))
		}
		open, acked = len(named), len(rows)
	}
	out, err := b.issue().CombinedOutput()
	if err != nil {
		t.Fatalf("the counter does not work any more: %v %s", err, out)
	}
	if want := fmt.Sprintf(`"serial":"T01-%06d"`, acked+1); !strings.Contains(string(out), want) {
		t.Errorf("%s, want %s", out, want)
	}
	if found, _ := newMarks("U12300451", "LINDEN").under(t, b.data); len(found) > 0 {
		t.Errorf("a killed process left %q", found)
	}
	t.Logf("%d kills, one voucher takes %v: %d vouchers, %d never ended", rounds, one.Round(time.Millisecond), acked, open)
}

// TestAgreeSeesWhatIsMissing is the control: each account in turn loses one entry, and the checker says so.
func TestAgreeSeesWhatIsMissing(t *testing.T) {
	b := newBench(t)
	for range 2 {
		if out, err := b.issue().CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
	}
	if rows, err := agree(t.Context(), b.data); err != nil || len(rows) != 2 {
		t.Fatalf("untouched: %d rows, %v", len(rows), err)
	}
	for name, tc := range map[string]struct{ spoil, says string }{
		"voucher parcel": {`DELETE FROM body WHERE seq = 3; DELETE FROM job WHERE seq = 3`, "seq 4"},
		"last parcel":    {`DELETE FROM body WHERE seq = 4; DELETE FROM job WHERE seq = 4`, "1 parcels after"},
		"ledger row":     {`PRAGMA foreign_keys = 0; DELETE FROM ledger WHERE serial = 1`, "row 1 has serial T01-000002"},
		"last row":       {`PRAGMA foreign_keys = 0; DELETE FROM ledger WHERE serial = 2`, "1 ledger rows, 2 voucher parcels"},
		"state":          {`UPDATE ledger SET state = 'printed' WHERE serial = 2`, "1 rows ended"},
		"leaf":           {`DELETE FROM leaf WHERE n = 3`, "journal"},
	} {
		t.Run(name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "st")
			if err := copyStation(copied, b.data); err != nil {
				t.Fatal(err)
			}
			withDatabase(t, copied, func(db *sql.DB) error {
				db.SetMaxOpenConns(1)
				_, err := db.Exec(tc.spoil)
				return err
			})
			if _, err := agree(t.Context(), copied); err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("the checker says %v, want %q", err, tc.says)
			}
		})
	}
}

// TestFirstStartsMeet starts several programs on one folder that does not exist yet: one of them makes the station, the
// others wait their turn or say who holds it, and none unmakes what another has made.
func TestFirstStartsMeet(t *testing.T) {
	bin, data := filepath.Join(programDir(t), program), filepath.Join(t.TempDir(), "st")
	const n = 4
	var out [n]string
	var errs [n]error
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			b, err := exec.Command(bin, "--training", "--data", data, "station", "show", "--json").CombinedOutput()
			out[i], errs[i] = string(b), err
		})
	}
	wg.Wait()
	shown := 0
	for i := range n {
		switch {
		case errs[i] == nil && out[i] == firstShown(out[:], errs[:]):
			shown++
		case errs[i] == nil:
			t.Errorf("two stations in one folder:\n%s\n%s", out[i], firstShown(out[:], errs[:]))
		case !strings.Contains(out[i], "is using this data"): // the name may not be written yet
			t.Errorf("%v %s", errs[i], out[i])
		}
	}
	if shown == 0 {
		t.Error("nobody made the station")
	}
	b, err := exec.Command(bin, "--training", "--data", data, "station", "show", "--json").CombinedOutput()
	if err != nil || string(b) != firstShown(out[:], errs[:]) {
		t.Errorf("afterwards: %v %s", err, b)
	}
}

func firstShown(out []string, errs []error) string {
	for i := range out {
		if errs[i] == nil {
			return out[i]
		}
	}
	return ""
}
