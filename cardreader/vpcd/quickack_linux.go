package vpcd

import (
	"fmt"
	"net"
	"syscall"
)

// quickAck asks for the next acknowledgement at once; Linux forgets it again after a while, tcp(7).
func quickAck(conn *net.TCPConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	err = raw.Control(func(fd uintptr) {
		set = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
	if err == nil && set != nil {
		err = fmt.Errorf("vpcd: quick acknowledgement: %w", set)
	}
	return err
}
