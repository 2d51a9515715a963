package bundle

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"time"

	"golang.org/x/mod/semver"
)

// MagicRelease opens the file and the note of a release.
const MagicRelease = "bangban-release-1"

// Bounds of a release.
const (
	MaxRelease      = 64 << 10
	maxReleaseFiles = 64
)

// Release is what the institution says about programs: the version that its counters are to run, and the packages by their
// sums. It is told, never taken in: no counter replaces its own program. Field numbers are the format; the file is that of a
// bundle with MagicRelease in the place of Magic, signed by the same key, and its number, which only grows, stands where the
// version of a bundle does.
type Release struct {
	Number   uint64        `cbor:"1,keyasint" json:"number"`
	MadeAt   time.Time     `cbor:"2,keyasint" json:"made_at"`
	NotAfter time.Time     `cbor:"3,keyasint" json:"not_after"` // later it says nothing any more
	Issuer   string        `cbor:"4,keyasint" json:"issuer"`
	Version  string        `cbor:"5,keyasint" json:"version"` // "0.2.0"
	Least    string        `cbor:"6,keyasint,omitempty" json:"least,omitempty"`
	Files    []ReleaseFile `cbor:"7,keyasint" json:"files"`
}

// ReleaseFile is one package.
type ReleaseFile struct {
	Name string   `cbor:"1,keyasint" json:"name"`
	Size uint64   `cbor:"2,keyasint" json:"size"`
	Sum  [32]byte `cbor:"3,keyasint" json:"-"` // SHA-256
}

// SumText is the sum as sha256sum writes it.
func (f ReleaseFile) SumText() string { return hex.EncodeToString(f.Sum[:]) }

// SignRelease makes the file of a release. What no counter could open is not signed.
func SignRelease(r *Release, s Signing) ([]byte, error) {
	body, err := encMode.Marshal(r)
	if err != nil {
		return nil, err
	}
	file, err := seal(MagicRelease, r.Issuer, r.Number, body, s)
	if err != nil {
		return nil, err
	}
	if _, err := OpenRelease(file, Anchor{Root: s.Root.Raw}); err != nil {
		return nil, err
	}
	return file, nil
}

// OpenRelease gives the release in file once everything in it has been checked against the anchor. It does not look at the
// time. Errors are those of Open.
func OpenRelease(file []byte, a Anchor) (*Release, error) {
	if len(file) > MaxRelease {
		return nil, ErrTooLarge
	}
	o, root, st, err := unseal(MagicRelease, file, a)
	if err != nil {
		return nil, err
	}
	var r Release
	if err := decodeExact(o.Body, &r); err != nil {
		return nil, err
	}
	r.MadeAt, r.NotAfter = r.MadeAt.UTC(), r.NotAfter.UTC()
	if err := o.sameNote(r.Issuer, r.Number); err != nil {
		return nil, err
	}
	if root.URIs[0].String() != r.Issuer {
		return nil, fmt.Errorf("%w: the root has another name", ErrForeign)
	}
	if !st.covers(RoleBundle, st.Key, r.Issuer, r.MadeAt) {
		return nil, fmt.Errorf("%w: bundle key", ErrUncertified)
	}
	return &r, r.validate()
}

// fileName is what a package may be called: nothing that leads out of a folder.
var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+~-]{0,99}$`)

func (r *Release) validate() error {
	switch {
	case r.Number == 0:
		return content("number")
	case !sane(r.MadeAt) || !sane(r.NotAfter) || !r.NotAfter.After(r.MadeAt):
		return content("dates")
	case !isVersion(r.Version) || r.Least != "" && !isVersion(r.Least):
		return content("a version is written 1.2.3")
	case r.Least != "" && CompareVersions(r.Least, r.Version) > 0:
		return content("the least version is newer than the newest")
	case len(r.Files) > maxReleaseFiles:
		return content("too many files")
	}
	for i, f := range r.Files {
		if !fileName.MatchString(f.Name) || f.Size == 0 {
			return content("a file without a name or without a size")
		}
		if i > 0 && cmp.Compare(r.Files[i-1].Name, f.Name) >= 0 {
			return content("files are in the order of their names, each once")
		}
	}
	return nil
}

// File gives the package with this name.
func (r *Release) File(name string) (ReleaseFile, bool) {
	i, found := slices.BinarySearchFunc(r.Files, name, func(f ReleaseFile, n string) int { return cmp.Compare(f.Name, n) })
	if !found {
		return ReleaseFile{}, false
	}
	return r.Files[i], true
}

func isVersion(v string) bool { return len(v) <= 40 && semver.Canonical("v"+v) == "v"+v }

// CompareVersions orders two versions of the program as Semantic Versioning 2.0.0 §11 does.
func CompareVersions(a, b string) int { return semver.Compare("v"+a, "v"+b) }
