package station

import (
	"context"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/queue"
	"bangban/app/sheets"
	"bangban/app/verify"
	"bangban/print"
)

// Shows is what the counter needs to judge what people show: flow.Checker over this station.
func (s *Station) Shows() flow.Checker { return shows{s} }

type shows struct{ s *Station }

// Check implements flow.Checker. The audience is not judged: the counter asks for itself, on nobody's behalf.
func (w shows) Check(ctx context.Context, data []byte) (*verify.Result, error) {
	return w.s.Verify(ctx, Presented{Input: data})
}

// Keep implements flow.Checker: one sealed parcel and its leaf; a call-back task where a platform could not be asked.
func (w shows) Keep(ctx context.Context, r desk.Verification) (string, error) {
	if callBack(r) {
		return w.s.keepCallBack(ctx, r)
	}
	body, err := verificationBody(r)
	if err != nil {
		return "", err
	}
	return w.s.store.Put(ctx, queue.KindVerification, r.Clerk, body)
}

// verificationBody is the result and how it came about, nothing of what the credential says.
func verificationBody(r desk.Verification) ([]byte, error) {
	return queue.EncodeBody(verificationFields(r))
}

func verificationFields(r desk.Verification) map[string]any {
	return map[string]any{
		"at": r.At.UTC().Format(time.RFC3339), "clerk": r.Clerk, "want": r.Want, "bearer": r.Bearer, "answer": string(r.Answer),
		"read_aloud": r.ReadAloud, "lang": r.Lang, "outcome": r.Outcome, "list_days": r.Days, "format": r.Format,
		"checks": r.Checks, "lists": r.Lists, "sha256": r.Hash,
	}
}

// Receipt implements flow.Checker.
func (w shows) Receipt(ctx context.Context, r desk.Verification, parcel, lang string) error {
	title := "verification-" + r.At.UTC().Format("20060102-150405")
	return w.s.printKind(ctx, PrintsSlip, title, lang, func(fonts *print.Fonts, paper string, first, second sheets.Language) (*print.Sheet, error) {
		return sheets.Verification(fonts, sheets.VerificationData{Paper: paper,
			Outcome: r.Outcome, Days: r.Days, Want: r.Want, Reason: decidedBy(r), Format: r.Format, Number: parcel,
			Hall: w.s.bundle.Policy.Hall, Hotline: w.s.bundle.Policy.Hotline, At: local(r.At), Training: w.s.o.Training,
		}, first, second)
	})
}

// decidedBy is the reason that decided, where the result is not Valid.
func decidedBy(r desk.Verification) string {
	want := map[string]string{"not-valid": "failed", "cannot-tell": "indeterminate"}[r.Outcome]
	for _, c := range r.Checks {
		verdict, reason, ok := strings.Cut(c[strings.Index(c, "=")+1:], ":")
		if ok && verdict == want {
			return reason
		}
	}
	return ""
}

// Now is station time (design §3).
func (s *Station) Now() time.Time {
	at, _, _ := s.clock.Now()
	return at
}
