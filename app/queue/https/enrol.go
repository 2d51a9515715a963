package https

import (
	"context"
	"errors"
	"net/http"

	"bangban/app/desk"
	"bangban/app/queue"
)

// maxCertificates bounds what comes back.
const maxCertificates = 32 << 10

// Enrol hands a counter's request in and gives the institution's answer, which the caller verifies. An answer that was
// lost is asked for again with the same request.
func (s *Sink) Enrol(ctx context.Context, request []byte) ([]byte, error) {
	body, err := s.call(ctx, http.MethodPost, queue.PathEnrol, http.Header{"Content-Type": {queue.TypePEM}}, request, queue.TypePEM, maxCertificates)
	var status *statusError
	if errors.As(err, &status) {
		return nil, &desk.Error{Op: "station.enrol", Code: enrolCode(status), Args: map[string]string{"Host": s.host}, Err: err}
	}
	return body, err
}

func enrolCode(e *statusError) string {
	switch {
	case e.code == "code":
		return "enrol-code"
	case e.code == "no-enrolment":
		return "enrol-elsewhere"
	case e.status == http.StatusUnauthorized, e.status == http.StatusForbidden:
		return "net-refused"
	case e.status == http.StatusTooManyRequests, e.status >= 500:
		return "net-busy"
	}
	return "enrol-request"
}
