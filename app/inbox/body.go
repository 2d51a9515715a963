package inbox

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// leastReused is the size in bytes from which the memory of a request's body is used again.
const leastReused = 64 << 10

// bodies keeps the memory of bodies that have been dealt with.
type bodies struct{ pool sync.Pool }

func (b *bodies) get(n int64) []byte {
	if n >= leastReused {
		if old, _ := b.pool.Get().(*[]byte); old != nil && int64(cap(*old)) >= n {
			return (*old)[:n]
		}
	}
	return make([]byte, n)
}

func (b *bodies) put(data []byte) {
	if cap(data) >= leastReused {
		b.pool.Put(&data)
	}
}

// body reads a request whose length is known beforehand, out of the memory that all requests share. The sender must
// keep to a least speed. Nothing may point into data after done.
func (g *Gateway) body(w http.ResponseWriter, r *http.Request, limit int64) (data []byte, done func(), err error) {
	n := r.ContentLength
	switch {
	case n < 0:
		return nil, nil, refuse(http.StatusLengthRequired, "length", "Content-Length is needed.")
	case n > limit:
		return nil, nil, refuse(http.StatusRequestEntityTooLarge, "too-large", "The body is too large.")
	case !g.memory.take(n):
		p := refuse(http.StatusServiceUnavailable, "busy", "Too much is being taken in at once.")
		p.wait = 2 * time.Second
		return nil, nil, p
	}
	allowed := g.c.Limits.Grace + time.Duration(n/g.c.Limits.Slow)*time.Second
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(allowed))
	data = g.bodies.get(n)
	done = func() {
		g.bodies.put(data)
		g.memory.give(n)
	}
	if _, err := io.ReadFull(r.Body, data); err != nil {
		done()
		return nil, nil, refuse(http.StatusBadRequest, "cut-off", "The body did not arrive whole.")
	}
	return data, done, nil
}
