package ipp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/OpenPrinting/goipp"
)

// Clock is the time, and waiting for it.
type Clock interface {
	Now() time.Time
	// Pause waits for d, or fails when ctx ends.
	Pause(ctx context.Context, d time.Duration) error
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Config says where a print service is and how long to wait for what. Zero durations become those named here.
type Config struct {
	Address  string // "unix:/run/cups/cups.sock" or host:port; empty: this computer's, see System
	User     string // who owns our jobs; empty: bangban
	Memory   Memory // nil: what was handed over is forgotten when the program ends
	Clock    Clock  // nil: the system's
	Every    time.Duration
	Answer   time.Duration // for one answer: 10 s
	Grace    time.Duration // until a reason counts: 3 s
	Patience time.Duration // without any change: 60 s
}

func (c *Config) fill() {
	if c.Address == "" {
		c.Address = System()
	}
	if c.User == "" {
		c.User = "bangban"
	}
	if c.Memory == nil {
		c.Memory = &forgetful{}
	}
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	for d, standard := range map[*time.Duration]time.Duration{
		&c.Every: 500 * time.Millisecond, &c.Answer: 10 * time.Second, &c.Grace: 3 * time.Second, &c.Patience: time.Minute,
	} {
		if *d == 0 {
			*d = standard
		}
	}
}

const unixPrefix = "unix:"

// System is the address of this computer's print service: the first CUPS socket that is there, else port 631.
func System() string {
	for _, path := range []string{"/run/cups/cups.sock", "/var/run/cups/cups.sock", "/private/var/run/cupsd"} {
		if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
			return unixPrefix + path
		}
	}
	return "127.0.0.1:631"
}

// Service is a print service. Its methods may be called by several goroutines.
type Service struct {
	c      Config
	host   string // in URIs
	client *http.Client
	number atomic.Uint32
}

// New makes a service. Nothing is asked yet.
func New(c Config) *Service {
	c.fill()
	s := &Service{c: c, host: c.Address}
	dialer := &net.Dialer{Timeout: c.Answer}
	network, address := "tcp", c.Address
	if path, ok := strings.CutPrefix(c.Address, unixPrefix); ok {
		network, address, s.host = "unix", path, "localhost"
	}
	s.client = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		},
		MaxIdleConnsPerHost: 1, IdleConnTimeout: c.Answer, DisableCompression: true,
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return s
}

// queues is where CUPS has its queues.
const queues = "/printers/"

// Queue is a queue of CUPS.
func (s *Service) Queue(name string) *Printer { return s.At(name, queues+url.PathEscape(name)) }

// At is a printer that speaks IPP itself, at a path of the service: /ipp/print.
func (s *Service) At(name, path string) *Printer {
	return &Printer{s: s, name: name, path: path, uri: "ipp://" + s.host + path, busy: map[int64]bool{}}
}

// maxPrinters bounds the list.
const maxPrinters = 200

// Printers lists the queues of CUPS (CUPS-Get-Printers). Where no service runs there are none.
func (s *Service) Printers(ctx context.Context) ([]*Printer, error) {
	m := s.request(goipp.OpCupsGetPrinters, "")
	m.Operation.Add(goipp.MakeAttr("requested-attributes", goipp.TagKeyword, goipp.String("printer-name")))
	m.Operation.Add(goipp.MakeAttr("limit", goipp.TagInteger, goipp.Integer(maxPrinters)))
	answer, err := s.do(ctx, "/", m, nil)
	if is(err, goipp.StatusErrorNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []*Printer
	for _, g := range answer.Groups {
		if g.Tag != goipp.TagPrinterGroup || len(all) == maxPrinters {
			continue
		}
		if name := text(g.Attrs, "printer-name"); name != "" {
			all = append(all, s.Queue(name))
		}
	}
	return all, nil
}

// request begins a message (RFC 8011 §4.1).
func (s *Service) request(op goipp.Op, uri string) *goipp.Message {
	m := goipp.NewRequest(goipp.DefaultVersion, op, s.number.Add(1))
	m.Operation.Add(goipp.MakeAttr("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	m.Operation.Add(goipp.MakeAttr("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	if uri != "" {
		m.Operation.Add(goipp.MakeAttr("printer-uri", goipp.TagURI, goipp.String(uri)))
	}
	return m
}

// maxAnswer bounds an answer.
const maxAnswer = 1 << 20

// do posts a message, a document behind it, and reads the answer. The document is streamed from where it lies.
func (s *Service) do(ctx context.Context, path string, m *goipp.Message, document []byte) (*goipp.Message, error) {
	head, err := m.EncodeBytes()
	if err != nil {
		return nil, err
	}
	limit := s.c.Answer
	if document != nil { // a printer with little memory takes a document no faster than it prints
		limit = s.c.Patience
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	body := io.MultiReader(bytes.NewReader(head), bytes.NewReader(document))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.host+path, body)
	if err != nil {
		return nil, err
	}
	r.ContentLength = int64(len(head) + len(document))
	r.Header.Set("Content-Type", goipp.ContentType)
	op := goipp.Op(m.Code)
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %v: %w", ErrUnreachable, op, bare(err))
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized:
		return nil, &StatusError{op, goipp.StatusErrorNotAuthenticated}
	case http.StatusForbidden:
		return nil, &StatusError{op, goipp.StatusErrorForbidden}
	case http.StatusNotFound:
		return nil, &StatusError{op, goipp.StatusErrorNotFound}
	default:
		return nil, fmt.Errorf("%w: %v: http status %d", ErrAnswer, op, answer.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%w: %v: %w", ErrUnreachable, op, err)
	}
	return open(op, m.RequestID, raw)
}

// bare takes the address out of an error of net/http.
func bare(err error) error {
	if u, ok := err.(*url.Error); ok {
		return u.Err
	}
	return err
}

// open reads an answer to a request of this number.
func open(op goipp.Op, number uint32, raw []byte) (*goipp.Message, error) {
	var m goipp.Message
	if err := m.DecodeBytes(raw); err != nil {
		return nil, fmt.Errorf("%w: %v: %v", ErrAnswer, op, err)
	}
	if m.RequestID != number {
		return nil, fmt.Errorf("%w: %v: another request's", ErrAnswer, op)
	}
	if s := goipp.Status(m.Code); s >= 0x0100 { // RFC 8011 §B.1.2: below are successes
		return nil, &StatusError{op, s}
	}
	return &m, nil
}
