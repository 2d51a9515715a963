package inbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

// listTTL is how long a published file may be kept by whoever fetched it: the ttl of the lists.
const listTTL = 12 * time.Hour

// mediaTypes of what `institution status` publishes.
func mediaType(name string) string {
	switch {
	case strings.HasSuffix(name, ".pem"):
		return "application/pem-certificate-chain"
	case strings.HasPrefix(name, "status-jwt/"):
		return "application/statuslist+jwt" // draft-ietf-oauth-status-list §8.1
	case strings.HasPrefix(name, "status/"):
		return "application/statuslist+cwt"
	case strings.HasSuffix(name, ".cwt"):
		return "application/cwt"
	}
	return "application/octet-stream"
}

// wellKnown serves the published files: issuer keys, withdrawn keys, status lists. A status list is given as JWT to
// whoever asks for that type.
func (g *Gateway) wellKnown(w http.ResponseWriter, r *http.Request) error {
	none := refuse(http.StatusNotFound, "none", "There is no such file.")
	name := strings.TrimPrefix(r.URL.Path, "/.well-known/")
	if g.c.WellKnown == "" || name != path.Clean(name) || !fs.ValidPath(name) || strings.HasPrefix(path.Base(name), ".") {
		return none
	}
	if station, ok := strings.CutPrefix(name, "status/"); ok && strings.Contains(r.Header.Get("Accept"), "statuslist+jwt") {
		name = "status-jwt/" + station
	}
	root, err := os.OpenRoot(g.c.WellKnown)
	if err != nil {
		return none
	}
	defer root.Close()
	f, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return none
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return none
	}
	h := w.Header()
	h.Set("Content-Type", mediaType(name))
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(listTTL/time.Second)))
	h.Set("Vary", "Accept")
	http.ServeContent(w, r, path.Base(name), info.ModTime(), io.NewSectionReader(f, 0, info.Size()))
	return nil
}
