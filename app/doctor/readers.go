package doctor

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"bangban/app/desk"
	"bangban/cardreader"
)

// Hardware is what the system says about readers besides what the card service says: values, gathered by whoever may.
type Hardware struct {
	Family    string   // of the distribution: "debian", "fedora", "suse", "arch", "alpine"; "windows", "darwin"; empty: unknown
	Door      string   // how the card service answers before any library is asked; a Door… value, empty: not known here
	Installed bool     // the service's program is there
	Driver    bool     // the usual driver for USB readers is there
	USB       []string // readers on the USB, "vendor:product", whether or not a driver serves them
	Sandbox   string   // "flatpak" or "snap": a package that brings libraries of its own; empty: none
	Remote    string   // "ssh" or "rdp": the person sits at another computer; empty: at this one
	Closed    []string // serial ports that this user may not open
	Silent    []string // ports that were named, at which no security module answers
	Answering []string // ports at which one does
	Mislaid   []string // readers without a module on which an identity card lies
	NoSystemd bool     // services are started by scripts here
}

// How the service answers at its door.
const (
	DoorRunning = "running"
	DoorAbsent  = "absent"
	DoorDenied  = "denied"  // the socket is not this user's
	DoorRefuses = "refuses" // it hangs up: polkit
	DoorSilent  = "silent"
	DoorForeign = "foreign"
)

// Names of the probes that look at Hardware.
const (
	ProbeSAM     = "sam"
	ProbeSession = "session"
)

// What commands do.
const (
	install = "install"
	start   = "start"
	restart = "restart"
	driver  = "driver"
	group   = "group"
)

// command gives what an administrator types in this family of systems; empty where there is nothing to type.
func (h Hardware) command(what string) string {
	get := map[string]string{
		"debian": "sudo apt install pcscd libccid", "fedora": "sudo dnf install pcsc-lite pcsc-lite-ccid",
		"suse": "sudo zypper install pcsc-lite pcsc-ccid", "arch": "sudo pacman -S pcsclite ccid", "alpine": "sudo apk add pcsc-lite ccid",
	}[h.Family]
	switch {
	case h.Family == "" && h.Door == "": // nothing is known of the system
		return ""
	case what == install, what == driver:
		return get
	case h.Family == "windows":
		return map[string]string{start: "sc start SCardSvr", restart: "sc stop SCardSvr & sc start SCardSvr"}[what]
	case h.Family == "darwin":
		return ""
	case what == group && h.Family == "arch":
		return "sudo usermod -aG uucp $USER"
	case what == group && h.Family == "alpine":
		return "sudo addgroup $USER dialout"
	case what == group:
		return "sudo usermod -aG dialout $USER"
	case h.NoSystemd && h.Family != "alpine":
		return map[string]string{start: "sudo service pcscd start", restart: "sudo service pcscd restart"}[what]
	case h.Family == "alpine":
		return map[string]string{start: "sudo rc-service pcscd start", restart: "sudo rc-service pcscd restart"}[what]
	}
	return map[string]string{start: "sudo systemctl enable --now pcscd.socket", restart: "sudo systemctl restart pcscd"}[what]
}

// readers looks at the service, the readers, their driver, the security modules and the session, which say more together.
func (p Parts) readers(ctx context.Context) []desk.Probe {
	var h Hardware
	if p.Hardware != nil {
		h = p.Hardware(ctx)
	}
	service, served := p.service(ctx, h)
	reader := good(ProbeReader)
	if p.Readers == nil {
		reader = bad(ProbeReader, p.needed(), "reader-off")
	} else if list, _ := p.Readers.Readers(ctx); len(list) == 0 {
		reader = bad(ProbeReader, p.needed(), "reader-off")
	}
	return []desk.Probe{service, reader, p.driver(h, service.Level == desk.LevelGood, served), p.sam(h), p.session(h)}
}

// service tells a service that is not there from one that is off, one that refuses this user and one that does not
// understand this program's library, and counts the readers that it serves.
func (p Parts) service(ctx context.Context, h Hardware) (desk.Probe, int) {
	if p.Service == nil {
		return bad(ProbeService, p.needed(), "service-none"), 0
	}
	list, err := p.Service.Readers(ctx)
	if err == nil || errors.Is(err, cardreader.ErrNoReader) {
		return good(ProbeService), len(list)
	}
	named := func(code, what string) desk.Probe {
		return bad(ProbeService, p.needed(), code, "Command", h.command(what))
	}
	switch {
	case h.Door == DoorDenied, h.Door == DoorRefuses:
		return named("service-denied", ""), 0
	case h.Door == DoorForeign, h.Door == DoorRunning: // it answers at the door, and the library cannot talk to it
		return named("service-mismatch", install), 0
	case h.Door == DoorSilent:
		return named("service-silent", restart), 0
	case h.Door == DoorAbsent && !h.Installed:
		return named("service-not-installed", install), 0
	case h.command(start) != "":
		return named("service-stopped", start), 0
	}
	return ails(ProbeService, p.needed(), "service-off", err), 0
}

// driver tells whether the service serves what hangs on the USB.
func (p Parts) driver(h Hardware, running bool, served int) desk.Probe {
	plugged, known := len(h.USB), p.Hardware != nil && h.USB != nil
	if p.Plugged != nil {
		n, err := p.Plugged()
		plugged, known = n, err == nil
	}
	switch {
	case !known || !running:
		return desk.Probe{Name: ProbeDriver}
	case plugged <= served:
		return good(ProbeDriver)
	case len(h.USB) == 0:
		return bad(ProbeDriver, p.needed(), "driver-missing", "Count", strconv.Itoa(plugged-served))
	case !h.Driver:
		return bad(ProbeDriver, p.needed(), "driver-not-installed", "Devices", strings.Join(h.USB, ", "), "Command", h.command(driver))
	}
	return bad(ProbeDriver, p.needed(), "driver-unknown", "Devices", strings.Join(h.USB, ", "))
}

// sam looks at the serial ports, and at where identity cards were laid.
func (p Parts) sam(h Hardware) desk.Probe {
	switch {
	case len(h.Closed) > 0:
		return bad(ProbeSAM, desk.LevelWarn, "sam-closed", "Ports", strings.Join(h.Closed, ", "), "Command", h.command(group))
	case len(h.Mislaid) > 0 && len(h.Answering) > 0:
		return bad(ProbeSAM, desk.LevelWarn, "sam-mislaid", "Readers", strings.Join(h.Mislaid, ", "), "Use", h.Answering[0])
	case len(h.Mislaid) > 0:
		return bad(ProbeSAM, desk.LevelWarn, "sam-missing", "Readers", strings.Join(h.Mislaid, ", "))
	case len(h.Silent) > 0:
		return bad(ProbeSAM, p.needed(), "sam-silent", "Ports", strings.Join(h.Silent, ", "))
	case len(h.Answering) > 0:
		return good(ProbeSAM)
	}
	return desk.Probe{Name: ProbeSAM}
}

// session tells that readers of this computer may not be the ones beside the clerk, or may not be seen at all.
func (p Parts) session(h Hardware) desk.Probe {
	switch {
	case p.Hardware == nil:
		return desk.Probe{Name: ProbeSession}
	case h.Sandbox != "":
		return bad(ProbeSession, desk.LevelWarn, "session-sandbox", "Sandbox", h.Sandbox)
	case h.Remote != "":
		return bad(ProbeSession, desk.LevelWarn, "session-remote", "Remote", h.Remote)
	}
	return good(ProbeSession)
}
