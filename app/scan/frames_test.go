package scan_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/scan"
)

// watched runs a Folder by hand: look makes it look once and gives what it handed on.
func watched(t *testing.T, dir string) (look func() []string, end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	asked, now, got, ended := make(chan struct{}), make(chan time.Time), []string{}, make(chan error, 1)
	f := scan.Folder{Dir: dir, After: func(time.Duration) <-chan time.Time { asked <- struct{}{}; return now }}
	go func() { ended <- f.Frames(ctx, func(b []byte) { got = append(got, string(b)) }) }()
	<-asked
	look = func() []string {
		now <- time.Time{}
		<-asked // the look before it is over
		out := got
		got = nil
		return out
	}
	return look, func() error {
		cancel()
		return <-ended
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("before.png", "of yesterday")
	look, end := watched(t, dir)
	want := func(when string, texts ...string) {
		t.Helper()
		got := look()
		if len(got) != len(texts) {
			t.Errorf("%s: %d files, want %d", when, len(got), len(texts))
			return
		}
		for i := range got {
			if got[i] != texts[i] {
				t.Errorf("%s: %q, want %q", when, got[i], texts[i])
			}
		}
	}
	want("nothing new")
	write("a.png", "half")
	want("being written")
	write("a.png", "half and the rest")
	want("still being written")
	want("whole", "half and the rest")
	want("only once")
	write("b.pdf.part", "p")
	write(".hidden", "h")
	write("empty.jpg", "")
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.png")); err != nil {
		t.Fatal(err)
	}
	want("what is no file, first")
	want("what is no file")
	if err := os.Rename(filepath.Join(dir, "b.pdf.part"), filepath.Join(dir, "b.pdf")); err != nil {
		t.Fatal(err)
	}
	want("renamed")
	want("renamed and whole", "p")
	write("before.png", "of today, and longer")
	want("changed")
	want("changed and whole", "of today, and longer")
	if err := os.Truncate(filepath.Join(dir, "a.png"), scan.MaxBytes+1); err != nil {
		t.Fatal(err)
	}
	want("too large")
	want("too large, and whole")
	away := dir + "-away"
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	want("the folder is gone")
	if err := os.Rename(away, dir); err != nil {
		t.Fatal(err)
	}
	write("c.png", "after it came back")
	want("back")
	want("back and whole", "after it came back")
	if err := end(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestFolderThatIsNotThere(t *testing.T) {
	f := scan.Folder{Dir: filepath.Join(t.TempDir(), "none")}
	if err := f.Frames(context.Background(), nil); !errors.Is(err, os.ErrNotExist) || f.Name() != f.Dir {
		t.Error(err)
	}
}
