// Package escpostest is a receipt printer on the loopback for tests.
package escpostest

import (
	"bufio"
	"fmt"
	"image"
	"io"
	"net"
	"sync"
	"testing"
)

// Fake is a printer on the loopback: it understands what a paper is made of and nothing else, answers in order, and stops
// where it is told to, as paper that runs out stops a real one: it goes on to answer DLE EOT, executes nothing and
// answers no GS r.
type Fake struct {
	// Address is what escpos.Parse reads.
	Address string
	// Stands is closed when the first command has to wait.
	Stands chan struct{}

	t      *testing.T
	mu     sync.Mutex
	papers [][]byte // what was cut off: bytes of a row, then rows
	rows   []byte   // printed and not cut
	row    int      // bytes of a row
	queue  []func() // what waits because the printer stands still
	stop   map[byte]byte
	after  int // rows until stop begins; -1: never
	held   bool
	mode   Mode
	drops  int // how often it was told to forget
}

// Mode is how a printer is broken.
type Mode uint8

// The modes.
const (
	Well  Mode = iota
	Deaf       // takes all and says nothing
	Stuck      // does not move, says that all is well
)

// Stop makes the printer stand still once so many rows are out, and answer the questions of DLE EOT with these bits. With
// no bits it is put right again.
func (f *Fake) Stop(bits map[byte]byte, after int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stop, f.after = bits, after; bits == nil {
		f.after, f.held = -1, false
	}
}

// Drops is how often the printer was told to forget what it has.
func (f *Fake) Drops() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.drops
}

// Page makes a picture of a paper of Tray.
func Page(paper []byte) *image.Gray {
	row, rows := int(paper[0]), paper[1:]
	img := image.NewGray(image.Rect(0, 0, row*8, len(rows)/row))
	for i := range img.Pix {
		if img.Pix[i] = 255; rows[i/8]&(0x80>>(i%8)) != 0 {
			img.Pix[i] = 0
		}
	}
	return img
}

// New starts a printer that ends with the test.
func New(t *testing.T, mode Mode) *Fake {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &Fake{t: t, Address: "tcp:" + l.Addr().String(), mode: mode, after: -1, Stands: make(chan struct{})}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			group.Go(func() {
				defer c.Close()
				f.Serve(c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); group.Wait() })
	return f
}

// Serve reads commands until the other side hangs up. A command that is cut short is where it hung up.
func (f *Fake) Serve(c io.ReadWriter) {
	r := bufio.NewReader(c)
	for {
		if err := f.command(r, c); err != nil {
			if err != io.EOF && err != io.ErrUnexpectedEOF {
				if _, broken := err.(interface{ Timeout() bool }); !broken {
					f.t.Error(err)
				}
			}
			return
		}
	}
}

func (f *Fake) command(r *bufio.Reader, c io.ReadWriter) error {
	var two [2]byte
	if _, err := io.ReadFull(r, two[:]); err != nil {
		return err
	}
	take := func(n int) []byte {
		b := make([]byte, n)
		if _, err := io.ReadFull(r, b); err != nil {
			return nil
		}
		return b
	}
	switch two {
	case [2]byte{0x10, 0x04}:
		if q := take(1); q != nil {
			f.status(q[0], c)
		}
	case [2]byte{0x10, 0x14}:
		if b := take(8); b != nil {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.queue, f.rows, f.drops = nil, nil, f.drops+1
		}
	case [2]byte{0x1b, '@'}:
	case [2]byte{0x1d, 'a'}:
		take(1)
	case [2]byte{0x1d, 'r'}:
		take(1)
		f.later(func() { c.Write([]byte{0}) })
	case [2]byte{0x1d, 'V'}:
		take(2)
		f.later(func() {
			f.papers = append(f.papers, append([]byte{byte(f.row)}, f.rows...))
			f.rows = nil
		})
	case [2]byte{0x1d, 'v'}:
		head := take(6)
		if head == nil {
			return io.ErrUnexpectedEOF
		}
		width, rows := int(head[2])|int(head[3])<<8, int(head[4])|int(head[5])<<8
		if rows > 255 || head[0] != '0' {
			return fmt.Errorf("a band of %d rows", rows)
		}
		data := take(width * rows)
		f.later(func() { f.row, f.rows = width, append(f.rows, data...) })
	default:
		return fmt.Errorf("unknown command % x", two)
	}
	return nil
}

// later executes a command, or keeps it while the printer stands still.
func (f *Fake) later(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.after >= 0 && f.row > 0 && len(f.rows)/f.row >= f.after {
		f.held = true
	}
	if f.held || f.mode != Well {
		if f.queue = append(f.queue, do); len(f.queue) == 1 {
			select {
			case <-f.Stands:
			default:
				close(f.Stands)
			}
		}
		return
	}
	do()
}

// status answers DLE EOT: fixed bits, and those of what is wrong.
func (f *Fake) status(question byte, c io.ReadWriter) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.mode == Deaf {
		return
	}
	answer := byte(0x12)
	if f.held || f.after == 0 {
		answer |= f.stop[question]
	}
	c.Write([]byte{answer})
}

// Tray gives the papers that were cut off, and one that was not: bytes of a row, then the rows, a bit a dot.
func (f *Fake) Tray() [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := append([][]byte(nil), f.papers...)
	if len(f.rows) > 0 {
		all = append(all, append([]byte{byte(f.row)}, f.rows...))
	}
	return all
}
