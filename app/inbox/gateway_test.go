package inbox_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/inbox/lite"
	"bangban/app/institution"
	"bangban/app/queue"
	"bangban/app/queue/https"
)

func openLite(t testing.TB) *lite.Store {
	t.Helper()
	s, err := lite.Open(t.Context(), filepath.Join(t.TempDir(), "inbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func stationRow(t *testing.T, s inbox.Store, name string) inbox.Row {
	t.Helper()
	rows, err := s.Stations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Station == name {
			return r
		}
	}
	return inbox.Row{}
}

// code gives the desk code of an error.
func code(err error) string {
	var d *desk.Error
	if errors.As(err, &d) {
		return d.Code
	}
	return ""
}

// Counter → HTTPS → commit → receipts → purge; the same again is harmless; the second round proves its checkpoint.
func TestGatewayLine(t *testing.T) {
	h, store := inboxtest.NewHall(t), openLite(t)
	_, address := h.Serve(t, h.Gateway(t, store))
	c := h.Counter(t, "T01", nil)
	sink := c.Sink(t, address)
	for round, n := range []int{3, 2} {
		c.Issue(t, n)
		done, err := c.Deliver(t.Context(), sink)
		if err != nil || done.Purged != n || c.Unsent(t) != 0 {
			t.Fatalf("round %d: %+v %v", round, done, err)
		}
	}
	r := stationRow(t, store, "T01")
	if r.Parcels != 5 || r.Mark != 5 || r.Unproven != 0 || r.Checkpoint == 0 || r.Counted != 5 {
		t.Fatalf("%+v", r)
	}
	if skew, known := sink.Skew(); !known || skew != 0 {
		t.Fatalf("skew %v %v", skew, known)
	}
}

// A cloned disk: the second one learns it, nothing is overwritten, and the report says so.
func TestGatewayClone(t *testing.T) {
	h, store := inboxtest.NewHall(t), openLite(t)
	_, address := h.Serve(t, h.Gateway(t, store))
	c := h.Counter(t, "T01", nil)
	clone := h.Counter(t, "T01", c.Key)
	c.Issue(t, 2)
	clone.Issue(t, 3)
	if done, err := c.Deliver(t.Context(), c.Sink(t, address)); err != nil || done.Purged != 2 {
		t.Fatalf("%+v %v", done, err)
	}
	done, err := clone.Deliver(t.Context(), clone.Sink(t, address))
	if err != nil || len(done.Forks) != 2 || done.Purged != 1 {
		t.Fatalf("%+v %v", done, err)
	}
	if r := stationRow(t, store, "T01"); r.Forks != 2 || r.Unproven != 1 || r.Parcels != 3 {
		t.Fatalf("%+v", r)
	}
}

// rawBatch is a batch as bytes and the fields it is posted with.
func rawBatch(t *testing.T, c *inboxtest.Counter) (queue.Batch, []byte) {
	t.Helper()
	lease, err := c.Claim(t.Context(), queue.Want{Max: 10, Lease: time.Minute, Now: true})
	if err != nil || lease == nil {
		t.Fatalf("%v %v", lease, err)
	}
	data, err := lease.Batch.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return lease.Batch, data
}

// client speaks to the gateway as a program would; cert nil: without a certificate.
func client(t *testing.T, h *inboxtest.Hall, cert *x509.Certificate, key *ecdsa.PrivateKey) *http.Client {
	t.Helper()
	cfg := &tls.Config{RootCAs: h.Roots, Time: func() time.Time { return inboxtest.Start.Add(time.Minute) }}
	if cert != nil {
		cfg.Certificates = []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}
	}
	tr := &http.Transport{TLSClientConfig: cfg}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func post(t *testing.T, c *http.Client, url string, fields http.Header, body []byte) (status int, code string, res *http.Response) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = fields
	res, err = c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var p struct{ Code string }
	data, _ := io.ReadAll(res.Body)
	_ = json.Unmarshal(data, &p)
	return res.StatusCode, p.Code, res
}

