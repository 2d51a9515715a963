package inbox

import (
	"errors"
	"net"
	"net/http"
	"time"

	"bangban/app/institution"
	"bangban/app/queue"
)

// Enroller answers requests: institution.Institution, where the gateway runs on the institution's own folder.
type Enroller interface {
	Answer(r *institution.Request, g institution.Grant) (*institution.Answer, error)
}

// maxEnrolment bounds a request.
const maxEnrolment = 32 << 10

// enrol answers the request of a counter (institution.OpenRequest) with its certificates and a delegation. The first
// request proves the one-time code of the enrolment letter and comes without a client certificate; a later one has no
// proof and comes over a connection of the station's own, so that a request file that lies about is worth nothing.
func (g *Gateway) enrol(w http.ResponseWriter, r *http.Request) error {
	if g.c.Enrol == nil {
		return refuse(http.StatusNotFound, "no-enrolment", "This gateway does not enrol.")
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if err := g.mayEnrol("from " + host); err != nil {
		return err
	}
	data, done, err := g.body(w, r, maxEnrolment)
	if err != nil {
		return err
	}
	defer done()
	request, err := institution.OpenRequest(data)
	if err != nil {
		return refuse(http.StatusBadRequest, "request", "This is not a counter's request.")
	}
	if len(request.Proof) == 0 {
		station, _, err := g.caller(r)
		if err != nil {
			return err
		}
		if station != request.Station {
			return refuse(http.StatusForbidden, "other-station", "The request is of another station than the certificate.")
		}
	}
	if g.right(request.Station).Blocked {
		return refuse(http.StatusForbidden, "blocked", "This station may not send.")
	}
	if err := g.mayEnrol("for " + request.Station); err != nil {
		return err
	}
	return g.answer(w, request)
}

func (g *Gateway) mayEnrol(name string) error {
	wait, ok := g.enrols.allow(name, g.c.Limits.Enrol, g.c.Now())
	if ok {
		return nil
	}
	p := refuse(http.StatusTooManyRequests, "rate", "Too many enrolments in a short time.")
	p.wait = wait
	return p
}

func (g *Gateway) answer(w http.ResponseWriter, r *institution.Request) error {
	a, err := g.c.Enrol.Answer(r, g.c.Grant)
	switch {
	case errors.Is(err, institution.ErrNotEnrolled), errors.Is(err, institution.ErrLetterEnded), errors.Is(err, institution.ErrCode),
		errors.Is(err, institution.ErrEnrolled):
		return refuse(http.StatusForbidden, "code", "The code is not known, has been used by another key, or has ended.")
	case err != nil:
		g.c.Log.Error("not certified", "station", r.Station, "error", err)
		p := refuse(http.StatusServiceUnavailable, "issuing", "The issuing key cannot be used at the moment.")
		p.wait = time.Minute
		return p
	}
	g.c.Log.Info("certified", "station", r.Station, "until", a.Identity.NotAfter)
	w.Header().Set("Content-Type", queue.TypePEM)
	_, _ = w.Write(a.Encode())
	return nil
}
