package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"bangban/app/desk"
)

// machine is what the administrator has laid down for this computer, in one file that clerks cannot write: values for
// flags that are not given, and which of them nobody may choose otherwise.
//
//	{"data": "/srv/counter", "lang": "zh-Hans", "scale": 1.25, "citizen": "1366,0", "sam": "auto", "lock": ["lang", "scale"]}
//
// A locked flag that is given otherwise is wrong usage; a locked language or text size that the clerk changes at the window
// is not remembered. A training counter takes neither data nor bundle from it.
type machine struct {
	Data    string   `json:"data"`
	Bundle  string   `json:"bundle"`
	Lang    string   `json:"lang"`
	Citizen string   `json:"citizen"`
	SAM     string   `json:"sam"`
	Scale   float64  `json:"scale"`
	Flip    bool     `json:"flip"`
	Visits  bool     `json:"outreach"`
	Lock    []string `json:"lock"`
}

const (
	codeMachineFile = "machine-file-unreadable"
	maxMachine      = 64 << 10
)

// machineFile names the file: /etc/bangban/counter.json, on Windows %ProgramData%\Bangban\counter.json.
func machineFile() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(os.Getenv("ProgramData"), "Bangban", "counter.json")
	}
	return "/etc/bangban/counter.json"
}

// readMachine reads it; where there is none, nothing is laid down.
func readMachine(name string) (m machine, err error) {
	defer func() {
		if err != nil {
			err = &desk.Error{Op: "start", Code: codeMachineFile, Args: map[string]string{"File": name}, Err: err}
		}
	}()
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxMachine+1))
	if err != nil {
		return m, err
	}
	if len(b) > maxMachine {
		return m, errors.New("app: too long")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return machine{}, err
	}
	if d.More() {
		return machine{}, errors.New("app: more than one object")
	}
	for _, l := range m.Lock {
		if _, ok := m.values()[l]; !ok {
			return machine{}, fmt.Errorf("app: %q cannot be locked", l)
		}
	}
	return m, nil
}

// values gives what is laid down as flags are written; empty is not laid down.
func (m machine) values() map[string]string {
	v := map[string]string{"data": m.Data, "bundle": m.Bundle, "lang": m.Lang, "citizen": m.Citizen, "sam": m.SAM, "scale": "", "flip": "", "outreach": ""}
	if m.Scale != 0 {
		v["scale"] = fmt.Sprint(m.Scale)
	}
	if m.Flip {
		v["flip"] = "true"
	}
	if m.Visits {
		v["outreach"] = "true"
	}
	return v
}

// locks tells whether nobody may choose this otherwise.
func (m machine) locks(name string) bool { return slices.Contains(m.Lock, name) }

// apply sets the flags that were not given. It fails where one that is locked was given otherwise.
func (m machine) apply(f *flag.FlagSet) error {
	given := map[string]bool{}
	f.Visit(func(one *flag.Flag) { given[one.Name] = true })
	training := f.Lookup("training").Value.String() == "true"
	for name, value := range m.values() {
		if training && (name == "data" || name == "bundle") { // those are the real counter's
			continue
		}
		one := f.Lookup(name)
		switch {
		case given[name] && m.locks(name) && one.Value.String() != value:
			return fmt.Errorf("--%s is laid down for this computer", name)
		case given[name] || value == "":
		default:
			if err := f.Set(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}
