package station

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/queue"
	"bangban/app/store"
	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

// Redemption is a judgement that may have consumed a use.
type Redemption struct {
	*verify.Result
	Uses uint64 // how often this paper was redeemed here, this time included; 0: nothing was consumed
}

// Redeem judges a voucher as Verify does and, where it is Passed, consumes one use in this counter's ledger and queues
// the redemption for the back office (design §4, Single use). A judgement that is not Passed consumes nothing. The
// promise is one use per recipient's ledger.
func (s *Station) Redeem(ctx context.Context, p Presented) (Redemption, error) {
	if s.o.ReadOnly {
		return Redemption{}, store.ErrReadOnly
	}
	if p.Audience == "" {
		return Redemption{}, &desk.Error{Op: "voucher.redeem", Code: "redeem-no-audience"}
	}
	res, err := s.verify(ctx, p)
	if err != nil || res.Verdict != check.Passed {
		return Redemption{Result: res}, err
	}
	if res.Seen == nil {
		return Redemption{}, &desk.Error{Op: "voucher.redeem", Code: "redeem-foreign"}
	}
	clerk := s.redeemer()
	uses, err := s.store.Redeem(ctx, store.Redemption{Issuer: res.Seen.Series(), Serial: res.Seen.Serial, ID: res.Seen.ID,
		Audience: p.Audience, Max: res.Seen.MaxUses, Clerk: clerk,
		Body: func(uses uint64) ([]byte, error) { return redeemBody(res, p.Audience, uses, s.clock.Time()) }})
	switch { // the ledger has the last word: it may have moved since the judgement
	case errors.Is(err, store.ErrUsedUp):
		detail := strconv.FormatUint(uses, 10) + " of " + strconv.FormatUint(max(res.Seen.MaxUses, 1), 10)
		return Redemption{Result: overruled(res, check.Fail(voucher.CheckUses, check.Used, detail))}, nil
	case errors.Is(err, store.ErrReused):
		return Redemption{Result: overruled(res, check.Fail(voucher.CheckUses, check.SerialReused, res.Claims["serial"]))}, nil
	case err != nil: // nothing was consumed and nothing queued
		return Redemption{}, &desk.Error{Op: "voucher.redeem", Code: "redeem-not-queued", Args: map[string]string{"Serial": res.Claims["serial"]}, Err: err}
	}
	return Redemption{Result: res, Uses: uses}, nil
}

// redeemer is who is logged in; at the command line of a training counter its clerk.
func (s *Station) redeemer() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clerk.ID == "" && s.o.Training {
		return institution.TrainingClerk
	}
	return s.clerk.ID
}

// overruled is a judgement with one check replaced by what the ledger said.
func overruled(res *verify.Result, c check.Check) *verify.Result {
	checks := slices.Clone(res.Checks)
	if i := slices.IndexFunc(checks, func(old check.Check) bool { return old.Name == c.Name }); i >= 0 {
		checks[i] = c
	} else {
		checks = append(checks, c)
	}
	out := verify.NewResult(res.Format, res.At, checks)
	out.Claims, out.Trust = res.Claims, res.Trust
	return out
}

// redeemBody is what the back office compares with its other counters' redemptions: names of the paper, nobody's name.
func redeemBody(res *verify.Result, aud string, uses uint64, at time.Time) ([]byte, error) {
	return queue.EncodeBody(map[string]any{
		"iss": res.Seen.Issuer, "serial": res.Claims["serial"], "cti": res.Seen.ID[:], "aud": aud,
		"uses": uses, "max_uses": max(res.Seen.MaxUses, 1), "at": at.UTC().Format(time.RFC3339),
	})
}
