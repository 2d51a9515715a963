package claim169_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/claim169"
	"bangban/app/verify/formattest"
	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

func store(t testing.TB, files ...[]byte) *trust.Store {
	t.Helper()
	s := trust.New(map[string]time.Duration{trust.KindStatus: 7 * 24 * time.Hour})
	for _, f := range files {
		if err := s.Add(f, "test", vouchertest.Now()); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func statusList(t testing.TB, a *vouchertest.Authority, revoked ...uint64) []byte {
	t.Helper()
	l, err := trust.NewStatusList(a.Voucher().Status.URI, 1, 10000)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range revoked {
		if err := l.Set(i, 1); err != nil {
			t.Fatal(err)
		}
	}
	l.MadeAt = vouchertest.Now()
	b, err := trust.SignStatusCWT(nil, l, a.IssuingKey, a.Issuing)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func delegations(t testing.TB, a *vouchertest.Authority, list ...trust.Withdrawn) []byte {
	t.Helper()
	b, err := trust.SignDelegations(nil, &trust.Delegations{Issuer: a.Name, MadeAt: vouchertest.Now(), List: list}, a.IssuingKey, a.Issuing)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type ledger struct {
	use verify.Use
	err error
}

func (l ledger) Uses(context.Context, string, uint64) (verify.Use, error) { return l.use, l.err }

// The contract, with a voucher of this project as text and as bytes.
func TestVoucherContract(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	signer := a.Signer(t)
	draft := a.Voucher()
	msg := vouchertest.Sign(t, draft, signer)
	text := []byte(voucher.Encode(msg))
	kid, err := voucher.VoucherKeyID(a.Delegation(vouchertest.Key(t)).Key)
	if err != nil {
		t.Fatal(err)
	}
	own, err := voucher.OpenDelegation(signer.Delegation, a.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	ownID, _ := voucher.VoucherKeyID(own.Key)
	req := verify.Request{At: vouchertest.Now().Add(time.Hour), Audience: "demo-bank", Nonce: string(draft.Nonce), Training: true,
		Own: a.Name, Ledger: ledger{}, Anchors: store(t, a.PEM, statusList(t, a), delegations(t, a, trust.Withdrawn{Station: "T01", KeyID: kid}))}
	secrets := []string{draft.Holder.FullName, draft.Holder.SecondName, draft.Holder.BirthDate, draft.Terms.RepresentedBy}
	bad := append(spoilt(t, a, draft, msg, req, ownID), spoiltBytes(t, a, signer, msg, req)...)
	formattest.Run(t, claim169.Format{}, []formattest.Good{
		{Name: "text", Bytes: text, Request: req, Secrets: secrets},
		{Name: "bytes", Bytes: msg, Request: req, Secrets: secrets},
		{Name: "foreign office", Bytes: text, Request: verify.Request{At: req.At, Training: true, Anchors: store(t, a.PEM)}, Secrets: secrets},
	}, formattest.Enough(t, bad))
}

// spoilt is a voucher of which one thing each is changed, and one that is judged where it must not pass.
func spoilt(t *testing.T, a *vouchertest.Authority, draft *voucher.Voucher, msg []byte, req verify.Request, ownID []byte) []formattest.Bad {
	text, other := []byte(voucher.Encode(msg)), vouchertest.New(t, vouchertest.Issuer)
	flipped := strings.ToLower(string(text))
	with := func(edit func(*verify.Request)) verify.Request {
		r := req
		edit(&r)
		return r
	}
	return []formattest.Bad{
		formattest.Refuse("unreadable", []byte("6BF"+flipped[3:]), req, "structure", check.Indeterminate, check.Unreadable),
		formattest.Refuse("unknown issuer", text, with(func(r *verify.Request) { r.Anchors = store(t, other.PEM) }), "issuer", check.Indeterminate, check.UnknownIssuer),
		formattest.Refuse("broken inside", msg[:len(msg)-1], req, "structure", check.Failed, check.Structure),
		formattest.Refuse("expired", text, with(func(r *verify.Request) { r.At = draft.Expires }), "time", check.Failed, check.Expired),
		formattest.Refuse("early", text, with(func(r *verify.Request) { r.At = draft.NotBefore.Add(-time.Hour) }), "time", check.Failed, check.NotYetValid),
		formattest.Refuse("other audience", text, with(func(r *verify.Request) { r.Audience = "demo-hotel" }), "audience", check.Failed, check.WrongAudience),
		formattest.Refuse("other nonce", text, with(func(r *verify.Request) { r.Nonce = "another-one" }), "nonce", check.Failed, voucher.ReasonWrongNonce),
		formattest.Refuse("used", text, with(func(r *verify.Request) {
			r.Ledger = ledger{use: verify.Use{Seen: true, ID: draft.ID, Count: 1}}
		}), "uses", check.Failed, check.Used),
		formattest.Refuse("serial reused", text, with(func(r *verify.Request) { r.Ledger = ledger{use: verify.Use{Seen: true, ID: [16]byte{1}}} }), "uses", check.Failed, check.SerialReused),
		formattest.Refuse("ledger down", text, with(func(r *verify.Request) { r.Ledger = ledger{err: errors.New("locked")} }), "uses", check.Indeterminate, check.Unreadable),
		formattest.Refuse("revoked", text, with(func(r *verify.Request) {
			r.Anchors = store(t, a.PEM, delegations(t, a), statusList(t, a, draft.Status.Index))
		}), "status", check.Failed, check.Revoked),
		formattest.Refuse("old list", text, with(func(r *verify.Request) {
			r.Anchors = trust.New(map[string]time.Duration{trust.KindStatus: time.Minute})
			for _, f := range [][]byte{a.PEM, delegations(t, a), statusList(t, a)} {
				if err := r.Anchors.Add(f, "test", time.Time{}); err != nil {
					t.Fatal(err)
				}
			}
		}), "status", check.Indeterminate, check.ListTooOld),
		formattest.Refuse("own institution without status list", text, with(func(r *verify.Request) { r.Anchors = store(t, a.PEM, delegations(t, a)) }), "status", check.Indeterminate, check.NoList),
		formattest.Refuse("own institution without delegation list", text, with(func(r *verify.Request) { r.Anchors = store(t, a.PEM, statusList(t, a)) }), "delegation-revoked", check.Indeterminate, check.NoList),
		formattest.Refuse("withdrawn", text, with(func(r *verify.Request) {
			r.Anchors = store(t, a.PEM, delegations(t, a, trust.Withdrawn{Station: "T01", KeyID: ownID}))
		}), "delegation-revoked", check.Failed, check.Revoked),
		formattest.Refuse("training paper", text, with(func(r *verify.Request) { r.Training = false }), "training", check.Failed, check.TrainingPaper),
	}
}

func TestVoucherResult(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	draft := a.Voucher()
	text := []byte(voucher.Encode(vouchertest.Sign(t, draft, a.Signer(t))) + "\n")
	r, err := claim169.Format{}.Verify(context.Background(), text, verify.Request{At: vouchertest.Now().Add(50 * time.Hour),
		Training: true, Anchors: store(t, a.PEM, statusList(t, a))})
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{"full_name": "样本甲", "birth_date": "1949-12-31", "sex": "F", "purpose": "housing-fund",
		"audience": "demo-bank", "serial": "T01-000123", "expires": "2026-11-27T09:00:00Z", "binding": "document", "max_uses": "1"} {
		if r.Claims[k] != want {
			t.Errorf("%s is %q, want %q", k, r.Claims[k], want)
		}
	}
	if r.Seen == nil || r.Seen.Serial != 123 || r.Seen.ID != draft.ID || r.Seen.Issuer != a.Name {
		t.Errorf("%+v", r.Seen)
	}
	out, err := json.Marshal(r.Trust)
	want := fmt.Sprintf(`[{"kind":"institution","snapshot":"%s 2026-11-26","age_days":2},{"kind":"status","snapshot":"%s 2026-11-26","age_days":2}]`, a.Name, draft.Status.URI)
	if err != nil || string(out) != want {
		t.Errorf("%s\nwant %s (%v)", out, want, err)
	}
}

func FuzzVerify(f *testing.F) {
	a := vouchertest.New(f, vouchertest.Issuer)
	msg := vouchertest.Sign(f, a.Voucher(), a.Signer(f))
	seeds := [][]byte{msg, []byte(voucher.Encode(msg)), {0xd2, 0x84, 0x43, 0xa1, 1, 0x26, 0xa0, 0x47, 0xa1, 0x18, 169, 0xa1, 4, 0x61, 'A', 0x41, 0}}
	for _, v := range vectors(f, "valid") {
		seeds = append(seeds, []byte(v.Data))
	}
	formattest.Fuzz(f, claim169.Format{}, seeds...)
}

// asked remembers what a ledger was asked for.
type asked struct {
	series string
	serial uint64
}

func (l *asked) Uses(_ context.Context, series string, serial uint64) (verify.Use, error) {
	l.series, l.serial = series, serial
	return verify.Use{}, nil
}

// Two counters of one institution both issue a serial 123: the ledger is asked for that of the voucher's own counter.
func TestLedgerKnowsTheCounter(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	text := []byte(voucher.Encode(vouchertest.Sign(t, a.Voucher(), a.Signer(t))))
	var l asked
	r, err := claim169.Format{}.Verify(context.Background(), text, verify.Request{At: vouchertest.Now(), Audience: "demo-bank",
		Training: true, Anchors: store(t, a.PEM, statusList(t, a)), Ledger: &l})
	if err != nil {
		t.Fatal(err)
	}
	if l.serial != 123 || l.series != a.Name+"#T01" || r.Seen == nil || r.Seen.Series() != l.series {
		t.Errorf("asked for %q %d", l.series, l.serial)
	}
}

// BenchmarkVerify checks three signatures: the issuing certificate's, the delegation's and the voucher's.
func BenchmarkVerify(b *testing.B) {
	a := vouchertest.New(b, vouchertest.Issuer)
	text := []byte(voucher.Encode(vouchertest.Sign(b, a.Voucher(), a.Signer(b))))
	req := verify.Request{At: vouchertest.Now().Add(time.Minute), Anchors: store(b, a.PEM), Training: true}
	formattest.Throughput(b, claim169.Format{}, text, req, formattest.ES256(b, 3))
}
