package station

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"bangban/app/doctor"
	"bangban/cardreader/pcsc"
)

func computer(files map[string]string, env map[string]string) machine {
	root := fstest.MapFS{}
	for name, data := range files {
		root[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return machine{goos: "linux", root: root, getenv: func(k string) string { return env[k] },
		door: func(context.Context) pcsc.Service { return pcsc.Service{State: pcsc.ServiceDenied} },
		open: func(p string) error {
			if strings.HasSuffix(p, "USB0") {
				return &fs.PathError{Op: "access", Path: p, Err: syscall.EACCES}
			}
			return nil
		}}
}

func TestHardware(t *testing.T) {
	m := computer(map[string]string{
		"etc/os-release":                              "NAME=\"SPECIMEN\"\nID=kylin\nID_LIKE=\"ubuntu debian\"\n",
		"usr/sbin/pcscd":                              "",
		"usr/lib/pcsc/drivers/ifd-ccid.bundle/x":      "",
		"sys/bus/usb/devices/1-1:1.0/bInterfaceClass": "0b\n",
		"sys/bus/usb/devices/1-1/idVendor":            "08e6\n",
		"sys/bus/usb/devices/1-1/idProduct":           "3437\n",
		"sys/bus/usb/devices/1-2:1.0/bInterfaceClass": "03\n",
		"dev/ttyUSB0":                                 "",
		"dev/ttyACM0":                                 "",
		".flatpak-info":                               "",
	}, map[string]string{"SSH_CONNECTION": "x"})
	h := m.hardware(t.Context(), nil, nil)
	if h.Family != "debian" || !h.Installed || !h.Driver || h.Door != doctor.DoorDenied || h.Sandbox != "flatpak" || h.Remote != "ssh" ||
		!slices.Equal(h.USB, []string{"08e6:3437"}) || !slices.Equal(h.Closed, []string{"/dev/ttyUSB0"}) {
		t.Errorf("%+v", h)
	}
	bare := computer(nil, nil)
	if h := bare.hardware(t.Context(), nil, nil); h.Family != "" || h.Installed || h.Driver || h.USB != nil || h.Sandbox+h.Remote != "" || h.Closed != nil {
		t.Errorf("an empty computer: %+v", h)
	}
}

func TestFamily(t *testing.T) {
	for release, want := range map[string]string{
		"ID=debian": "debian", "ID=ubuntu\nID_LIKE=debian": "debian", "ID=openEuler": "fedora", "ID=kylin": "fedora",
		"ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"": "suse", "ID=alpine": "alpine", "ID=manjaro\nID_LIKE=arch": "arch", "ID=other": "",
	} {
		if got := family(fstest.MapFS{"etc/os-release": {Data: []byte(release)}}); got != want {
			t.Errorf("%q is %q, want %q", release, got, want)
		}
	}
}

// The names of the doors are those of the probe.
func TestDoors(t *testing.T) {
	for state, door := range map[pcsc.ServiceState]string{
		pcsc.ServiceRunning: doctor.DoorRunning, pcsc.ServiceAbsent: doctor.DoorAbsent, pcsc.ServiceDenied: doctor.DoorDenied,
		pcsc.ServiceRefuses: doctor.DoorRefuses, pcsc.ServiceSilent: doctor.DoorSilent, pcsc.ServiceForeign: doctor.DoorForeign,
	} {
		if state.String() != door {
			t.Errorf("%q and %q", state, door)
		}
	}
}
