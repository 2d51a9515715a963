package station_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/app/desk"
	parcels "bangban/app/queue"
	"bangban/app/station"
	"bangban/app/verify/provider"
	"bangban/cardreader/check"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// A real counter asks the platform that its folder names; without a network it makes a call-back task and keeps nothing of
// the code.
func TestNetworkIdentity(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	s := f.counter()
	const code = "netid:short-lived"
	judge := func() (check.Verdict, string) {
		t.Helper()
		r, err := s.Verify(ctx, station.Presented{Input: []byte(code)})
		f.must(err)
		return r.Verdict, r.Format
	}
	if v, format := judge(); v != check.Indeterminate || format != "unknown" {
		t.Fatalf("nobody is configured: %v %s", v, format)
	}
	if r, err := s.Verify(ctx, station.Presented{Input: []byte("SIM-NETID:*本:1****X")}); err != nil || r.Format != "unknown" {
		t.Fatalf("the simulator answers at a real counter: %v %v", r, err)
	}
	key, _ := sm2.GenerateKey(rand.Reader)
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m map[string]any
		b, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(b, &m)
		_ = json.NewEncoder(w).Encode(map[string]any{"resultCode": "C0000000", "bizSeq": m["bizSeq"], "maskedName": "*本"})
	}))
	defer srv.Close()
	der, err := smx509.MarshalPKCS8PrivateKey(key)
	f.must(err)
	write := func(name string, b []byte) { f.must(os.WriteFile(filepath.Join(f.data, name), b, 0o600)) }
	write("netid.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	write("netid-ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}))
	write("provider.json", []byte(`{"name":"SPECIMEN platform","shape":"B","url":"`+srv.URL+`","mode":"R01","prefixes":["netid:"],"app_id":"a","org_code":"o","sign_key":"netid.key","ca":"netid-ca.pem"}`))
	if v, format := judge(); v != check.Passed || format != provider.ID {
		t.Fatalf("%v %s", v, format)
	}
	srv.Close()
	if v, format := judge(); v != check.Indeterminate || format != provider.ID {
		t.Fatalf("without a network: %v %s", v, format)
	}
	before, err := s.QueueStats(ctx)
	f.must(err)
	number, err := s.Shows().Keep(ctx, desk.Verification{At: f.clock.now, Clerk: "01", Outcome: "cannot-tell", Format: provider.ID, Checks: []string{"platform=indeterminate:no-network"}, Hash: make([]byte, 32)})
	f.must(err)
	after, err := s.QueueStats(ctx)
	f.must(err)
	if number == "" || after.Kinds[parcels.KindRequest] != before.Kinds[parcels.KindRequest]+1 || after.Kinds[parcels.KindVerification] != before.Kinds[parcels.KindVerification] {
		t.Fatalf("no call-back task: %v, then %v", before.Kinds, after.Kinds)
	}
	err = filepath.WalkDir(f.data, func(p string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(p)
		if strings.Contains(string(b), code) {
			t.Errorf("the code lies in %s", d.Name())
		}
		return err
	})
	f.must(err)
	write("provider.json", []byte(`{"name":`))
	_, err = s.Verify(ctx, station.Presented{Input: []byte(code)})
	wantCode(t, err, "provider-config")
}
