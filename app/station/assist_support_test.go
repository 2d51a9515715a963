package station

import (
	"context"
	"os"
	"strings"
	"testing"
)

// The support file of a training counter says what it is and how it feels, and names neither the computer nor a folder; what
// is saved is what was shown.
func TestSupportText(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	s := openTraining(t, func(*Options) {})
	text, err := s.SupportText(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"training", "bundle", "version 1", "printer", "clock", "good"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	host, _ := os.Hostname()
	for _, never := range []string{host, s.o.Dir, os.Getenv("HOME")} {
		if len(never) > 1 && strings.Contains(text, never) {
			t.Errorf("it names %q", never)
		}
	}
	path, err := s.SaveSupport(text)
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(path)
	if b, err := os.ReadFile(path); err != nil || string(b) != text {
		t.Errorf("%v", err)
	}
}
