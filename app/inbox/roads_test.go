package inbox_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/keys"
	"bangban/app/queue"
	"bangban/app/queue/folder"
)

// The back office goes over from X-Wing to DHKEM(P-256): new parcels are sealed in the new suite, the old keys open the
// old ones, the new keys the new ones, and a parcel that names a key in the wrong suite is not taken.
func TestSuiteRollOver(t *testing.T) {
	h, store := inboxtest.NewHall(t), openLite(t)
	c := h.Counter(t, "T01", nil)
	c.Issue(t, 2)
	policy, err := institution.Open(h.Dir, institution.Options{Rand: rand.Reader, Now: h.Now, Suite: keys.SuiteP256})
	if err != nil {
		t.Fatal(err)
	}
	if err := policy.Rotate(institution.RoleHolder); err != nil {
		t.Fatal(err)
	}
	cfg := h.Gateway(t, store)
	_, address := h.Serve(t, cfg)
	signer, err := journal.NewSigner("T01", c.Key)
	if err != nil {
		t.Fatal(err)
	}
	c.Store.SetKeys(h.Sealer(t, c.Key, c.Cert), signer) // the next bundle
	c.Issue(t, 2)
	if got, err := c.Deliver(t.Context(), c.Sink(t, address)); err != nil || got.Purged != 4 {
		t.Fatalf("%+v %v", got, err)
	}
	held, err := h.Institution.HolderKeys()
	if err != nil || len(held) != 4 {
		t.Fatal(len(held), err)
	}
	who := inbox.Known(h.Institution.PEM(), h.Now)
	for i, k := range held { // newest first
		one, err := queue.NewHolderKey(k.Private())
		if err != nil {
			t.Fatal(err)
		}
		for seq := uint64(1); seq <= 4; seq++ {
			refs := []inbox.Ref{{Station: "T01", Epoch: 1, Seq: seq}}
			err := inbox.Records(t.Context(), store, who, []*queue.HolderKey{one}, refs, func(inbox.Line) error { return nil })
			if opens := (i < 2) == (seq > 2); opens != (err == nil) || !opens && !errors.Is(err, queue.ErrRecipient) {
				t.Errorf("key %d of %s, parcel %d: %v", i, k.Suite(), seq, err)
			}
		}
	}
	for i := range cfg.Holders {
		cfg.Holders[i].Suite = queue.SuiteXWing
	}
	_, other := h.Serve(t, cfg)
	c.Issue(t, 1)
	if got, err := c.Deliver(t.Context(), c.Sink(t, other)); err != nil || got.Refused != 1 {
		t.Fatalf("a key in another suite: %+v %v", got, err)
	}
}

// A counter without a network fills a stick, another one brings it: the receipts on the stick purge the first one's parcels.
// Twice is once; what nobody here can open, what nobody signed, and what a blocked station made is not taken.
func TestCarriedByAnother(t *testing.T) {
	h, box := inboxtest.NewHall(t), openLite(t)
	held, err := h.Institution.IntakeKeys()
	if err != nil {
		t.Fatal(err)
	}
	intake, err := queue.NewHolderKey(held[0].Private())
	if err != nil {
		t.Fatal(err)
	}
	rights := filepath.Join(t.TempDir(), "rights.json")
	if err := os.WriteFile(rights, []byte(`{"format":1,"stations":{"T03":{"blocked":true}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := h.Gateway(t, box)
	cfg.Intake = []*queue.HolderKey{intake}
	if cfg.Rights, err = inbox.OpenRights(rights); err != nil {
		t.Fatal(err)
	}
	_, address := h.Serve(t, cfg)
	village, courier, stolen := h.Counter(t, "T01", nil), h.Counter(t, "T02", nil), h.Counter(t, "T03", nil)
	stick := func(c *inboxtest.Counter, to queue.Holder) []byte {
		t.Helper()
		dir := t.TempDir()
		if _, err := queue.Deliver(t.Context(), c.Store, folder.New(dir, to), queue.Options{Receipts: h.Receipts, Now: true, Carried: true}); err != nil {
			t.Fatal(err)
		}
		files, err := queue.Batches(dir)
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		b, err := queue.ReadCarried(files[0])
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	village.Issue(t, 3)
	stolen.Issue(t, 1)
	file, sink := stick(village, intake.Holder()), courier.Sink(t, address)
	for range 2 {
		a, err := sink.Carry(t.Context(), file)
		if err != nil || a.Station != "T01" || len(a.Verdicts) != 3 {
			t.Fatal(a, err)
		}
		var receipts [][]byte
		for _, v := range a.Verdicts {
			receipts = append(receipts, v.Receipt)
		}
		if _, bad, err := queue.TakeReceipts(t.Context(), village.Store, receipts, h.Receipts); err != nil || bad > 0 {
			t.Fatal(bad, err)
		}
		if st, err := village.Stats(t.Context()); err != nil || st.Unsent != 0 || st.States[queue.StatePurged] != 3 {
			t.Fatalf("%+v %v", st, err)
		}
	}
	if r := stationRow(t, box, "T01"); r.Parcels != 3 || r.Forks != 0 {
		t.Fatalf("%+v", r)
	}
	stranger, err := queue.GenerateHolder(queue.SuiteXWing, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	village.Issue(t, 1)
	for name, tc := range map[string]struct {
		file []byte
		code string
	}{
		"sealed to somebody else":  {stick(village, stranger.Holder()), "carry-sealed"},
		"of a blocked station":     {stick(stolen, intake.Holder()), "net-refused"},
		"rubbish":                  {[]byte("SPECIMEN"), "carry-refused"},
		"half of it":               {file[:len(file)/2], "carry-refused"},
		"rubbish of the same kind": {[]byte("age-encryption.org/v1\n"), "carry-refused"},
	} {
		if _, err := courier.Sink(t, address).Carry(t.Context(), tc.file); code(err) != tc.code {
			t.Errorf("%s: %v, want %s", name, err, tc.code)
		}
	}
}

// Answers are given to the station they are for, and to nobody without its certificate.
func TestAnswersRefused(t *testing.T) {
	h, store := inboxtest.NewHall(t), openLite(t)
	_, address := h.Serve(t, h.Gateway(t, store))
	c, other := h.Counter(t, "T01", nil), h.Counter(t, "T02", nil)
	if _, err := store.PutAnswer(t.Context(), "T01", []byte("SPECIMEN")); err != nil {
		t.Fatal(err)
	}
	get := func(cert *x509.Certificate, key *ecdsa.PrivateKey, after string) (int, []byte) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+queue.PathAnswers+"?after="+after, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client(t, h, cert, key).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, b
	}
	if status, b := get(c.Cert, c.Key, "0"); status != 200 || !bytes.Contains(b, []byte("SPECIMEN")) {
		t.Fatalf("control: %d %q", status, b)
	}
	if status, b := get(other.Cert, other.Key, "0"); status != 200 || len(b) != 1 {
		t.Errorf("another station gets %d %q", status, b)
	}
	if status, b := get(c.Cert, c.Key, "1"); status != 200 || len(b) != 1 {
		t.Errorf("behind it: %d %q", status, b)
	}
	for after, want := range map[string]int{"-1": 400, "x": 400, "": 400} {
		if status, _ := get(c.Cert, c.Key, after); status != want {
			t.Errorf("after=%s: %d", after, status)
		}
	}
	if status, _ := get(nil, nil, "0"); status != 401 {
		t.Errorf("without a certificate: %d", status)
	}
}
