package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/app/institution"
	"bangban/app/queue"
	"bangban/app/station"
	"bangban/cardreader/pcsc"

	"github.com/rogpeppe/go-internal/testscript"
	qr "github.com/skip2/go-qrcode"
	"golang.org/x/mod/sumdb/note"
)

// The scripts in testdata/script run the real main: the contract of design §9, one file a command.
func TestScripts(t *testing.T) {
	template := filepath.Join(t.TempDir(), "st")
	makeStation(t, template)
	bin := programDir(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			now := time.Now()
			for name, at := range map[string]time.Time{
				"NOW": now, "HOURAGO": now.Add(-time.Hour), "INHOUR": now.Add(time.Hour), "IN25H": now.Add(25 * time.Hour),
				"IN4D": now.Add(4 * 24 * time.Hour), "IN60D": now.Add(60 * 24 * time.Hour),
			} {
				e.Setenv(name, at.Format(time.RFC3339))
			}
			// A service that is not there: what real readers lie about is no business of these scripts.
			e.Setenv("PCSCLITE_CSOCK_NAME", filepath.Join(e.WorkDir, "no-service"))
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Values[heldKey{}] = new(held)
			return copyStation(filepath.Join(e.WorkDir, "st"), template)
		},
		Condition: func(c string) (bool, error) {
			if c == "pcsc" {
				return pcsc.Available(), nil
			}
			return false, fmt.Errorf("no condition %q", c)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "keep": keepField, "qr": drawCode, "receipt": forgeReceipt, "hold": hold, "release": release,
			"count": countLines, "flip": flip, "pem": writePEM, "gateway": gateway, "checkpoint": newestCheckpoint, "sql": sqlite,
			"again": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(copyStation(ts.MkAbs(args[0]), template))
			},
		},
	})
}

// exits CODE COMMAND ARGS… runs the command and wants this very exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var e *exec.ExitError
		if !errors.As(err, &e) {
			ts.Fatalf("%v", err)
		}
		got = e.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit %d, want %d", got, want)
	}
}

// keep VARIABLE FIELD FILE keeps a field of the first JSON line of a file (stdout for the last command's).
func keepField(ts *testscript.TestScript, _ bool, args []string) {
	var v map[string]any
	ts.Check(json.NewDecoder(strings.NewReader(ts.ReadFile(args[2]))).Decode(&v))
	s, ok := v[args[1]].(string)
	if !ok {
		ts.Fatalf("no text field %s", args[1])
	}
	ts.Setenv(args[0], s)
}

// count N FILE wants so many lines.
func countLines(ts *testscript.TestScript, _ bool, args []string) {
	if n := strings.Count(ts.ReadFile(args[1]), "\n"); strconv.Itoa(n) != args[0] {
		ts.Fatalf("%d lines, want %s", n, args[0])
	}
}

// qr TEXTFILE PNG draws the code of a text.
func drawCode(ts *testscript.TestScript, _ bool, args []string) {
	b, err := qr.Encode(strings.TrimSpace(ts.ReadFile(args[0])), qr.Medium, -4)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}

// flip FILE AT OUT changes one character of a text.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	b[at] = other(b[at])
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b, 0o600))
}

// other gives another character of the code's alphabet.
func other(c byte) byte {
	if c == 'A' {
		return 'B'
	}
	return 'A'
}

// pem FILE TEXT writes a text.
func writePEM(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(args[1]), 0o600))
}

// gateway FROM TO makes an institution's folder without back-office keys.
func gateway(ts *testscript.TestScript, _ bool, args []string) {
	to := ts.MkAbs(args[1])
	ts.Check(copyStation(to, ts.MkAbs(args[0])))
	keys, err := filepath.Glob(filepath.Join(to, "holder-*.key"))
	ts.Check(err)
	if len(keys) != 2 {
		ts.Fatalf("%d back-office keys", len(keys))
	}
	for _, k := range keys {
		ts.Check(os.Remove(k))
	}
}

// checkpoint EXPORT FILE takes the checkpoint out of a journal export.
func newestCheckpoint(ts *testscript.TestScript, _ bool, args []string) {
	_, signed, ok := strings.Cut(ts.ReadFile(args[0]), "\n\n")
	if !ok {
		ts.Fatalf("no checkpoint")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(signed), 0o600))
}

// sql DATA STATEMENT does to a closed database what no program of ours does.
func sqlite(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", filepath.Join(ts.MkAbs(args[0]), "bangban.db"))
	ts.Check(err)
	_, err = db.Exec(args[1])
	ts.Check(errors.Join(err, db.Close()))
}

// receipt HOW DATA RECEIPTS makes receipts worse: "forged" signs them with a key of its own, "other-hash" lets the
// gateway sign another hash.
func forgeReceipt(ts *testscript.TestScript, _ bool, args []string) {
	inst, err := institution.Open(filepath.Join(ts.MkAbs(args[1]), "institution"), institution.Options{Now: time.Now})
	ts.Check(err)
	signer, err := inst.ReceiptSigner()
	ts.Check(err)
	keys, err := inst.ReceiptKeys()
	ts.Check(err)
	v, err := note.NewVerifier(keys[len(keys)-1])
	ts.Check(err)
	known := note.VerifierList(v)
	if args[0] == "forged" {
		skey, _, err := note.GenerateKey(nil, v.Name())
		ts.Check(err)
		signer, err = note.NewSigner(skey)
		ts.Check(err)
	}
	files, err := filepath.Glob(filepath.Join(ts.MkAbs(args[2]), "*.receipt"))
	ts.Check(err)
	if len(files) == 0 {
		ts.Fatalf("no receipts")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		ts.Check(err)
		r, err := queue.OpenReceipt(b, known)
		ts.Check(err)
		if args[0] == "other-hash" {
			r.Hash[0] ^= 1
		}
		b, err = queue.SignReceipt(*r, signer)
		ts.Check(err)
		ts.Check(os.WriteFile(f, b, 0o600))
	}
}

type heldKey struct{}

// held is a counter that this process has open.
type held struct {
	mu sync.Mutex
	s  *station.Station
}

func (h *held) close() (err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.s != nil {
		err = h.s.Close()
	}
	h.s = nil
	return err
}

// hold DATA opens the counter as a window would.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	h := ts.Value(heldKey{}).(*held)
	s, err := station.Open(context.Background(), station.Options{Dir: ts.MkAbs(args[0]), Training: true, Program: "bangban", Tray: true})
	ts.Check(err)
	h.s = s
	ts.Defer(func() { h.close() })
}

// release closes it.
func release(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(ts.Value(heldKey{}).(*held).close())
}
