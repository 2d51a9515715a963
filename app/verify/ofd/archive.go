package ofd

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// Bounds on an archive.
const (
	maxFiles    = 4096
	maxFile     = 32 << 20
	maxUnpacked = 64 << 20
	maxRatio    = 200
	freeRatio   = 1 << 20 // below this size the ratio is not looked at
)

// archive is the files of a document, by their clean names without a slash before.
type archive struct {
	files map[string]*zip.File
	names []string
}

// openArchive reads the directory of a zip file and refuses what makes two readers see two documents.
func openArchive(b []byte) (*archive, error) {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("%w: zip", ErrUnreadable)
	}
	if len(r.File) > maxFiles {
		return nil, fmt.Errorf("%w: %d files", ErrTooLarge, len(r.File))
	}
	a, folded, total := &archive{files: map[string]*zip.File{}}, map[string]bool{}, uint64(0)
	for _, f := range r.File {
		if err := judgeEntry(f); err != nil {
			return nil, err
		}
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		name, lower := f.Name, strings.ToLower(f.Name)
		if folded[lower] {
			return nil, fmt.Errorf("%w: a name twice", ErrArchive)
		}
		folded[lower] = true
		if total += f.UncompressedSize64; f.UncompressedSize64 > maxFile || total > maxUnpacked ||
			f.UncompressedSize64 > freeRatio && f.UncompressedSize64/maxRatio > f.CompressedSize64 {
			return nil, fmt.Errorf("%w: unpacked", ErrTooLarge)
		}
		a.files[name] = f
		a.names = append(a.names, name)
	}
	return a, nil
}

func judgeEntry(f *zip.File) error {
	n := strings.TrimSuffix(f.Name, "/")
	switch {
	case f.Flags&1 != 0:
		return ErrEncrypted
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return fmt.Errorf("%w: packing method %d", ErrArchive, f.Method)
	case n == "" || strings.HasPrefix(n, "/") || path.Clean(n) != n || strings.ContainsAny(n, "\\:\x00") || !utf8.ValidString(n) || len(n) > 512:
		return fmt.Errorf("%w: name of a file", ErrArchive)
	case strings.HasPrefix(n, "../") || n == "..":
		return fmt.Errorf("%w: name of a file", ErrArchive)
	case f.Mode()&^0o7777 != 0 && !f.Mode().IsDir() && !f.Mode().IsRegular():
		return fmt.Errorf("%w: a link", ErrArchive)
	case strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 != 0:
		return fmt.Errorf("%w: a folder with bytes", ErrArchive)
	}
	return nil
}

// has finds a file.
func (a *archive) has(name string) bool { return a.files[name] != nil }

// read unpacks a file of at most limit bytes; the sizes of the directory are not believed.
func (a *archive) read(name string, limit int64) ([]byte, error) {
	f := a.files[name]
	if f == nil {
		return nil, ErrMissing
	}
	if f.UncompressedSize64 > uint64(limit) {
		return nil, fmt.Errorf("%w: a file", ErrTooLarge)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: packed bytes", ErrArchive)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil || int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: packed bytes", ErrArchive)
	}
	return b, nil
}

// digest hashes a file without holding it.
func (a *archive) digest(ctx context.Context, name string, h hash.Hash) ([]byte, error) {
	f := a.files[name]
	if f == nil {
		return nil, ErrMissing
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: packed bytes", ErrArchive)
	}
	defer r.Close()
	buf := make([]byte, 32<<10)
	for total := 0; ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := r.Read(buf)
		h.Write(buf[:n])
		if total += n; total > maxFile {
			return nil, fmt.Errorf("%w: a file", ErrTooLarge)
		}
		if err == io.EOF {
			return h.Sum(nil), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: packed bytes", ErrArchive)
		}
	}
}

// resolve turns an ST_Loc (GB/T 33190 §7.2) into a name: from the root where it begins with a slash, else from the folder
// of the file that it stands in, or, as many programs write it, from the root all the same.
func (a *archive) resolve(from, loc string) (string, error) {
	loc = strings.TrimSpace(loc)
	if loc == "" || len(loc) > 512 || strings.ContainsAny(loc, "\\:\x00") {
		return "", fmt.Errorf("%w: location", ErrStructure)
	}
	for _, part := range strings.Split(loc, "/") {
		if part == ".." {
			return "", fmt.Errorf("%w: location", ErrStructure)
		}
	}
	if rest, rooted := strings.CutPrefix(loc, "/"); rooted {
		return path.Clean(rest), nil
	}
	if near := path.Join(path.Dir(from), loc); a.has(near) {
		return near, nil
	}
	return path.Clean(loc), nil
}
