package inbox_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/institution"
	"bangban/app/queue"
)

func TestKnown(t *testing.T) {
	at := now
	clock := func() time.Time { return at }
	office := func() *institution.Institution {
		i, err := institution.Create(filepath.Join(t.TempDir(), "institution"), institution.Options{Name: desk.Text{"en": "SPECIMEN office"},
			Issuer: "https://specimen.example/id", Rand: rand.Reader, Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	own, other := office(), office()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := own.IdentityCertificate("T01", &key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	h := queue.Header{Station: "T01", Day: "2026-11-26", Certificate: cert.Raw}
	for _, tc := range []struct {
		name   string
		pem    []byte
		change func(*queue.Header)
		at     time.Time
		want   error
	}{
		{"certified", own.PEM(), func(*queue.Header) {}, now, nil},
		{"a stick that comes in after the certificate has ended", own.PEM(), func(*queue.Header) {}, now.AddDate(1, 0, 0), nil},
		{"another institution", other.PEM(), func(*queue.Header) {}, now, queue.ErrIdentity},
		{"another station's certificate", own.PEM(), func(h *queue.Header) { h.Station = "T02" }, now, queue.ErrIdentity},
		{"a day after the certificate has ended", own.PEM(), func(h *queue.Header) { h.Day = "2027-11-26" }, now.AddDate(1, 0, 0), queue.ErrIdentity},
		{"a day before it began", own.PEM(), func(h *queue.Header) { h.Day = "2026-01-01" }, now, queue.ErrIdentity},
		{"a day in the future", own.PEM(), func(h *queue.Header) { h.Day = "2026-12-01" }, now, inbox.ErrDay},
		{"no certificate", own.PEM(), func(h *queue.Header) { h.Certificate = nil }, now, queue.ErrIdentity},
	} {
		at = tc.at
		header := h
		tc.change(&header)
		got, err := inbox.Known(tc.pem, clock)(header)
		if !errors.Is(err, tc.want) || tc.want == nil && (err != nil || !got.Equal(&key.PublicKey)) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}
