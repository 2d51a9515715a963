package https

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// What is published comes as it lies there, and every way in which it does not come is told apart.
func TestPublished(t *testing.T) {
	const most = 100
	for name, c := range map[string]struct {
		status int
		kind   string
		body   string
		code   string
		none   bool
	}{
		"there":            {status: 200, kind: "application/octet-stream", body: "SPECIMEN"},
		"not published":    {status: 404, none: true},
		"too long":         {status: 200, body: strings.Repeat("x", most+1), code: "net-odd"},
		"a login page":     {status: 302, code: "net-portal"},
		"busy":             {status: 503, code: "net-busy"},
		"another's server": {status: 403, code: "net-refused"},
	} {
		s := open(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/.well-known/release" {
				t.Errorf("%s: %s %s", name, r.Method, r.URL.Path)
			}
			w.Header().Set("Content-Type", c.kind)
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		})
		got, err := s.Published(t.Context(), "release", most)
		switch {
		case c.none != errors.Is(err, ErrNotPublished) || codeOf(err) != c.code:
			t.Errorf("%s: %v", name, err)
		case err == nil && string(got) != c.body:
			t.Errorf("%s: %q", name, got)
		}
		if w := s.gate.wait(); w != 0 {
			t.Errorf("%s: the next batch waits %v", name, w)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, func(http.ResponseWriter, *http.Request) {}).Published(ctx, "release", most); !errors.Is(err, context.Canceled) || codeOf(err) != "" {
		t.Errorf("given up by the caller: %v", err)
	}
}
