package speech

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func only(name string) func(string) (string, error) {
	return func(n string) (string, error) {
		if n == name {
			return "/usr/bin/" + n, nil
		}
		return "", exec.ErrNotFound
	}
}

func TestEngines(t *testing.T) {
	for _, tc := range []struct{ goos, there, want string }{
		{"linux", "spd-say", "spd-say"}, {"linux", "espeak-ng", "espeak-ng"}, {"linux", "say", ""},
		{"windows", "powershell.exe", "powershell.exe"}, {"darwin", "say", "say"}, {"plan9", "say", ""},
	} {
		s, err := Open(tc.goos, only(tc.there))
		if tc.want == "" {
			if !errors.Is(err, ErrNone) {
				t.Errorf("%s with %s: %v", tc.goos, tc.there, err)
			}
			continue
		}
		if err != nil || s.Name() != tc.want {
			t.Errorf("%s with %s: %v", tc.goos, tc.there, err)
		}
	}
	for lang, want := range map[string]string{"zh-Hans": "zh", "en": "en", "-x; rm": "en", "zh'": "en", "yue-HK": "yue"} {
		if got := base(lang); got != want {
			t.Errorf("%q gives %q", lang, got)
		}
	}
}

// The real voice speaks both languages into a file: there is sound in it, and longer for a longer sentence.
func TestVoiceIsHeard(t *testing.T) {
	path, err := exec.LookPath("espeak-ng")
	if err != nil {
		t.Skip("espeak-ng is not installed")
	}
	for _, tc := range []struct{ lang, short, long string }{
		{"zh-Hans", "您好。", "您好。我们给您做一张纸质身份凭证。用途，住房公积金。您同意吗？"},
		{"en", "Hello.", "Hello. We make a paper voucher for you, for the housing fund. Do you agree?"},
	} {
		seconds := func(text string) float64 {
			file := filepath.Join(t.TempDir(), "out.wav")
			cmd := exec.Command(path, append(espeak(tc.lang), "--stdin", "-w", file)...)
			cmd.Stdin = strings.NewReader(text)
			if err := cmd.Run(); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(file)
			if err != nil || len(b) < 44 || string(b[:4]) != "RIFF" {
				t.Fatalf("%d bytes, %v", len(b), err)
			}
			if strings.Trim(string(b[44:]), "\x00") == "" {
				t.Fatal("silence")
			}
			return float64(len(b)-44) / float64(binary.LittleEndian.Uint32(b[28:32]))
		}
		short, long := seconds(tc.short), seconds(tc.long)
		t.Logf("%s: %.1f s and %.1f s", tc.lang, short, long)
		if short < 0.2 || long < 2 || long > 30 || long < 2*short {
			t.Errorf("%s: %.1f s and %.1f s", tc.lang, short, long)
		}
	}
}

func TestBrokenVoiceSaysSo(t *testing.T) {
	s := &Speaker{engine: engine{name: "gone", args: func(string) []string { return nil }}, path: filepath.Join(t.TempDir(), "gone")}
	if err := s.Say(context.Background(), "en", "Hello"); err == nil || strings.Contains(err.Error(), "Hello") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Say(ctx, "en", "Hello"); err != nil {
		t.Errorf("cut off: %v", err)
	}
}
