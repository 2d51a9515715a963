package station

import (
	"context"
	"strconv"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/institution"
	"bangban/cardreader"
)

// Order is a voucher to issue without the window, on a training station.
type Order struct {
	Document  *cardreader.Document
	Purpose   string
	Recipient string
	Valid     time.Duration // 0: what the purpose says
	Paper     string
	Lang      string  // of the paper
	SM        bool    // with an SM2 signature in the PDF, whatever policy says
	Mandate   string  // text of the mandate that the document's holder acts on; empty: none
	Twin      *string // where not nil, the paper's HTML twin for screen readers is there before out is called
}

// IssueTraining issues as clerk 01 and records the consent as training. out gets the paper between T1 and T2.
func (s *Station) IssueTraining(ctx context.Context, o Order, out func(*flow.Paper) error) error {
	if !s.o.Training {
		return &desk.Error{Op: "voucher.issue", Code: "login-role"}
	}
	if err := s.possible(o); err != nil {
		return err
	}
	s.sm.order = o.SM
	clerk, err := s.loginTraining(ctx)
	if err != nil {
		return err
	}
	defer s.Lock()
	var second desk.Clerk
	if o.Mandate != "" { // two look at a helper who comes alone
		if second, err = s.secondTraining(ctx); err != nil {
			return err
		}
	}
	ports := s.Ports()
	ports.Press = press{s: s, twin: o.Twin}
	if o.Valid > 0 {
		ports.Rules = shorter{ports.Rules, o.Valid}
	}
	return flow.Issue(ctx, ports, flow.Options{Lang: s.o.Lang, Second: "en", App: "bangbanctl " + Version, Paper: o.Paper, Log: s.o.Log, Portrait: Portrait}, flow.Request{
		Document: o.Document, Clerk: clerk, Mandate: o.Mandate, Second: second, Purpose: o.Purpose, Recipient: o.Recipient, Lang: o.Lang,
	}, out)
}

// secondTraining is the supervisor of a training counter, proved by the PIN that stands on its login screen.
func (s *Station) secondTraining(ctx context.Context) (desk.Clerk, error) {
	pin := []byte(institution.TrainingPIN)
	defer clear(pin)
	return s.Confirm(ctx, institution.TrainingSupervisor, PIN(pin))
}

// Giving is a mandate to give without the window, on a training station.
type Giving struct {
	Principal, Helper *cardreader.Document
	Terms             desk.MandateTerms
	Lang              string
}

// GiveTraining gives a mandate as clerk 01 and records the consent as training. out gets the three pages between T1 and T2.
func (s *Station) GiveTraining(ctx context.Context, g Giving, out func(*flow.Paper) error) error {
	if !s.o.Training {
		return &desk.Error{Op: "mandate.give", Code: "login-role"}
	}
	clerk, err := s.loginTraining(ctx)
	if err != nil {
		return err
	}
	defer s.Lock()
	return flow.Give(ctx, s.Ports(), flow.Options{Lang: s.o.Lang, Second: "en", App: "bangbanctl " + Version, Log: s.o.Log}, flow.Giving{
		Principal: g.Principal, Helper: g.Helper, Clerk: clerk, Terms: g.Terms, Lang: g.Lang}, out)
}

// possible says what the command line asks for and this counter cannot make. In the window neither is offered.
func (s *Station) possible(o Order) error {
	for _, p := range s.bundle.Purposes {
		if p.Code == o.Purpose && p.Binding == desk.BindFace && (o.Document == nil || len(o.Document.Photo) == 0) {
			return &desk.Error{Op: "voucher.issue", Code: "portrait-needed", Args: map[string]string{"Purpose": p.Code}}
		}
	}
	if longest := s.delegated.MaxLife; o.Valid > longest {
		return &desk.Error{Op: "voucher.issue", Code: "life-too-long", Args: map[string]string{"Hours": strconv.Itoa(int(longest.Hours()))}}
	}
	return nil
}

// shorter gives every purpose the life that was asked for.
type shorter struct {
	flow.Rules
	life time.Duration
}

func (r shorter) Purposes() []desk.Purpose {
	list := append([]desk.Purpose(nil), r.Rules.Purposes()...)
	for i := range list {
		list[i].Life = r.life
	}
	return list
}

// Ledger lists the vouchers of this counter.
func (s *Station) Ledger(ctx context.Context) ([]desk.LedgerRow, error) { return s.store.Ledger(ctx) }
