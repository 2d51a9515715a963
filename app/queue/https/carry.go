package https

import (
	"context"
	"errors"
	"net/http"

	"bangban/app/desk"
	"bangban/app/queue"
)

// Carry brings what lies on another station's stick to the gateway, as it is, and gives the answer, whose receipts the
// caller verifies.
func (s *Sink) Carry(ctx context.Context, file []byte) (*queue.Answer, error) {
	body, err := s.call(ctx, http.MethodPost, queue.PathCarried, http.Header{"Content-Type": {queue.TypeCarried}}, file, queue.TypeAnswer, queue.MaxAnswer)
	var status *statusError
	if errors.As(err, &status) && !errors.Is(err, queue.ErrOffline) {
		code := "carry-refused"
		if status.code == "sealed" {
			code = "carry-sealed"
		}
		return nil, &desk.Error{Op: "queue.carry", Code: code, Args: map[string]string{"Host": s.host}, Err: err}
	}
	if err != nil {
		return nil, err
	}
	a, err := queue.DecodeAnswer(body)
	if err != nil {
		return nil, s.fault("net-odd", errors.Join(errAnswer, err))
	}
	return a, nil
}