func TestGatewayRefuses(t *testing.T) {
	h, store := inboxtest.NewHall(t), openLite(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "rights.json"), []byte(`{"format":1,"stations":{"T03":{"blocked":true},"T04":{"per_minute":1}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	rights, err := inbox.OpenRights(filepath.Join(dir, "rights.json"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := h.Gateway(t, store)
	cfg.Rights, cfg.Limits = rights, inbox.Limits{Body: 1 << 20, Burst: 1, PerMinute: 6000}
	_, address := h.Serve(t, cfg)
	url := "https://" + address + queue.PathBatches
	one, two, blocked, slow := h.Counter(t, "T01", nil), h.Counter(t, "T02", nil), h.Counter(t, "T03", nil), h.Counter(t, "T04", nil)
	other := inboxtest.NewHall(t).Counter(t, "T01", nil)
	for _, c := range []*inboxtest.Counter{one, two, blocked, slow} {
		c.Issue(t, 1)
	}
	b, data := rawBatch(t, one)
	fields := func() http.Header { return queue.Attributes(&b) }
	without := func(name, value string) http.Header {
		f := fields()
		f.Set(name, value)
		return f
	}
	for _, tc := range []struct {
		name   string
		as     *inboxtest.Counter
		fields http.Header
		body   []byte
		status int
		code   string
	}{
		{"no certificate", nil, fields(), data, 401, "no-certificate"},
		{"another institution's", other, fields(), data, 403, "unknown-certificate"},
		{"another station's batch", two, fields(), data, 403, "other-station"},
		{"blocked", blocked, fields(), data, 403, "blocked"},
		{"no idempotency key", one, without("Idempotency-Key", ""), data, 400, "no-key"},
		{"the key of other bytes", one, without("Idempotency-Key", `"T01/1/1-1/00"`), data, 422, "attributes"},
		{"another source", one, without("Ce-Source", queue.Source("T02")), data, 422, "attributes"},
		{"another id", one, without("Ce-Id", "S/1/1-1/00"), data, 422, "attributes"},
		{"cut off", one, fields(), data[:len(data)/2], 400, "malformed"},
		{"too large", one, fields(), make([]byte, 1<<20+1), 413, "too-large"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h.Pass(time.Second) // for the bucket
			c := client(t, h, nil, nil)
			if tc.as != nil {
				c = client(t, h, tc.as.Cert, tc.as.Key)
			}
			if status, code, _ := post(t, c, url, tc.fields, tc.body); status != tc.status || code != tc.code {
				t.Errorf("%d %s, want %d %s", status, code, tc.status, tc.code)
			}
		})
	}
	if r := stationRow(t, store, "T01"); r.Parcels != 0 {
		t.Fatalf("something of it was stored: %+v", r)
	}
	sb, sdata := rawBatch(t, slow)
	c := client(t, h, slow.Cert, slow.Key)
	if status, code, _ := post(t, c, url, queue.Attributes(&sb), sdata); status != 200 {
		t.Fatalf("%d %s", status, code)
	}
	status, code, res := post(t, c, url, queue.Attributes(&sb), sdata)
	if status != 429 || code != "rate" || res.Header.Get("Retry-After") != "60" {
		t.Fatalf("%d %s %q", status, code, res.Header.Get("Retry-After"))
	}
	h.Pass(institution.IdentityLife + time.Hour)
	if status, code, _ := post(t, client(t, h, one.Cert, one.Key), url, fields(), data); status != 403 || code != "certificate-ended" {
		t.Fatalf("%d %s", status, code)
	}
}

// What a parcel itself must be before it is stored for ever.
func TestSenderChecks(t *testing.T) {
	h, store := inboxtest.NewHall(t), openLite(t)
	cfg := h.Gateway(t, store)
	rights := filepath.Join(t.TempDir(), "rights.json")
	if err := os.WriteFile(rights, []byte(`{"format":1,"default":{"kinds":["voucher"]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if cfg.Rights, err = inbox.OpenRights(rights); err != nil {
		t.Fatal(err)
	}
	_, address := h.Serve(t, cfg)
	c := h.Counter(t, "T01", nil)
	c.Issue(t, 4)
	b, _ := rawBatch(t, c)
	stranger, err := queue.GenerateHolder(queue.SuiteXWing, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := h.Sealer(t, c.Key, c.Cert)
	elsewhere.Holders = []queue.Holder{stranger.Holder()}
	seal := func(s *queue.Sealer, seq uint64, kind string) queue.Parcel {
		id, err := queue.NewID(rand.Reader, "2026-11-26")
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := s.Seal(queue.Place{ID: id, Station: "T01", Epoch: 1, Seq: seq, Kind: kind, Day: "2026-11-26"}, []byte("SPECIMEN"))
		if err != nil {
			t.Fatal(err)
		}
		return *p
	}
	b.Parcels[0] = seal(elsewhere, 1, "voucher")
	b.Parcels[1] = seal(h.Sealer(t, c.Key, c.Cert), 2, "after")
	b.Parcels[2] = seal(h.Sealer(t, c.Key, c.Cert), 3, "voucher; drop")
	besides := h.Sealer(t, c.Key, c.Cert)
	besides.Holders = append(besides.Holders, stranger.Holder())
	b.Parcels = append(b.Parcels, seal(besides, 5, "voucher"))
	out, err := c.Sink(t, address).Deliver(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	got := map[uint64]string{}
	for _, o := range out {
		got[o.Seq] = o.Result.String() + " " + o.Reason
	}
	for seq, want := range map[uint64]string{1: "refused unknown-holder", 2: "refused not-allowed", 3: "refused broken-structure", 4: "accepted ",
		5: "refused unknown-holder"} {
		if got[seq] != want {
			t.Errorf("%d: %q, want %q", seq, got[seq], want)
		}
	}
}

// A station enrols with the code of its letter, is answered again where the answer was lost, and renews with its
// certificate; nobody else does.
func TestEnrol(t *testing.T) {
	h, store := inboxtest.NewHall(t), openLite(t)
	cfg := h.Gateway(t, store)
	cfg.Enrol, cfg.Grant = h.Institution, institution.Grant{Count: 100, MaxLife: time.Hour}
	cfg.Limits.Enrol = 100
	_, address := h.Serve(t, cfg)
	letter, err := h.Institution.Enrol("T07")
	if err != nil {
		t.Fatal(err)
	}
	identity, voucherKey, other := newKey(t), newKey(t), newKey(t)
	request := func(identity *ecdsa.PrivateKey, code string) []byte {
		csr, err := institution.VoucherCSR(rand.Reader, "T07", voucherKey)
		if err != nil {
			t.Fatal(err)
		}
		r, err := institution.MakeRequest(rand.Reader, "T07", identity, csr, code)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	var cert *x509.Certificate
	sink, err := https.New(https.Config{URL: "https://" + address, Roots: h.Roots, Now: h.Now, Certificate: func() (tls.Certificate, error) {
		if cert == nil {
			return tls.Certificate{}, nil
		}
		return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: identity}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	for _, tc := range []struct {
		name    string
		request []byte
		want    string
	}{
		{"not a request", []byte("x"), "enrol-request"},
		{"wrong code", request(identity, "0000-0000-0000-0000"), "enrol-code"},
		{"no code and no certificate", request(identity, ""), "net-refused"},
		{"the code", request(identity, letter.Code), ""},
		{"again, the answer was lost", request(identity, letter.Code), ""},
		{"the code on another key", request(other, letter.Code), "enrol-code"},
		{"renewal without a certificate", request(identity, ""), "net-refused"},
	} {
		sink.Wake()
		answer, err := sink.Enrol(t.Context(), tc.request)
		if code(err) != tc.want {
			t.Fatalf("%s: %v, want %q", tc.name, err, tc.want)
		}
		if err != nil {
			continue
		}
		a, err := institution.DecodeAnswer(answer)
		if err != nil {
			t.Fatal(err)
		}
		cert = a.Identity
	}
	if name, err := institution.VerifyIdentity(h.Institution.PEM(), cert, h.Now()); err != nil || name != "T07" || !identity.PublicKey.Equal(cert.PublicKey) {
		t.Fatalf("%s %v", name, err)
	}
	h.Pass(institution.IdentityLife * 2 / 3)
	sink.Close() // the next connection shows the certificate
	sink.Wake()
	answer, err := sink.Enrol(t.Context(), request(identity, ""))
	if err != nil {
		t.Fatal(err)
	}
	if a, err := institution.DecodeAnswer(answer); err != nil || !a.Identity.NotAfter.After(cert.NotAfter) {
		t.Fatalf("%v", err)
	}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
