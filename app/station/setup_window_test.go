package station

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bangban/app/flow"
)

// Files are found by name on sticks, the newest first; requests are no answers, and huge files are nothing.
func TestFoundersFiles(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	for i, name := range []string{"hall.bundle", "STICK/New.BUNDLE", "STICK/deep/er.bundle", "note.txt", "H12.request.pem", "H12.answer.pem", "STICK/answer"} {
		p := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o700), os.WriteFile(p, []byte("x"), 0o600), os.Chtimes(p, now, now.Add(time.Duration(i)*time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	f := Founder{Where: []string{dir, dir}}
	rel := func(paths []string) (out []string) {
		for _, p := range paths {
			r, _ := filepath.Rel(dir, p)
			out = append(out, filepath.ToSlash(r))
		}
		return out
	}
	if got := rel(f.Files(t.Context(), false)); !slices.Equal(got, []string{"STICK/New.BUNDLE", "hall.bundle"}) {
		t.Errorf("bundles %q", got)
	}
	if got := rel(f.Files(t.Context(), true)); !slices.Equal(got, []string{"STICK/answer", "H12.answer.pem"}) {
		t.Errorf("answers %q", got)
	}
}

// A training counter is fitted out: its readers are asked, the folder is its printer, the test page comes out.
func TestFitting(t *testing.T) {
	ctx := context.Background()
	s := openTraining(t, func(*Options) {})
	var fit flow.Fitting = s
	if len(fit.Readers(ctx)) == 0 {
		t.Error("nothing is said about readers")
	}
	choices, err := fit.Choices(ctx)
	if err != nil || len(choices) == 0 || !choices[0].Chosen {
		t.Fatalf("%v, %v", choices, err)
	}
	if err := fit.TestPage(ctx, "zh-Hans"); err != nil {
		t.Fatal(err)
	}
	papers, _ := filepath.Glob(filepath.Join(s.dir.papers(), "test-page*"))
	if len(papers) != 1 {
		t.Errorf("%d papers", len(papers))
	}
}
