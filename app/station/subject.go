package station

import (
	"context"
	"errors"
	"time"

	"bangban/app/desk"
	"bangban/app/queue"
	"bangban/app/queue/https"
	"bangban/app/store"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// SubjectRequest is what a person asks about what is kept of them. Document is the card they were identified with, read
// just now; it is theirs to wipe who read it.
type SubjectRequest struct {
	Ask      string // queue.AskHold, AskCorrect, AskErase
	Document *cardreader.Document
	Text     string // what is wrong, or what it is about
}

// SubjectSlip is what the person takes home. The counter keeps the number and forgets the code.
type SubjectSlip struct {
	Number string // receipt number of the request
	Code   string // opens the answer
}

// Ask queues a person's request, sealed like everything else, and gives the slip that opens the answer. Somebody must be
// logged in; at the command line of a training counter its clerk is.
func (s *Station) Ask(ctx context.Context, r SubjectRequest) (SubjectSlip, error) {
	if s.o.ReadOnly {
		return SubjectSlip{}, store.ErrReadOnly
	}
	clerk := s.redeemer()
	if clerk == "" {
		return SubjectSlip{}, &desk.Error{Op: "subject.ask", Code: "subject-nobody"}
	}
	for _, c := range r.Document.Checks {
		if c.Verdict == check.Failed {
			return SubjectSlip{}, &desk.Error{Op: "subject.ask", Code: "subject-card", Args: map[string]string{"Check": c.Name}}
		}
	}
	code, err := queue.NewReplyCode(s.o.Rand)
	if err != nil {
		return SubjectSlip{}, err
	}
	public, err := code.Public()
	if err != nil {
		return SubjectSlip{}, err
	}
	who := r.Document.Subject
	body, err := queue.SubjectBody{Ask: r.Ask, Document: r.Document.Kind, Checks: checkWords(r.Document.Checks), Name: who.Name(), Number: who.Number,
		BirthDate: who.BirthDate, Text: r.Text, Clerk: clerk, At: s.clock.Time().UTC().Format(time.RFC3339), Reply: public}.Encode()
	if err != nil {
		return SubjectSlip{}, &desk.Error{Op: "subject.ask", Code: "subject-incomplete", Err: err}
	}
	defer clear(body)
	number, err := s.store.Put(ctx, queue.KindSubject, clerk, body)
	if err != nil {
		return SubjectSlip{}, &desk.Error{Op: "subject.ask", Code: "subject-not-queued", Err: err}
	}
	return SubjectSlip{Number: number, Code: code.Text()}, nil
}

// checkWords says what was found of a card: name=verdict.
func checkWords(checks []check.Check) (all []string) {
	for _, c := range checks {
		all = append(all, c.Name+"="+c.Verdict.String())
	}
	return all
}

// Subjects lists the requests that were made here, the newest first: nobody's name.
func (s *Station) Subjects(ctx context.Context) ([]store.SubjectRow, error) {
	return s.store.Subjects(ctx)
}

// SubjectAnswer opens the answer to a request with the code on the person's slip. It is asked for at the gateway where
// there is one and it has not come yet.
func (s *Station) SubjectAnswer(ctx context.Context, number, code string) (queue.AnswerText, error) {
	fail := func(code string, err error) (queue.AnswerText, error) {
		return queue.AnswerText{}, &desk.Error{Op: "subject.answer", Code: code, Args: map[string]string{"Number": number}, Err: err}
	}
	c, err := queue.ParseReplyCode(code)
	if err != nil {
		return fail("subject-code", err)
	}
	file, err := s.store.Answer(ctx, number)
	if errors.Is(err, store.ErrNotFound) && !s.o.ReadOnly {
		if gate, gerr := s.gateway(); gerr == nil && gate != nil {
			if _, err := s.fetchAnswers(ctx, gate); err != nil {
				return queue.AnswerText{}, err // the network: it says itself why
			}
			file, err = s.store.Answer(ctx, number)
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return fail("subject-no-answer", err)
	}
	if err != nil {
		return queue.AnswerText{}, err
	}
	known, err := s.receiptKeys()
	if err != nil {
		return queue.AnswerText{}, err
	}
	a, err := queue.OpenAnswer(file, known)
	if err != nil {
		return fail("subject-forged", err)
	}
	t, err := a.Read(c)
	if err != nil {
		return fail("subject-code", err)
	}
	return t, nil
}

// SubjectGiven notes that the person has the answer; the counter forgets it.
func (s *Station) SubjectGiven(ctx context.Context, number string) error {
	if s.o.ReadOnly {
		return store.ErrReadOnly
	}
	err := s.store.AnswerGiven(ctx, number, s.redeemer())
	if errors.Is(err, store.ErrNotFound) {
		return &desk.Error{Op: "subject.answer", Code: "subject-no-answer", Args: map[string]string{"Number": number}, Err: err}
	}
	return err
}

// fetchAnswers takes in what the gateway has for this station. What somebody else signed is left out: it opens nothing.
func (s *Station) fetchAnswers(ctx context.Context, gate *https.Sink) (fresh int, err error) {
	for {
		after, waits, err := s.store.AnswersAfter(ctx)
		if err != nil || !waits {
			return fresh, err
		}
		all, err := gate.Answers(ctx, after)
		if err != nil || len(all) == 0 {
			return fresh, err
		}
		files, next := make([][]byte, len(all)), after
		for i, a := range all {
			files[i], next = a.File, max(next, a.N)
		}
		if next == after {
			return fresh, nil // a gateway that begins again for ever
		}
		n, err := s.takeAnswers(ctx, files, next)
		fresh += n
		if err != nil {
			return fresh, err
		}
	}
}

// takeAnswers keeps those answers whose signature verifies.
func (s *Station) takeAnswers(ctx context.Context, files [][]byte, next int64) (int, error) {
	known, err := s.receiptKeys()
	if err != nil {
		return 0, err
	}
	var good []*queue.SubjectAnswer
	for _, f := range files {
		if a, err := queue.OpenAnswer(f, known); err == nil {
			good = append(good, a)
		}
	}
	if len(good) == 0 && next == 0 {
		return 0, nil
	}
	return s.store.TakeAnswers(ctx, good, next)
}
