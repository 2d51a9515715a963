package provider

import (
	"crypto"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bangban/cardreader/check"
)

// Names and reasons of this package.
const (
	ID          = "network-identity"
	IDSimulated = "network-identity-simulated"

	CheckPlatform  = "platform"
	CheckSignature = "platform-signature"
	CheckAnswer    = "answer"

	ReasonNoNetwork check.Reason = "no-network"
	ReasonPlatform  check.Reason = "platform-error"
	ReasonRefused   check.Reason = "refused-by-platform"
)

// Sentinels; compare with errors.Is.
var (
	ErrConfig = errors.New("provider: the configuration cannot be used")
	errDown   = errors.New("provider: the platform was not reached")
	errAnswer = errors.New("provider: the platform failed")
)

// Shapes of the wire.
const (
	ShapeA = "A"
	ShapeB = "B"
)

// Fields maps what is asked and answered to a platform's names; a point goes down an object. Empty: the name in brackets.
type Fields struct {
	Serial  string `json:"serial"`  // [bizSerialNum, bizSeq]
	Code    string `json:"code"`    // what was scanned [authCode, idCardAuthData]
	Outcome string `json:"outcome"` // [resultCode]
	Name    string `json:"name"`    // [maskedName]
	Number  string `json:"number"`  // [maskedNumber]
	PID     string `json:"pid"`     // [pid]
	Time    string `json:"time"`    // milliseconds, seconds or RFC 3339 [timestamp]
}

// Config describes a platform.
type Config struct {
	Name     string   `json:"name"` // what a verdict calls it
	Shape    string   `json:"shape"`
	URL      string   `json:"url"`
	Mode     string   `json:"mode"`
	Prefixes []string `json:"prefixes"` // how its codes begin; only those are sent to it
	AppID    string   `json:"app_id"`
	AppName  string   `json:"app_name"`
	OrgCode  string   `json:"org_code"`
	Accepted []string `json:"accepted"` // outcomes that mean yes; empty: C0000000
	Header   string   `json:"header"`   // of signatures; empty: X-Signature
	Fields   Fields   `json:"fields"`

	Token    string           `json:"-"` // secret of the contract
	Signer   crypto.Signer    `json:"-"` // SM2 or RSA; nil: requests are not signed
	Platform crypto.PublicKey `json:"-"` // SM2 or RSA; nil: answers are not signed, and TLS alone vouches for them
	Client   *http.Client     `json:"-"` // with mutual TLS where the platform wants it
	Rand     io.Reader        `json:"-"`
}

const (
	minPrefix  = 3
	askFor     = 8 * time.Second // of one request
	maxAnswer  = 64 << 10
	maxCode    = 8 << 10
	answerLife = 10 * time.Minute
)

// New checks a configuration.
func New(c Config) (*Platform, error) {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "":
		return nil, fmt.Errorf("%w: url", ErrConfig)
	case c.Shape != ShapeA && c.Shape != ShapeB:
		return nil, fmt.Errorf("%w: shape", ErrConfig)
	case c.Name == "" || c.AppID == "" || c.Mode == "" || strings.ContainsAny(c.Mode, "/?#%"):
		return nil, fmt.Errorf("%w: name, app_id or mode", ErrConfig)
	case c.Client == nil || c.Rand == nil:
		return nil, fmt.Errorf("%w: no client", ErrConfig)
	case len(c.Prefixes) == 0 || slices.ContainsFunc(c.Prefixes, func(p string) bool { return len(p) < minPrefix }):
		return nil, fmt.Errorf("%w: prefixes", ErrConfig)
	}
	if c.Signer != nil && signatureOf(c.Signer.Public()) == "" || c.Platform != nil && signatureOf(c.Platform) == "" {
		return nil, fmt.Errorf("%w: keys are SM2, or RSA from 2048 bits", ErrConfig)
	}
	c.fill()
	client := *c.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Client = &client
	return &Platform{c: c, host: u.Host}, nil
}

func (c *Config) fill() {
	serial, code := "bizSerialNum", "authCode"
	if c.Shape == ShapeB {
		serial, code = "bizSeq", "idCardAuthData"
	}
	for to, name := range map[*string]string{&c.Header: "X-Signature", &c.Fields.Serial: serial, &c.Fields.Code: code, &c.Fields.Outcome: "resultCode",
		&c.Fields.Name: "maskedName", &c.Fields.Number: "maskedNumber", &c.Fields.PID: "pid", &c.Fields.Time: "timestamp"} {
		if *to == "" {
			*to = name
		}
	}
	if len(c.Accepted) == 0 {
		c.Accepted = []string{"C0000000"}
	}
	c.URL = strings.TrimSuffix(c.URL, "/")
}
