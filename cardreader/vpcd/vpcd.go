// Package vpcd lays a virtual card on a virtual reader of a real PC/SC service: the reader driver vpcd of the project
// vsmartcard (Debian: vsmartcard-vpcd). The service, its client library and everything above see a reader and a card
// like any other. It is for tests and rehearsals: the driver listens on every network interface, so it is never part of
// an installation that serves people.
//
// # Protocol (vsmartcard virtualsmartcard/src/vpcd/vpcd.c)
//
// The card connects to the driver by TCP. Each message is a length of two bytes, big endian, and so many bytes.
//
//	driver → card   1 byte 00 power off, 01 power on, 02 reset    no answer
//	driver → card   1 byte 04                                     answer: the ATR
//	driver → card   anything longer: a command APDU               answer: the response APDU
//
// Connecting is laying the card down, closing is taking it away; closing instead of answering is taking it away in the
// middle of a command.
//
// # Quick acknowledgement
//
// The driver sends length and body in two writes. Without TCP_QUICKACK the second waits for a delayed acknowledgement of
// the first, 40 ms a command: whoever measures time then measures the kernel.
package vpcd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"strconv"
	"sync"
	"time"

	"bangban/cardreader/sim"
)

// DefaultPort is where the driver of the Debian package listens for its first reader; the second is one above.
const DefaultPort = 35963

// ErrUnreachable says that no driver took the card.
var ErrUnreachable = errors.New("vpcd: no virtual reader takes the card")

// Card is a chip. An answer of nil means that it was taken away instead.
type Card interface {
	ATR() []byte
	Reset()
	APDU(command []byte) []byte
}

var _ Card = (*sim.Card)(nil)

// Addr is the address of a driver on this computer.
func Addr(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// Serve lays c on the reader at addr and answers for it until ctx ends, the card takes itself away or the service
// goes. It returns nil in the first two cases.
func Serve(ctx context.Context, addr string, c Card) error {
	conn, err := dial(ctx, addr)
	if err != nil {
		return err
	}
	return serve(ctx, conn, c)
}

// Session is a card that lies on a virtual reader.
type Session struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
	once   sync.Once
}

// Insert lays c on the reader at addr and answers for it in the background. It waits until the driver listens or ctx
// ends; ctx does not end the session. The caller calls Remove.
func Insert(ctx context.Context, addr string, c *sim.Card) (*Session, error) {
	conn, err := dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &Session{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.err = serve(life, conn, c)
	}()
	return s, nil
}

// Remove takes the card away and waits until that is done. It may be called twice.
func (s *Session) Remove() error {
	s.once.Do(s.cancel)
	<-s.done
	return s.err
}

// Done is closed when the card lies there no longer, for whatever reason.
func (s *Session) Done() <-chan struct{} { return s.done }

// dial tries until the driver listens: a service that has just been started opens its port a moment later.
func dial(ctx context.Context, addr string) (*net.TCPConn, error) {
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	var d net.Dialer
	for {
		conn, err := d.DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.(*net.TCPConn), nil
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %s: %w", ErrUnreachable, addr, err)
		}
	}
}

// serve answers for the card until one side has had enough.
func serve(ctx context.Context, conn *net.TCPConn, c Card) error {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	defer conn.Close()
	for {
		message, err := receive(conn)
		if err != nil {
			return ended(ctx, err)
		}
		answer, due := respond(c, message)
		if !due {
			continue
		}
		if answer == nil {
			return nil // pulled out
		}
		if len(answer) > math.MaxUint16 {
			return fmt.Errorf("vpcd: answer of %d bytes", len(answer))
		}
		out := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(answer)), uint16(len(answer)))
		if _, err := conn.Write(append(out, answer...)); err != nil {
			return ended(ctx, err)
		}
	}
}

func receive(conn *net.TCPConn) ([]byte, error) {
	var head [2]byte
	if err := quickAck(conn); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(head[:]))
	if err := quickAck(conn); err != nil {
		return nil, err
	}
	_, err := io.ReadFull(conn, message)
	return message, err
}

// respond gives the card's answer, and whether one is due.
func respond(c Card, message []byte) (answer []byte, due bool) {
	if len(message) > 1 {
		return c.APDU(message), true
	}
	if len(message) == 1 && message[0] == 4 {
		if atr := c.ATR(); len(atr) > 0 {
			return atr, true
		}
		// A mute card: the driver takes an empty answer for a card that hung up, and one longer than any ATR
		// (33 bytes, ISO/IEC 7816-3 §8.1) for a card that does not answer.
		return make([]byte, 40), true
	}
	c.Reset()
	return nil, false
}

// ended tells a card that was taken away, nil, from a service that has gone.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("vpcd: driver hung up: %w", err)
}
