package inbox

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"bangban/app/queue"
)

// Reply answers a request that is held under ref: with a back-office key it is read, the answer is signed with the receipt
// key, sealed to the person's code and kept for the station.
func Reply(ctx context.Context, s Store, d Deps, keys []*queue.HolderKey, ref Ref, t queue.AnswerText) (n int64, err error) {
	box, ok := s.(Replies)
	if !ok || d.Receipts == nil {
		return 0, ErrNoReceipts
	}
	b, err := s.Envelope(ctx, ref)
	if err != nil {
		return 0, err
	}
	e, err := queue.OpenEnvelope(b, d.Identify)
	if err != nil {
		return 0, err
	}
	rec, err := unseal(e, keys)
	if err != nil {
		return 0, err
	}
	body, err := rec.Subject()
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNoRequest, err)
	}
	file, err := queue.SealAnswer(e, body, t, d.Now().UTC().Truncate(time.Second), d.Receipts)
	if err != nil {
		return 0, err
	}
	return box.PutAnswer(ctx, ref.Station, file)
}

// CarryAnswers writes every answer that is kept for a station to a carrier: those that came before are known there.
func CarryAnswers(ctx context.Context, s Store, dir, station string) error {
	box, ok := s.(Replies)
	if !ok {
		return nil
	}
	for after := int64(0); ; {
		all, err := box.Answers(ctx, station, after, queue.MaxAnswered)
		if err != nil || len(all) == 0 {
			return err
		}
		for _, a := range all {
			if err := queue.WriteAnswer(dir, station, a.N, a.File); err != nil {
				return err
			}
			after = a.N
		}
	}
}

// answers gives a station the answers to what people asked there.
func (g *Gateway) answers(w http.ResponseWriter, r *http.Request) error {
	station, _, err := g.caller(r)
	if err != nil {
		return err
	}
	if err := g.paced(station); err != nil {
		return err
	}
	after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil || after < 0 {
		return refuse(http.StatusBadRequest, "after", "after is a number.")
	}
	var all []queue.Answered
	if box, ok := g.c.Store.(Replies); ok {
		if all, err = box.Answers(r.Context(), station, after, queue.MaxAnswered); err != nil {
			return err
		}
	}
	b, err := queue.EncodeAnswered(all)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", queue.TypeAnswer)
	_, _ = w.Write(b) // one that is not delivered is asked for again
	return nil
}

// paced keeps one station to its rate.
func (g *Gateway) paced(station string) error {
	perMinute := g.c.Limits.PerMinute
	if right := g.right(station); right.PerMinute > 0 {
		perMinute = right.PerMinute
	}
	if wait, ok := g.stations.allow(station, perMinute, g.c.Now()); !ok {
		p := refuse(http.StatusTooManyRequests, "rate", "Too many requests in a short time.")
		p.wait = wait
		return p
	}
	return nil
}
