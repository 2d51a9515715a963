package inbox_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/institution"
	"bangban/app/queue"
)

func TestWellKnownAndOperations(t *testing.T) {
	h, store := inboxtest.NewHall(t), openLite(t)
	cfg := h.Gateway(t, store)
	cfg.WellKnown = filepath.Join(t.TempDir(), "well-known")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Institution.Delegate(institution.DelegateRequest{Station: "T01", Key: &key.PublicKey, Count: 10, NotBefore: h.Now(),
		Expires: h.Now().Add(time.Hour), MaxLife: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if err := h.Institution.Status(cfg.WellKnown, institution.Revoked{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(cfg.WellKnown), "secret"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := inbox.NewGateway(cfg)
	if err != nil {
		t.Fatal(err)
	}
	get := func(handler http.Handler, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	for path, want := range map[string]struct {
		status int
		kind   string
	}{
		"/.well-known/institution.pem":           {200, "application/pem-certificate-chain"},
		"/.well-known/withdrawn-delegations.cwt": {200, "application/cwt"},
		"/.well-known/status/T01":                {200, "application/statuslist+cwt"},
		"/.well-known/status-jwt/T01":            {200, "application/statuslist+jwt"},
		"/.well-known/status/T99":                {404, queue.TypeProblem},
		"/.well-known/status":                    {404, queue.TypeProblem},
		"/.well-known/%2e%2e/secret":             {404, queue.TypeProblem},
	} {
		w := get(g.Handler(), path)
		if w.Code != want.status && w.Code/100 != 3 || w.Code == 200 && w.Header().Get("Content-Type") != want.kind {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/.well-known/status/T01", nil)
	r.Header.Set("Accept", "application/statuslist+jwt")
	w := httptest.NewRecorder()
	g.Handler().ServeHTTP(w, r)
	if w.Header().Get("Content-Type") != "application/statuslist+jwt" {
		t.Errorf("asked for a JWT: %s", w.Header().Get("Content-Type"))
	}
	if w := get(g.Operations(), "/readyz"); w.Code != 200 {
		t.Errorf("readyz %d", w.Code)
	}
	if w := get(g.Operations(), "/metrics"); w.Code != 200 || !strings.Contains(w.Body.String(), `bangban_inbox_requests_total{path="well-known",status="200"} 5`) {
		t.Errorf("metrics %d\n%s", w.Code, w.Body)
	}
	if w := get(g.Handler(), "/metrics"); w.Code != 404 {
		t.Errorf("metrics on the public listener: %d", w.Code)
	}
	g.Drain()
	if w := get(g.Operations(), "/readyz"); w.Code != 503 {
		t.Errorf("readyz while shutting down: %d", w.Code)
	}
	store.Close()
	if w := get(g.Operations(), "/healthz"); w.Code != 200 {
		t.Errorf("healthz %d", w.Code)
	}
}
