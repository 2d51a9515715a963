package https

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/queue"
)

var (
	errStalled = errors.New("https: nothing moved for too long")
	errAnswer  = errors.New("https: not an answer of a gateway")
)

// proxyError is a proxy that did not let the connection through.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return fmt.Sprintf("https: proxy answered %d", e.status) }

// statusError is an answer of the gateway that is not a batch's.
type statusError struct {
	status int
	code   string // of the problem, plain
}

func (e *statusError) Error() string {
	return fmt.Sprintf("https: gateway answered %d %s", e.status, e.code)
}

// fault makes the error that a person is told: the code says which of the named causes it is. All of them mean that no
// parcel was tried.
func (s *Sink) fault(code string, err error) error {
	return &desk.Error{Op: "queue.deliver", Code: code, Args: map[string]string{"Host": s.host}, Err: fmt.Errorf("%w: %w", queue.ErrOffline, err)}
}

// broken tells why no answer came.
func (s *Sink) broken(ctx context.Context, err error) error {
	var proxy *proxyError
	var record tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &proxy) && proxy.status == http.StatusProxyAuthRequired:
		return s.fault("net-proxy-login", err)
	case errors.As(err, &proxy):
		return s.fault("net-proxy", err)
	case errors.As(err, &record), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return s.fault("net-portal", err) // plain text where TLS should be
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return s.fault("net-clock", err)
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return s.fault("net-stranger", err)
	case errors.Is(context.Cause(ctx), errStalled), errors.Is(err, errStalled), errors.Is(err, context.DeadlineExceeded):
		return s.fault("net-slow", err)
	case strings.Contains(err.Error(), "remote error: tls:"):
		return s.fault("net-refused", err) // the gateway ended the handshake: our certificate
	}
	return s.fault("net-none", err)
}

// judge reads what came instead of a batch's answer.
func (s *Sink) judge(res *http.Response) (err error, retry time.Duration) {
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	status := &statusError{status: res.StatusCode}
	if kind == queue.TypeProblem {
		status.code = problemCode(res.Body)
	}
	retry = retryAfter(res.Header.Get("Retry-After"), s.c.Now())
	switch n := res.StatusCode; {
	case n == http.StatusNetworkAuthenticationRequired, n >= 300 && n < 400, n < 300 && kind == "text/html":
		return s.fault("net-portal", status), retry
	case n == http.StatusProxyAuthRequired:
		return s.fault("net-proxy-login", status), retry
	case n == http.StatusUnauthorized, n == http.StatusForbidden:
		return s.fault("net-refused", status), retry
	case n == http.StatusTooManyRequests, n == http.StatusServiceUnavailable:
		return s.fault("net-busy", status), retry
	case n == http.StatusBadGateway, n == http.StatusGatewayTimeout, n == http.StatusRequestTimeout, n == http.StatusNotFound:
		return s.fault("net-ill", status), retry
	case n >= 500 && s.gate.sick():
		return s.fault("net-ill", status), retry
	}
	return status, retry
}

// retryAfter reads the field (RFC 9110 §10.2.3): seconds or a date.
func retryAfter(v string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// problemCode reads "code" of a problem (RFC 9457), bounded.
func problemCode(r io.Reader) string {
	var p struct {
		Code string `json:"code"`
	}
	if err := decodeJSON(io.LimitReader(r, 4<<10), &p); err != nil || len(p.Code) > 32 {
		return ""
	}
	return p.Code
}
