//go:build !windows

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"bangban/cardreader/sim"
)

// service runs a PC/SC service of one's own (pcscd, --foreground) with the readers of conf, on a socket that this
// program opens and hands over by socket activation (sd_listen_fds(3)): clients set PCSCLITE_CSOCK_NAME to it, and the
// service of the computer is left alone. It ends with an interrupt or termination signal.
func service(conf, socket string, stdout, stderr io.Writer) int {
	conf, err := filepath.Abs(conf) // pcscd changes its directory
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	defer listener.Close()
	file, err := listener.(*net.UnixListener).File()
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	defer file.Close()
	cmd := exec.Command("sh", "-c", `LISTEN_FDS=1 LISTEN_PID=$$ exec pcscd --foreground -c "$0"`, conf)
	cmd.ExtraFiles = []*os.File{file}
	cmd.Stdout, cmd.Stderr = stderr, stderr
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt, syscall.SIGTERM)
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	fmt.Fprintln(stdout, "ready")
	select {
	case err := <-gone:
		fmt.Fprintln(stderr, "the service ended:", err)
		return 1
	case <-end:
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended in this moment
		<-gone
		return 0
	}
}

// show prints what stands on a specimen: its machine readable zone as card read --mrz takes it, or what a reader must
// make of it.
func show(what, name string, stdout, stderr io.Writer) int {
	s, err := sim.Load(name)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	switch what {
	case "mrz":
		fmt.Fprintln(stdout, strings.Join(s.MRZ, "|"))
	case "truth":
		b, err := json.Marshal(s.Truth)
		if err != nil {
			fmt.Fprintln(stderr, err)
			return 1
		}
		fmt.Fprintf(stdout, "%s\n", b)
	default:
		fmt.Fprintln(stderr, "serve: --print takes mrz or truth")
		return 2
	}
	return 0
}
