package doctor_test

import (
	"context"
	"strings"
	"testing"

	"bangban/app/desk"
	"bangban/app/doctor"
	"bangban/cardreader"
	"bangban/locales"
)

// What ails readers: the part, the code, and that the sentence in both languages names the command that mends it.
func TestReadersAil(t *testing.T) {
	off := readers{err: cardreader.ErrServiceOff}
	apt, unit := "sudo apt install pcscd libccid", "sudo systemctl enable --now pcscd.socket"
	for _, tc := range []struct {
		name, probe, code, says string
		service                 readers
		h                       doctor.Hardware
	}{
		{"not installed", doctor.ProbeService, "service-not-installed", apt, off, doctor.Hardware{Family: "debian", Door: doctor.DoorAbsent}},
		{"not installed, Fedora", doctor.ProbeService, "service-not-installed", "dnf install", off, doctor.Hardware{Family: "fedora", Door: doctor.DoorAbsent}},
		{"not installed, SUSE", doctor.ProbeService, "service-not-installed", "zypper", off, doctor.Hardware{Family: "suse", Door: doctor.DoorAbsent}},
		{"stopped", doctor.ProbeService, "service-stopped", unit, off, doctor.Hardware{Family: "debian", Door: doctor.DoorAbsent, Installed: true}},
		{"stopped, Alpine", doctor.ProbeService, "service-stopped", "rc-service", off, doctor.Hardware{Family: "alpine", Door: doctor.DoorAbsent, Installed: true}},
		{"stopped, Windows", doctor.ProbeService, "service-stopped", "sc start SCardSvr", off, doctor.Hardware{Family: "windows"}},
		{"off, macOS", doctor.ProbeService, "service-off", "", off, doctor.Hardware{Family: "darwin"}},
		{"denied", doctor.ProbeService, "service-denied", "polkit", off, doctor.Hardware{Family: "debian", Door: doctor.DoorDenied}},
		{"hangs up", doctor.ProbeService, "service-denied", "polkit", off, doctor.Hardware{Family: "debian", Door: doctor.DoorRefuses}},
		{"other protocol", doctor.ProbeService, "service-mismatch", "Flatpak", off, doctor.Hardware{Family: "debian", Door: doctor.DoorRunning}},
		{"hangs", doctor.ProbeService, "service-silent", "restart pcscd", off, doctor.Hardware{Family: "debian", Door: doctor.DoorSilent}},
		{"driver not installed", doctor.ProbeDriver, "driver-not-installed", "08e6:3437", readers{}, doctor.Hardware{Family: "debian", USB: []string{"08e6:3437"}}},
		{"no driver for it", doctor.ProbeDriver, "driver-unknown", "1a44:0870", readers{}, doctor.Hardware{Driver: true, USB: []string{"1a44:0870"}}},
		{"port closed", doctor.ProbeSAM, "sam-closed", "usermod -aG dialout", readers{n: 1}, doctor.Hardware{Family: "debian", Closed: []string{"/dev/ttyUSB0"}}},
		{"port closed, Arch", doctor.ProbeSAM, "sam-closed", "-aG uucp", readers{n: 1}, doctor.Hardware{Family: "arch", Closed: []string{"/dev/ttyUSB0"}}},
		{"module silent", doctor.ProbeSAM, "sam-silent", "/dev/ttyS7", readers{n: 1}, doctor.Hardware{Silent: []string{"/dev/ttyS7"}}},
		{"card on a reader without module", doctor.ProbeSAM, "sam-mislaid", "/dev/ttyUSB0", readers{n: 1}, doctor.Hardware{Mislaid: []string{"ACS ACR39U"}, Answering: []string{"/dev/ttyUSB0"}}},
		{"card, and no module at all", doctor.ProbeSAM, "sam-missing", "--sam", readers{n: 1}, doctor.Hardware{Mislaid: []string{"ACS ACR39U"}}},
		{"stopped, no systemd", doctor.ProbeService, "service-stopped", "sudo service pcscd start", off, doctor.Hardware{Family: "debian", Door: doctor.DoorAbsent, Installed: true, NoSystemd: true}},
		{"sandbox", doctor.ProbeSession, "session-sandbox", "flatpak", readers{n: 1}, doctor.Hardware{Sandbox: "flatpak"}},
		{"remote", doctor.ProbeSession, "session-remote", "ssh", readers{n: 1}, doctor.Hardware{Remote: "ssh"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := well()
			p.Service, p.Plugged = tc.service, nil
			p.Hardware = func(context.Context) doctor.Hardware { return tc.h }
			got := doctor.Examine(t.Context(), p).Probe(tc.probe)
			if got.Code != tc.code || got.Level < desk.LevelWarn {
				t.Fatalf("%+v, want %s", got, tc.code)
			}
			for _, tag := range []string{"zh-Hans", "en"} {
				c, err := locales.Open(tag)
				if err != nil {
					t.Fatal(err)
				}
				said := c.T("health."+got.Code, got.Args) + " " + c.T("hint."+got.Code, got.Args)
				if !strings.Contains(said, tc.says) || strings.ContainsAny(said, "[…{") {
					t.Errorf("%s says %q, want %q in it", tag, said, tc.says)
				}
			}
		})
	}
	p := well()
	p.Hardware = func(context.Context) doctor.Hardware {
		return doctor.Hardware{Family: "debian", Door: doctor.DoorRunning, Installed: true, Driver: true, USB: []string{"08e6:3437"}, Answering: []string{"/dev/ttyUSB0"}}
	}
	for _, probe := range doctor.Examine(t.Context(), p).Probes {
		if probe.Level != desk.LevelGood {
			t.Errorf("a well counter: %+v", probe)
		}
	}
}
