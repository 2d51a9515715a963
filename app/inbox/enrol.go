package inbox

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"bangban/app/institution"
)

// Enroller signs identity certificates: institution.Institution where the gateway's folder holds the issuing key.
type Enroller interface {
	IdentityCertificate(station string, pub *ecdsa.PublicKey) (*x509.Certificate, error)
}

// alphabet is Crockford's base 32: no letter that is taken for a digit.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewCode makes a one-time enrolment code of 80 random bits, in four groups of four.
func NewCode(random io.Reader) (string, error) {
	raw := make([]byte, 16)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", err
	}
	var b strings.Builder
	for i, c := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[c&31])
	}
	return b.String(), nil
}

// HashCode is what a store keeps of a code. Spaces, hyphens, case and the letters O, I and L do not matter.
func HashCode(code string) [32]byte {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-':
			return -1
		case r == 'O':
			return '0'
		case r == 'I' || r == 'L':
			return '1'
		}
		return r
	}, strings.ToUpper(code))
	return sha256.Sum256([]byte("bangban-enrol-1\n" + plain))
}

// enrolment is what a station sends; of a renewal only the request.
type enrolment struct {
	Code string `json:"code"`
	CSR  string `json:"csr"` // PEM
}

// maxEnrolment bounds a request.
const maxEnrolment = 16 << 10

// enrol spends a one-time code on the key of a certificate request.
func (g *Gateway) enrol(w http.ResponseWriter, r *http.Request) error {
	codes, ok := g.c.Store.(Codes)
	if g.c.Enrol == nil || !ok {
		return refuse(http.StatusNotFound, "no-enrolment", "This gateway does not enrol.")
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if wait, ok := g.enrols.allow(host, g.c.Limits.Enrol, g.c.Now()); !ok {
		p := refuse(http.StatusTooManyRequests, "rate", "Too many enrolments in a short time.")
		p.wait = wait
		return p
	}
	in, key, err := g.request(w, r)
	if err != nil {
		return err
	}
	station, err := g.spend(r.Context(), codes, in.Code, key)
	if errors.Is(err, ErrCode) {
		return refuse(http.StatusForbidden, "code", "The code is not known, has been used, or has ended.")
	}
	if err != nil {
		return err
	}
	return g.certify(w, station, key)
}

// renew certifies the station that the connection was opened by, for the key of the request.
func (g *Gateway) renew(w http.ResponseWriter, r *http.Request) error {
	if g.c.Enrol == nil {
		return refuse(http.StatusNotFound, "no-enrolment", "This gateway does not enrol.")
	}
	station, _, err := g.caller(r)
	if err != nil {
		return err
	}
	if wait, ok := g.stations.allow("renew "+station, g.c.Limits.Enrol, g.c.Now()); !ok {
		p := refuse(http.StatusTooManyRequests, "rate", "Too many renewals in a short time.")
		p.wait = wait
		return p
	}
	_, key, err := g.request(w, r)
	if err != nil {
		return err
	}
	return g.certify(w, station, key)
}

func (g *Gateway) request(w http.ResponseWriter, r *http.Request) (in enrolment, key *ecdsa.PublicKey, err error) {
	data, done, err := g.body(w, r, maxEnrolment)
	if err != nil {
		return in, nil, err
	}
	defer done()
	if err := json.Unmarshal(data, &in); err != nil {
		return in, nil, refuse(http.StatusBadRequest, "malformed", "This is not an enrolment.")
	}
	block, _ := pem.Decode([]byte(in.CSR))
	if block == nil || block.Type != "CERTIFICATE REQUEST" { // a bare key would prove nothing
		return in, nil, refuse(http.StatusBadRequest, "request", "The certificate request cannot be read.")
	}
	if key, err = institution.ParseKey([]byte(in.CSR)); err != nil {
		return in, nil, refuse(http.StatusBadRequest, "request", "The certificate request is not of a P-256 key that signed it.")
	}
	return in, key, nil
}

func (g *Gateway) spend(ctx context.Context, codes Codes, code string, key *ecdsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", err
	}
	return codes.UseCode(ctx, HashCode(code), sha256.Sum256(der), g.c.Now())
}

func (g *Gateway) certify(w http.ResponseWriter, station string, key *ecdsa.PublicKey) error {
	if g.right(station).Blocked {
		return refuse(http.StatusForbidden, "blocked", "This station may not send.")
	}
	cert, err := g.c.Enrol.IdentityCertificate(station, key)
	if err != nil {
		g.c.Log.Error("not certified", "station", station, "error", err)
		p := refuse(http.StatusServiceUnavailable, "issuing", "The issuing key cannot be used at the moment.")
		p.wait = time.Minute
		return p
	}
	g.c.Log.Info("certified", "station", station, "until", cert.NotAfter)
	w.Header().Set("Content-Type", "application/pem-certificate-chain")
	_, _ = w.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	return nil
}
