// Package speech reads a sentence to the person with the voice that the system has: speech-dispatcher, which follows the
// person's own settings, else espeak-ng, on Linux; SAPI on Windows; say on macOS. The words go to the voice on its standard
// input, never into a command line that other programs can list, and are not logged. A counter without a voice is silent: the
// clerk reads the sentence instead.
package speech

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
)

// ErrNone says that this computer has no voice.
var ErrNone = errors.New("speech: no voice on this computer")

// engine is one program that speaks what it reads.
type engine struct {
	name string
	args func(lang string) []string
}

// Speaker speaks one sentence at a time; a new one cuts the one before off.
type Speaker struct {
	engine engine
	path   string

	mu   sync.Mutex
	stop context.CancelFunc
}

// Open finds the first voice that goos has. look finds a program; nil: on PATH.
func Open(goos string, look func(string) (string, error)) (*Speaker, error) {
	if look == nil {
		look = exec.LookPath
	}
	for _, e := range engines(goos) {
		if path, err := look(e.name); err == nil {
			return &Speaker{engine: e, path: path}, nil
		}
	}
	return nil, ErrNone
}

// Name is the program that speaks.
func (s *Speaker) Name() string { return s.engine.name }

// Say speaks text in a language (BCP 47) and returns when it was said.
func (s *Speaker) Say(ctx context.Context, lang, text string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	if s.stop != nil {
		s.stop()
	}
	s.stop = cancel
	s.mu.Unlock()
	cmd := exec.CommandContext(ctx, s.path, s.engine.args(lang)...)
	cmd.Stdin = strings.NewReader(text)
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil { // another sentence, or the end
			return nil
		}
		return fmt.Errorf("speech: %s: %w", s.engine.name, err)
	}
	return nil
}

// windows reads one sentence from its input and speaks it with a voice of the culture, where there is one.
const windows = `$t=[Console]::In.ReadToEnd();Add-Type -AssemblyName System.Speech;$s=New-Object System.Speech.Synthesis.SpeechSynthesizer;` +
	`try{$s.SelectVoiceByHints('NotSet','NotSet',0,[Globalization.CultureInfo]'%s')}catch{};$s.Rate=-2;$s.Speak($t)`

func engines(goos string) []engine {
	switch goos {
	case "linux", "freebsd", "openbsd", "netbsd":
		return []engine{
			{"spd-say", func(lang string) []string { return []string{"-e", "-w", "-r", "-20", "-l", base(lang)} }},
			{"espeak-ng", func(lang string) []string { return append(espeak(lang), "--stdin") }},
		}
	case "windows":
		return []engine{{"powershell.exe", func(lang string) []string {
			return []string{"-NoProfile", "-NonInteractive", "-Command", "[Console]::InputEncoding=[Text.Encoding]::UTF8;" + fmt.Sprintf(windows, culture(lang))}
		}}}
	case "darwin":
		return []engine{{"say", func(lang string) []string {
			args := []string{"-r", "140", "-f", "-"}
			if v := map[string]string{"zh": "Tingting", "yue": "Sinji"}[base(lang)]; v != "" {
				args = append(args, "-v", v)
			}
			return args
		}}}
	}
	return nil
}

// espeak are the voice and a calm rate, in words a minute.
func espeak(lang string) []string {
	voice := map[string]string{"zh": "cmn", "cmn": "cmn", "yue": "yue"}[base(lang)]
	if voice == "" {
		voice = base(lang)
	}
	return []string{"-v", voice, "-s", "130"}
}

// base is the language without script and region, letters only: it becomes an argument of a program.
func base(lang string) string {
	tag, _, _ := strings.Cut(lang, "-")
	tag = strings.ToLower(tag)
	if len(tag) < 2 || len(tag) > 3 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz") != "" {
		return "en"
	}
	return tag
}

func culture(lang string) string {
	if c := map[string]string{"zh": "zh-CN", "yue": "zh-HK", "en": "en-US"}[base(lang)]; c != "" {
		return c
	}
	return base(lang)
}
