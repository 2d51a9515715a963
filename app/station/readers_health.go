package station

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/doctor"
	"bangban/cardreader"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/sim"
)

// machine is what of the computer is looked at for readers.
type machine struct {
	goos   string
	root   fs.FS // of the file system; nil: none is looked at
	getenv func(string) string
	door   func(context.Context) pcsc.Service
	open   func(port string) error // whether this user may open a serial port
}

func thisMachine() machine {
	m := machine{goos: runtime.GOOS, getenv: os.Getenv, door: pcsc.Probe, open: mayOpen}
	if m.goos == "linux" {
		m.root = os.DirFS("/")
	}
	return m
}

// hardware gathers what doctor judges.
func (m machine) hardware(ctx context.Context, ports []string, c *Cards) doctor.Hardware {
	h := doctor.Hardware{Family: m.goos, Remote: m.remote(), Sandbox: m.sandbox()}
	if m.root != nil {
		h.Family = family(m.root)
		h.Installed = m.exists("usr/sbin/pcscd", "usr/bin/pcscd", "usr/local/sbin/pcscd")
		h.Driver = m.exists("usr/lib/pcsc/drivers/ifd-ccid.bundle", "usr/lib64/pcsc/drivers/ifd-ccid.bundle",
			"usr/lib/pcsc/ifd-ccid.bundle", "usr/local/lib/pcsc/drivers/ifd-ccid.bundle")
		h.USB = usbReaders(m.root)
		h.NoSystemd = !m.exists("run/systemd/system") // sd_booted(3)
		if s := m.door(ctx); s.State != pcsc.ServiceUnknown {
			h.Door = s.State.String()
		}
	}
	h.Closed = m.closed(ports)
	h.Silent, h.Answering, h.Mislaid = answering(ctx, ports, c)
	return h
}

func (m machine) exists(paths ...string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { _, err := fs.Stat(m.root, p); return err == nil })
}

// family tells the family of the distribution by os-release(5).
func family(root fs.FS) string {
	b, err := fs.ReadFile(root, "etc/os-release")
	if err != nil {
		return ""
	}
	var ids []string
	for line := range strings.Lines(string(b)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if key == "ID" || key == "ID_LIKE" {
			ids = append(ids, strings.Fields(strings.ToLower(strings.Trim(value, `"'`)))...)
		}
	}
	for _, f := range []struct {
		name string
		ids  []string
	}{
		{"debian", []string{"debian", "ubuntu", "uos", "deepin"}}, {"fedora", []string{"fedora", "rhel", "centos", "openeuler", "anolis"}},
		{"suse", []string{"suse", "opensuse"}}, {"arch", []string{"arch"}}, {"alpine", []string{"alpine"}},
		{"fedora", []string{"kylin"}}, // the server of that name; the desktop says that it is like debian
	} {
		if slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(f.ids, id) }) {
			return f.name
		}
	}
	return ""
}

// usbReaders names the smart card readers on the USB (CCID §4.3: interface class 0Bh); not nil where there is a USB.
func usbReaders(root fs.FS) []string {
	const bus = "sys/bus/usb/devices"
	entries, err := fs.ReadDir(root, bus)
	if err != nil {
		return nil
	}
	found := []string{}
	read := func(path string) string {
		b, _ := fs.ReadFile(root, bus+"/"+path) // a file that is not there says nothing
		return strings.TrimSpace(string(b))
	}
	for _, e := range entries {
		if device, _, ok := strings.Cut(e.Name(), ":"); ok && read(e.Name()+"/bInterfaceClass") == "0b" {
			found = append(found, read(device+"/idVendor")+":"+read(device+"/idProduct"))
		}
	}
	return found
}

// closed lists serial ports of USB adapters, and those that were named, which this user may not open.
func (m machine) closed(named []string) (list []string) {
	ports := slices.Clone(named)
	if m.root != nil {
		for _, pattern := range []string{"dev/ttyUSB*", "dev/ttyACM*"} {
			found, _ := fs.Glob(m.root, pattern) // the pattern is good
			for _, f := range found {
				ports = append(ports, "/"+f)
			}
		}
	}
	for _, p := range ports {
		device, _, _ := strings.Cut(p, "@")
		if strings.HasPrefix(device, "/dev/") && errors.Is(m.open(device), fs.ErrPermission) && !slices.Contains(list, device) {
			list = append(list, device)
		}
	}
	return list
}

// answering asks the ports that were named, and the other readers whether an identity card was laid there in vain.
// Nothing of a person is read.
func answering(ctx context.Context, ports []string, c *Cards) (silent, modules, mislaid []string) {
	if c == nil {
		return nil, nil, nil
	}
	readers, _ := c.Readers(ctx) // a service that is off has none of these
	for _, r := range readers {
		named, state := slices.Contains(ports, r.Name()), cardreader.Unknown
		if named || !strings.HasPrefix(r.Name(), sim.Prefix) {
			state = stateOf(ctx, r)
		}
		switch {
		case named && state == cardreader.Removed:
			silent = append(silent, r.Name())
		case named:
			modules = append(modules, r.Name())
		case state == cardreader.Present && c.inVain(ctx, r):
			mislaid = append(mislaid, r.Name())
		}
	}
	return silent, modules, mislaid
}

// inVain tells whether an identity card lies on a reader that has no module.
func (c *Cards) inVain(ctx context.Context, r cardreader.Reader) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	conn, err := r.Connect(ctx)
	if err != nil {
		return false // another program has it, or it has gone
	}
	defer conn.Close()
	if _, chip := conn.(cardreader.APDUer); !chip { // a module
		return false
	}
	_, err = c.identify(ctx, conn)
	code := desk.Explain("doctor", err).Code
	return err != nil && (code == CodeNeedsSAM || code == CodeNoSAM)
}

// sandbox names the package format that brings libraries of its own.
func (m machine) sandbox() string {
	switch {
	case m.getenv("SNAP") != "" && m.getenv("SNAP_NAME") != "":
		return "snap"
	case m.root != nil && m.exists(".flatpak-info"):
		return "flatpak"
	}
	return ""
}

// remote names the way by which the person sits at another computer. Windows calls such a session RDP-Tcp#n.
func (m machine) remote() string {
	switch {
	case m.getenv("SSH_CONNECTION") != "":
		return "ssh"
	case strings.HasPrefix(m.getenv("SESSIONNAME"), "RDP-"), m.getenv("XRDP_SESSION") != "":
		return "rdp"
	}
	return ""
}
