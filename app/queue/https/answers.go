package https

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"bangban/app/queue"
)

// Answers fetches answers to what people asked at this station, those behind a number, oldest first. The caller verifies
// them. A gateway of before there were any gives none.
func (s *Sink) Answers(ctx context.Context, after int64) ([]queue.Answered, error) {
	body, err := s.call(ctx, http.MethodGet, queue.PathAnswers+"?after="+strconv.FormatInt(after, 10), http.Header{}, nil, queue.TypeAnswer, queue.MaxAnsweredBytes)
	var status *statusError
	if errors.As(err, &status) && (status.status == http.StatusNotFound || status.status == http.StatusMethodNotAllowed) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := queue.DecodeAnswered(body)
	if err != nil {
		return nil, s.fault("net-odd", errors.Join(errAnswer, err))
	}
	return all, nil
}
