package station

import (
	"context"
	"time"

	"bangban/app/bundle"
	"bangban/app/keys"
)

// Show is what the station says of itself (`station show`).
type Show struct {
	Station     string `json:"station"`
	Issuer      string `json:"issuer"`
	Training    bool   `json:"training"`
	Key         string `json:"key"`          // where the voucher key lies: "software key", "TPM 2.0", …
	IdentityKey string `json:"identity_key"` // where the station identity lies
	Serials     uint64 `json:"serials_left"`
	KeyEnds     string `json:"key_ends"`           // empty: no delegation yet
	KeyLeft     string `json:"key_left,omitempty"` // of the delegation's life; empty: it has ended or never began
	Block       string `json:"block,omitempty"`    // first and last serial
	Renew       bool   `json:"renew"`              // past two thirds of a life or of the block: hand in a request
	Bundle      uint64 `json:"bundle"`
	BundleEnds  string `json:"bundle_ends"`
	Standing    string `json:"standing"` // "full", "narrow", "stopped": what the counter may do under its bundle
	IDEnds      string `json:"identity_ends"`
	Certificate string `json:"certificate"`
	Identity    string `json:"identity"`
	Institution string `json:"institution"`
	SM2         string `json:"sm2,omitempty"` // certificate of the SM2 key in use; empty: no SM suite
}

// standingName names bundle.Standing for scripts.
func standingName(s bundle.Standing) string {
	return [...]string{bundle.Stopped: "stopped", bundle.Narrow: "narrow", bundle.Full: "full"}[s]
}

// Show gives names, ends and certificates, and what is left.
func (s *Station) Show(ctx context.Context) (Show, error) {
	left, err := s.store.SerialsLeft(ctx)
	if err != nil {
		return Show{}, err
	}
	now, d := s.clock.Time(), s.delegated
	identity, err := keys.FileKind(s.dir.identity())
	if err != nil {
		return Show{}, s.unreadable(err)
	}
	out := Show{
		Station: d.Station, Issuer: d.Issuer, Training: s.o.Training, Key: s.vault.Kind(), IdentityKey: identity, Serials: left,
		KeyEnds: stamp(d.Expires), Bundle: s.bundle.Version, BundleEnds: stamp(s.bundle.NotAfter),
		Standing: standingName(s.bundle.Standing(now)), Certificate: pemOf(s.voucherCert), Identity: pemOf(s.identityCert), SM2: s.smPEM(),
		Institution: string(s.bundle.Institution), Renew: s.renews(now, left),
	}
	if d.Expires.After(now) {
		out.KeyLeft = d.Expires.Sub(now).Truncate(time.Minute).String()
	}
	if d.First > 0 {
		out.Block = digits(int(d.First)) + "-" + digits(int(d.Last))
	}
	if s.identityCert != nil {
		out.IDEnds = stamp(s.identityCert.NotAfter)
	}
	return out, nil
}

// renews tells whether delegation, block or identity are past two thirds.
func (s *Station) renews(now time.Time, left uint64) bool {
	d, c := s.delegated, s.identityCert
	if d.First == 0 || c == nil {
		return true
	}
	late := func(from, to time.Time) bool { return now.After(from.Add(to.Sub(from) * 2 / 3)) }
	return late(d.NotBefore, d.Expires) || late(c.NotBefore, c.NotAfter) || left < (d.Last-d.First+1)/3
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
