package escpos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"

	"go.bug.st/serial"
)

// ErrAddress says that an address is none of the three kinds.
var ErrAddress = errors.New("escpos: not an address of a printer")

// Port is where a printer is. Open may be called again after the last connection was closed.
type Port interface {
	Open(ctx context.Context) (io.ReadWriteCloser, error)
}

// Parse reads an address:
//
//	tcp:192.0.2.7:9100
//	serial:/dev/ttyUSB0@115200    without a speed: 9600; 8 bits, no parity
//	file:/dev/usb/lp0
func Parse(address string) (Port, error) {
	kind, rest, _ := strings.Cut(address, ":")
	switch {
	case rest == "":
	case kind == "tcp":
		if _, port, err := net.SplitHostPort(rest); err == nil && port != "" {
			return tcp(rest), nil
		}
	case kind == "file":
		return file(rest), nil
	case kind == "serial":
		device, speed, found := strings.Cut(rest, "@")
		line := serialLine{device, 9600}
		if found {
			n, err := strconv.Atoi(speed)
			if err != nil || n < 300 || n > 4_000_000 {
				break
			}
			line.speed = n
		}
		return line, nil
	}
	return nil, fmt.Errorf("%w: %q", ErrAddress, kind)
}

type tcp string

func (a tcp) Open(ctx context.Context) (io.ReadWriteCloser, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", string(a))
}

type file string

func (f file) Open(context.Context) (io.ReadWriteCloser, error) {
	return os.OpenFile(string(f), os.O_RDWR, 0)
}

type serialLine struct {
	device string
	speed  int
}

func (l serialLine) Open(context.Context) (io.ReadWriteCloser, error) {
	return serial.Open(l.device, &serial.Mode{BaudRate: l.speed})
}
