package sam

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// usbPrefix begins the name of a USB port: "usb:" stands for the module's own device, "usb:0483:5652" for one that
// identifies itself as something else. What decides how frames are carried is the shape of the pipes.
const (
	usbPrefix = "usb:"
	usbModule = "0400:c35a"
)

// usbDevice gives the identification in a port's name, lower case, as /sys and lsusb write it.
func usbDevice(name string) (string, error) {
	id := strings.ToLower(strings.TrimPrefix(name, usbPrefix))
	if id == "" {
		return usbModule, nil
	}
	if len(id) != 9 || id[4] != ':' || strings.Trim(id, "0123456789abcdef:") != "" || strings.Count(id, ":") != 1 {
		return "", fmt.Errorf("%w: %q", ErrPort, name)
	}
	return id, nil
}

// BulkEndpoints gives the addresses of the bulk endpoints of the first interface that has any, and its number, from the
// descriptors of a device (USB 2.0 §9.6: interface is type 4, endpoint type 5). Of alternate settings only the first
// counts.
func BulkEndpoints(descriptors []byte) (number byte, endpoints []byte) {
	var current byte
	first := false
	for len(descriptors) >= 2 {
		n := int(descriptors[0])
		if n < 2 || n > len(descriptors) {
			break
		}
		switch d := descriptors[:n]; {
		case d[1] == 4 && n >= 9:
			if len(endpoints) > 0 {
				return number, endpoints
			}
			current, first = d[2], d[3] == 0
		case d[1] == 5 && n >= 7 && first && d[3]&3 == 2:
			number, endpoints = current, append(endpoints, d[2])
		}
		descriptors = descriptors[n:]
	}
	return number, endpoints
}

// Pipes are the bulk endpoints that frames go through. A module's own device has two in each direction, one for preamble
// and length and one for the rest (out 02 and 06, in 81 and 85); clones have one in each direction for whole frames,
// and head and body are the same.
type Pipes struct{ HeadOut, BodyOut, HeadIn, BodyIn byte }

// PipesOf tells the shape by the addresses of a device's bulk endpoints.
func PipesOf(endpoints []byte) (Pipes, error) {
	var in, out []byte
	for _, e := range endpoints {
		if e&0x80 != 0 {
			in = append(in, e)
		} else {
			out = append(out, e)
		}
	}
	slices.Sort(in)
	slices.Sort(out)
	if len(in) != len(out) || len(in) < 1 || len(in) > 2 {
		return Pipes{}, fmt.Errorf("%w: %d pipes in, %d out", ErrPort, len(in), len(out))
	}
	last := len(in) - 1
	return Pipes{HeadOut: out[0], BodyOut: out[last], HeadIn: in[0], BodyIn: in[last]}, nil
}

// split tells that head and body go through pipes of their own.
func (p Pipes) split() bool { return p.HeadIn != p.BodyIn }

// Transfers are bulk transfers of a device. In blocks until something came or the device is closed.
type Transfers interface {
	Out(endpoint byte, b []byte) error
	In(endpoint byte, b []byte) (int, error)
	Close() error
}

// Bulk carries frames through bulk pipes as one stream of bytes. One goroutine reads, one writes.
type Bulk struct {
	pipes Pipes
	dev   Transfers
	rest  []byte // received and not yet read
}

// NewBulk makes the stream.
func NewBulk(p Pipes, dev Transfers) *Bulk { return &Bulk{pipes: p, dev: dev} }

// headSize is the preamble and the length.
const headSize = len(preamble) + 2

// Write sends one frame.
func (b *Bulk) Write(frame []byte) (int, error) {
	head := frame
	if b.pipes.split() && len(frame) > headSize {
		head = frame[:headSize]
	}
	if err := b.dev.Out(b.pipes.HeadOut, head); err != nil {
		return 0, err
	}
	if len(head) == len(frame) {
		return len(frame), nil
	}
	if err := b.dev.Out(b.pipes.BodyOut, frame[headSize:]); err != nil {
		return headSize, err
	}
	return len(frame), nil
}

// Read gives what came, head and body in one row.
func (b *Bulk) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		if err := b.receive(); err != nil {
			return 0, err
		}
	}
	n := copy(p, b.rest)
	clear(b.rest[:n])
	b.rest = b.rest[n:]
	return n, nil
}

func (b *Bulk) receive() error {
	buf := make([]byte, headSize+maxLength)
	n, err := b.dev.In(b.pipes.HeadIn, buf)
	if err != nil {
		return err
	}
	b.rest = buf[:n]
	if !b.pipes.split() || n < headSize || !bytes.HasPrefix(buf, []byte(preamble)) {
		return nil // whole frames, or noise that the decoder skips
	}
	total := headSize + int(buf[headSize-2])<<8 + int(buf[headSize-1])
	if total > len(buf) {
		return nil
	}
	for n < total { // a body of a multiple of the packet size comes without an end of its own
		m, err := b.dev.In(b.pipes.BodyIn, buf[n:])
		if err != nil {
			return err
		}
		if m == 0 { // it ended early: the decoder finds that out
			break
		}
		n += m
	}
	b.rest = buf[:n]
	return nil
}

// Close closes the device.
func (b *Bulk) Close() error { return b.dev.Close() }
