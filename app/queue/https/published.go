package https

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// ErrNotPublished is a file that the gateway does not hand out.
var ErrNotPublished = errors.New("https: the gateway publishes no such file")

// publishedTotal is for how long a small file may come.
const publishedTotal = 30 * time.Second

// Published fetches one of the files under /.well-known/, at most limit bytes. The caller verifies what it says. It neither
// waits for the pause between two batches nor makes one.
func (s *Sink) Published(ctx context.Context, name string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, min(publishedTotal, s.c.Total))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/.well-known/"+name, nil)
	if err != nil {
		return nil, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		if errors.Is(context.Cause(ctx), context.Canceled) {
			return nil, err
		}
		return nil, s.broken(ctx, err)
	}
	defer res.Body.Close()
	s.clock(res.Header.Get("Date"))
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, fmt.Errorf("%w: %s", ErrNotPublished, name)
	default:
		err, _ := s.judge(res)
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	if int64(len(body)) > limit {
		return nil, s.fault("net-odd", errAnswer)
	}
	return body, nil
}
