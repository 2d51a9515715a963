package station

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
)

// Slips come out on the station's printer, in every language of paper, and a service that nobody offers has none.
func TestSlipsArePrinted(t *testing.T) {
	ctx := context.Background()
	s := openTraining(t, func(*Options) {})
	for _, lang := range []string{"zh-Hans", "en"} {
		for _, reason := range []string{"", "card", "unproven"} {
			if err := s.Refer(ctx, reason, lang); err != nil {
				t.Fatalf("%s %s: %v", lang, reason, err)
			}
		}
		for _, p := range s.bundle.Purposes {
			if err := s.Checklist(ctx, p.Code, lang); err != nil {
				t.Fatalf("%s %s: %v", lang, p.Code, err)
			}
		}
	}
	if d := desk.Explain("", s.Checklist(ctx, "marriage", "en")); d == nil || d.Code != flow.CodeChoice {
		t.Errorf("%v", d)
	}
	var out []string
	_ = filepath.WalkDir(filepath.Dir(s.o.Dir), func(path string, e os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".pdf") {
			out = append(out, filepath.Base(path))
		}
		return nil
	})
	if len(out) == 0 {
		t.Error("nothing came out")
	}
}
