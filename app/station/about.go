package station

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// suites names what the program signs, seals and hashes with, by the names of the documents that define them. What it can
// only check (RSA, brainpool, P-384 …) is not in it.
const suites = "ES256 (P-256, SHA-256), SM2 with SM3; HPKE ML-KEM-768 + X25519 or P-256, HKDF-SHA-256, AES-256-GCM; Merkle log RFC 6962"

// Build says which program this is: its version, the commit that it was built from and the suites it works with.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"` // "unknown" where the builder had no repository; "+changed" where files differed from it
	Go      string `json:"go"`
	Cgo     bool   `json:"cgo"` // with PC/SC on Linux and macOS, with PKCS#11 modules
	Suites  string `json:"suites"`
}

// About reads the build of the running program.
func About() Build {
	b := Build{Version: Version, Commit: "unknown", Go: runtime.Version(), Suites: suites}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	return b.with(info.Settings)
}

// with takes the commit and the use of cgo from the settings that the builder recorded.
func (b Build) with(settings []debug.BuildSetting) Build {
	changed := ""
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision" && s.Value != "":
			b.Commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+changed"
		case s.Key == "CGO_ENABLED":
			b.Cgo = s.Value == "1"
		}
	}
	b.Commit += changed
	return b
}

// Words gives the lines of --version: the version alone in the first.
func (b Build) Words() string {
	cgo := "without cgo"
	if b.Cgo {
		cgo = "with cgo"
	}
	return strings.Join([]string{b.Version, fmt.Sprintf("commit %s, %s %s", b.Commit, b.Go, cgo), "suites " + b.Suites}, "\n")
}
