package sam

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"go.bug.st/serial"
)

// probing is how long a module has for the answer to the status command at each speed: 15 bytes at 9600 baud take
// 16 ms on the wire.
const probing = 400 * time.Millisecond

func serialPorts() ([]string, error) {
	names, err := serial.GetPortsList()
	if err != nil {
		return nil, fmt.Errorf("sam: list serial ports: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

// serialPort is a port that is opened at the first of speeds at which a module answers, and from then on at that one
// first.
func serialPort(device string, speeds []int) Port {
	s := &speeds8N1{device: device, speeds: speeds}
	return Port{Name: device, Dial: s.dial}
}

// speeds8N1 remembers at which speed a module answered last.
type speeds8N1 struct {
	device string

	mu     sync.Mutex
	speeds []int
}

func (s *speeds8N1) dial(ctx context.Context) (io.ReadWriteCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var last error
	for i, speed := range slices.Clone(s.speeds) {
		if err := ctx.Err(); err != nil { // the next call goes on where this one had to stop
			s.speeds = append(slices.Clone(s.speeds[i:]), s.speeds[:i]...)
			return nil, err
		}
		answers, err := probe(ctx, s.device, speed)
		if err != nil {
			return nil, err // the port itself cannot be opened: no speed helps
		}
		last = answers
		if answers != nil {
			continue
		}
		s.speeds = append([]int{speed}, slices.Delete(slices.Clone(s.speeds), i, i+1)...)
		return openSerial(s.device, speed)
	}
	return nil, last
}

// probe tells whether a module answers at this speed; err says that the port does not open. An answer that names a fault
// of the module is one.
func probe(ctx context.Context, device string, speed int) (silence, err error) {
	port, err := openSerial(device, speed)
	if err != nil {
		return nil, err
	}
	line := NewLine(port)
	defer line.Close()
	_, asked := line.exchange(ctx, probing, OK, []byte{0x11, 0xFF})
	var status *StatusError
	if errors.As(asked, &status) {
		return nil, nil
	}
	return asked, nil
}

func openSerial(device string, speed int) (io.ReadWriteCloser, error) {
	p, err := serial.Open(device, &serial.Mode{BaudRate: speed, DataBits: 8, Parity: serial.NoParity, StopBits: serial.OneStopBit})
	if err != nil {
		return nil, fmt.Errorf("sam: open serial port: %w", err)
	}
	return p, nil
}
