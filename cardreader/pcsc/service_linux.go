package pcsc

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// defaultSocket is where pcsc-lite listens (its IPCDIR) where PCSCLITE_CSOCK_NAME names no other.
const defaultSocket = "/run/pcscd/pcscd.comm"

// The first message of pcsc-lite's protocol (winscard_msg.h): header {size, command}, body {major, minor, rv}, all of
// 32 bits in the order of the machine. The service answers with the body, its own version in it.
const (
	commandVersion = 0x11
	protocolMajor  = 4
	protocolMinor  = 4
	versionSize    = 12
)

const (
	doorLimit = time.Second            // a service that was woken by this call loads its drivers first
	secondTry = 150 * time.Millisecond // a service that was just ending hangs up like one that refuses
)

// Probe knocks at the service without the help of the library: it works in every build.
func Probe(ctx context.Context) Service {
	socket := os.Getenv("PCSCLITE_CSOCK_NAME")
	if socket == "" {
		socket = defaultSocket
	}
	s := knock(ctx, socket)
	if s.State != ServiceRefuses {
		return s
	}
	select {
	case <-ctx.Done():
		return s
	case <-time.After(secondTry):
		return knock(ctx, socket)
	}
}

func knock(ctx context.Context, socket string) Service {
	s := Service{Socket: socket}
	var d net.Dialer
	ctx, cancel := context.WithTimeout(ctx, doorLimit)
	defer cancel()
	conn, err := d.DialContext(ctx, "unix", socket)
	switch {
	case errors.Is(err, fs.ErrPermission):
		s.State = ServiceDenied
	case err != nil:
		s.State = ServiceAbsent
	}
	if err != nil {
		return s
	}
	defer conn.Close()
	until, _ := ctx.Deadline()
	_ = conn.SetDeadline(until) // a socket without deadlines fails below
	ask := make([]byte, 0, 8+versionSize)
	for _, n := range []uint32{versionSize, commandVersion, protocolMajor, protocolMinor, 0} {
		ask = binary.NativeEndian.AppendUint32(ask, n)
	}
	answer := make([]byte, versionSize)
	_, err = conn.Write(ask)
	if err == nil {
		_, err = io.ReadFull(conn, answer)
	}
	var late net.Error
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		s.State = ServiceRefuses
	case errors.As(err, &late) && late.Timeout():
		s.State = ServiceSilent
	case err != nil:
		s.State = ServiceForeign
	default:
		s.Major, s.Minor = int(binary.NativeEndian.Uint32(answer)), int(binary.NativeEndian.Uint32(answer[4:]))
		if s.State = ServiceRunning; s.Major < 1 || s.Major > 99 || s.Minor < 0 || s.Minor > 999 {
			s.State, s.Major, s.Minor = ServiceForeign, 0, 0
		}
	}
	return s
}
