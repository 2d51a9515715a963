package inbox

import (
	"errors"
	"net/http"

	"bangban/app/queue"
)

// carried takes a file that a station brings for another one: what a stick holds, as it is. Who brings it must be a
// station; what is in it must be signed by the one that it names, as ever.
func (g *Gateway) carried(w http.ResponseWriter, r *http.Request) error {
	station, _, err := g.caller(r)
	if err != nil {
		return err
	}
	if err := g.paced(station); err != nil {
		return err
	}
	data, done, err := g.body(w, r, g.c.Limits.Body+g.c.Limits.Body>>10+64<<10)
	if err != nil {
		return err
	}
	defer done()
	b, err := queue.OpenCarried(data, g.c.Intake)
	switch {
	case errors.Is(err, queue.ErrOutside):
		return refuse(http.StatusUnprocessableEntity, "sealed", "The file is sealed to an intake key that is not here.")
	case errors.Is(err, queue.ErrTooLarge):
		return refuse(http.StatusRequestEntityTooLarge, "too-large", "The batch is too large.")
	case err != nil || len(b.Parcels) == 0:
		return refuse(http.StatusBadRequest, "malformed", "This is not a batch.")
	}
	right := g.right(b.Station)
	if right.Blocked {
		return refuse(http.StatusForbidden, "blocked", "The station that the file is of may not send.")
	}
	answer, err := g.take(r, b, right, len(data))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", queue.TypeAnswer)
	_, _ = w.Write(answer) // one that is not delivered is asked for again
	return nil
}
