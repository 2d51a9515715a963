//go:build samusb && linux && (amd64 || arm64 || loong64 || riscv64)

package sam

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Requests of usbfs, linux/usbdevice_fs.h, as 64-bit machines with the common ioctl numbering have them.
const (
	usbBulk    = 0xC0185502
	usbClaim   = 0x8004550F
	usbRelease = 0x80045510
	usbWait    = 500 // ms; then a closed device is noticed
)

// usbPort is the first device with this identification, looked for anew at each Dial.
func usbPort(name, id string) (Port, error) {
	return Port{Name: name, Dial: func(context.Context) (io.ReadWriteCloser, error) { return dialUSB("/sys/bus/usb/devices", id) }}, nil
}

func dialUSB(sys, id string) (io.ReadWriteCloser, error) {
	dirs, err := filepath.Glob(filepath.Join(sys, "*", "idVendor"))
	if err != nil {
		return nil, fmt.Errorf("sam: list USB devices: %w", err)
	}
	for _, v := range dirs {
		dir := filepath.Dir(v)
		if attribute(dir, "idVendor")+":"+attribute(dir, "idProduct") == id {
			return openUSB(dir)
		}
	}
	return nil, fmt.Errorf("%w: no USB device %s", ErrPort, id)
}

func attribute(dir, name string) string {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func openUSB(dir string) (io.ReadWriteCloser, error) {
	descriptors, err := os.ReadFile(filepath.Join(dir, "descriptors"))
	if err != nil {
		return nil, fmt.Errorf("sam: USB descriptors: %w", err)
	}
	number, endpoints := BulkEndpoints(descriptors)
	pipes, err := PipesOf(endpoints)
	if err != nil {
		return nil, err
	}
	bus, err1 := strconv.Atoi(attribute(dir, "busnum"))
	dev, err2 := strconv.Atoi(attribute(dir, "devnum"))
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("%w: a USB device without an address", ErrPort)
	}
	fd, err := unix.Open(fmt.Sprintf("/dev/bus/usb/%03d/%03d", bus, dev), unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("sam: open USB device: %w", err)
	}
	u := &usbfs{fd: fd, number: uint32(number)}
	if err := u.ioctl(usbClaim, unsafe.Pointer(&u.number)); err != nil {
		_ = unix.Close(fd) // the claim is what went wrong
		return nil, fmt.Errorf("sam: claim USB interface: %w", err)
	}
	return NewBulk(pipes, u), nil
}

// usbfs does transfers through the kernel.
type usbfs struct {
	number uint32

	mu     sync.RWMutex // held for reading during a transfer
	fd     int
	closed bool
}

var _ Transfers = (*usbfs)(nil)

// bulk is struct usbdevfs_bulktransfer.
type bulk struct {
	endpoint, length, timeout, _ uint32
	data                         unsafe.Pointer
}

func (u *usbfs) ioctl(request uintptr, arg unsafe.Pointer) error {
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(u.fd), request, uintptr(arg)); e != 0 {
		return e
	}
	return nil
}

func (u *usbfs) transfer(endpoint byte, b []byte) (int, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if u.closed {
		return 0, os.ErrClosed
	}
	if len(b) == 0 {
		return 0, nil
	}
	t := bulk{endpoint: uint32(endpoint), length: uint32(len(b)), timeout: usbWait, data: unsafe.Pointer(&b[0])}
	n, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(u.fd), usbBulk, uintptr(unsafe.Pointer(&t)))
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

// Out implements Transfers.
func (u *usbfs) Out(endpoint byte, b []byte) error {
	n, err := u.transfer(endpoint, b)
	if err == nil && n != len(b) {
		return io.ErrShortWrite
	}
	return err
}

// In implements Transfers.
func (u *usbfs) In(endpoint byte, b []byte) (int, error) {
	for {
		n, err := u.transfer(endpoint, b)
		if err != unix.ETIMEDOUT && err != unix.EINTR {
			return n, err
		}
	}
}

// Close implements Transfers. It waits for a transfer that is under way, at most usbWait.
func (u *usbfs) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return nil
	}
	u.closed = true
	return errors.Join(u.ioctl(usbRelease, unsafe.Pointer(&u.number)), unix.Close(u.fd))
}
