//go:build linux && !amd64 && !arm64 && !loong64

package station

// auditArch is no architecture: nothing is loaded here.
const auditArch = 0
