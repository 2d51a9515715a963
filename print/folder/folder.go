// Package folder is a printer that writes PDF files into a directory: for training, for tests, and for halls whose
// printer is fed from a watched folder.
//
// A job becomes <title>.pdf with mode 0600. The bytes are written to a hidden file beside it, synced to the disk and
// renamed, then the directory is synced: a file with its final name is whole, also after a power cut. A title that is
// there already (a second copy of the same paper) becomes <title>-2.pdf, <title>-3.pdf …; nothing is overwritten. Copies
// are one file: paper is counted by whoever prints the folder. Where the directory must lie is the station's business.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"bangban/print"
)

var _ print.Device = (*Printer)(nil)

// Printer writes into one directory.
type Printer struct {
	dir   string
	files Files
}

// New makes a printer for a directory that exists, on the disk of this computer.
func New(dir string) *Printer { return On(dir, osFiles{}) }

// On makes a printer on another file system.
func On(dir string, files Files) *Printer { return &Printer{dir: dir, files: files} }

// Name is the name of the directory.
func (p *Printer) Name() string { return filepath.Base(p.dir) }

// Ready says whether the directory is there.
func (p *Printer) Ready(ctx context.Context) error {
	if ctx.Err() != nil {
		return print.NewError(print.CodeCancelled, ctx.Err(), nil)
	}
	return p.coded(p.files.Dir(p.dir))
}

// chunk is how much is written between two looks at ctx.
const chunk = 64 << 10

// Print writes the job into the directory.
func (p *Printer) Print(ctx context.Context, j print.Job) (err error) {
	if err := j.Check(); err != nil {
		return err
	}
	if err := p.Ready(ctx); err != nil {
		return err
	}
	j.Say(print.JobQueued)
	final, err := p.reserve(j.Title)
	if err != nil {
		return p.coded(err)
	}
	part := filepath.Join(p.dir, "."+filepath.Base(final)+".part")
	defer func() {
		if err != nil {
			p.files.Remove(part)
			p.files.Remove(final)
		}
	}()
	j.Say(print.JobPrinting)
	if err := p.write(ctx, part, j.PDF); err != nil {
		return p.coded(err)
	}
	if err := p.files.Rename(part, final); err != nil {
		return p.coded(err)
	}
	j.Say(print.JobDone)
	return nil
}

// maxSame is how many papers of one title a directory takes.
const maxSame = 99

// reserve makes the empty file whose name the job will take, so that two jobs never take the same.
func (p *Printer) reserve(title string) (string, error) {
	for n := 1; n <= maxSame; n++ {
		name := title + ".pdf"
		if n > 1 {
			name = fmt.Sprintf("%s-%d.pdf", title, n)
		}
		path := filepath.Join(p.dir, name)
		f, err := p.files.Create(path)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		return path, f.Close()
	}
	return "", fmt.Errorf("folder: %d papers of one title", maxSame)
}

func (p *Printer) write(ctx context.Context, path string, data []byte) error {
	f, err := p.files.Create(path)
	if errors.Is(err, fs.ErrExist) { // left by a power cut; the name is ours, reserve gave it to nobody else
		if err = p.files.Remove(path); err == nil {
			f, err = p.files.Create(path)
		}
	}
	if err != nil {
		return err
	}
	for len(data) > 0 {
		n := min(chunk, len(data))
		if err := ctx.Err(); err != nil {
			f.Close()
			return err
		}
		if _, err := f.Write(data[:n]); err != nil {
			f.Close()
			return err
		}
		data = data[n:]
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return ctx.Err()
}

// diskFull is ERROR_DISK_FULL of Windows, where syscall.ENOSPC is an invented number.
const diskFull = syscall.Errno(112)

// coded gives an error of the file system its code. The path is left out: a directory may be named after somebody.
func (p *Printer) coded(err error) error {
	if err == nil {
		return nil
	}
	code := print.CodeFailed
	var no syscall.Errno
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		code = print.CodeCancelled
	case errors.Is(err, fs.ErrNotExist):
		code = print.CodeFolderMissing
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) ||
		runtime.GOOS == "windows" && errors.As(err, &no) && no == diskFull:
		code = print.CodeDiskFull
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = fmt.Errorf("folder: %s: %w", pathErr.Op, pathErr.Err)
	}
	var linkErr *os.LinkError
	if errors.As(err, &linkErr) {
		err = fmt.Errorf("folder: %s: %w", linkErr.Op, linkErr.Err)
	}
	return print.NewError(code, err, map[string]string{"Printer": p.Name()})
}
