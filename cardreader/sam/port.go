package sam

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Auto as the name of a port stands for every serial port of the computer.
const Auto = "auto"

const tcpPrefix = "tcp://"

// Speeds are the line speeds to try, the usual one first.
func Speeds() []int { return []int{115200, 57600, 38400, 19200, 9600} }

// Ports makes ports of their names: "tcp://host:port" is a bridge, "auto" every serial port of the computer, "usb:" or
// "usb:0483:5652" a device with bulk pipes where the program was built for those (see usb_linux.go), anything else a
// serial port ("/dev/ttyUSB0", "COM3"), with "@9600" behind it where the speed is not to be found out.
func Ports(names ...string) ([]Port, error) {
	var ports []Port
	for _, n := range names {
		switch {
		case strings.HasPrefix(n, tcpPrefix):
			p, err := bridge(n)
			if err != nil {
				return nil, err
			}
			ports = append(ports, p)
		case n == Auto:
			found, err := serialPorts()
			if err != nil {
				return nil, err
			}
			ports = append(ports, guess(found)...)
		case strings.HasPrefix(n, usbPrefix):
			id, err := usbDevice(n)
			if err != nil {
				return nil, err
			}
			p, err := usbPort(n, id)
			if err != nil {
				return nil, err
			}
			ports = append(ports, p)
		case n == "" || strings.Contains(n, "://") || strings.HasPrefix(n, "sim:"):
			return nil, fmt.Errorf("%w: %q", ErrPort, n)
		default:
			device, speeds, err := speedOf(n)
			if err != nil {
				return nil, err
			}
			p := serialPort(device, speeds)
			p.Name = n
			ports = append(ports, p)
		}
	}
	return ports, nil
}

// guess makes ports of serial ports at which a module may be, at any speed.
func guess(devices []string) (ports []Port) {
	for _, name := range devices {
		p := serialPort(name, Speeds())
		p.Guessed = true
		ports = append(ports, p)
	}
	return ports
}

func speedOf(name string) (device string, speeds []int, err error) {
	device, given, ok := strings.Cut(name, "@")
	if !ok {
		return name, Speeds(), nil
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < 1200 || n > 1_000_000 || device == "" {
		return "", nil, fmt.Errorf("%w: %q", ErrPort, name)
	}
	return device, []int{n}, nil
}

func bridge(name string) (Port, error) {
	address := strings.TrimPrefix(name, tcpPrefix)
	if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
		return Port{}, fmt.Errorf("%w: %q", ErrPort, name)
	}
	return Port{Name: name, Dial: func(ctx context.Context) (io.ReadWriteCloser, error) {
		d := net.Dialer{Timeout: 2 * time.Second}
		return d.DialContext(ctx, "tcp", address)
	}}, nil
}
