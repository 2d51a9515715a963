package https

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"

	"bangban/app/desk"
	"bangban/app/queue"
)

// maxCertificate bounds what comes back.
const maxCertificate = 16 << 10

// Enrol spends a one-time code on a certificate request (PEM) and gives the identity certificate. The caller verifies it
// against the institution. An answer that was lost is asked for again with the same request.
func (s *Sink) Enrol(ctx context.Context, code string, csr []byte) (*x509.Certificate, error) {
	return s.certificate(ctx, queue.PathEnrol, map[string]string{"code": code, "csr": string(csr)})
}

// Renew asks for the next certificate, for the key of csr, on the strength of the one in use.
func (s *Sink) Renew(ctx context.Context, csr []byte) (*x509.Certificate, error) {
	return s.certificate(ctx, queue.PathRenew, map[string]string{"csr": string(csr)})
}

func (s *Sink) certificate(ctx context.Context, path string, in map[string]string) (*x509.Certificate, error) {
	data, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	fields := http.Header{"Content-Type": {"application/json"}}
	body, err := s.post(ctx, path, fields, data, "application/pem-certificate-chain", maxCertificate)
	var status *statusError
	if errors.As(err, &status) {
		return nil, &desk.Error{Op: "station.enrol", Code: enrolCode(status), Args: map[string]string{"Host": s.host}, Err: err}
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(body)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, s.fault("net-odd", errAnswer)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, s.fault("net-odd", err)
	}
	return cert, nil
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
