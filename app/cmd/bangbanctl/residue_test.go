package main

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// marks are what must be nowhere, in the encodings in which a program or a toolkit may write text.
type marks map[string][]byte

func newMarks(texts ...string) marks {
	m := marks{}
	for _, s := range texts {
		m[s+" in UTF-8"] = []byte(s)
		little, big := []byte{}, []byte{}
		for _, u := range utf16.Encode([]rune(s)) {
			little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
		}
		m[s+" in UTF-16LE"], m[s+" in UTF-16BE"] = little, big
	}
	return m
}

// in lists which marks are in the bytes, letters of either case.
func (m marks) in(b []byte) (found []string) {
	b = bytes.ToUpper(b)
	for name, mark := range m {
		if bytes.Contains(b, bytes.ToUpper(mark)) {
			found = append(found, name)
		}
	}
	return found
}

// under looks into every file below the directories, into names too.
func (m marks) under(t *testing.T, dirs ...string) (found []string, files int) {
	t.Helper()
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files++
			b, err := os.ReadFile(path)
			for _, f := range append(m.in(b), m.in([]byte(d.Name()))...) {
				found = append(found, f+" in "+path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found, files
}

// visitor is an invented person whose name and number stand nowhere else.
const visitor = `{"kind":"emrtd","subject":{"surname":"QUIXSPECIMEN","given_names":"ZEPHYRINE","full_name":"石榴样本 ZEPHYRINE QUIXSPECIMEN",` +
	`"number":"Q48151623","birth_date":"1931-02-03","address":"7 Specimen Lane, Qarth"},"checks":[]}`

// TestResidue takes one invented person through the line and looks for them where nothing of a person may stay: the
// data folder, the stick, the inbox, temporary files, everything that was said. The paper itself and the scan of it are
// the person's.
func TestResidue(t *testing.T) {
	b := newBench(t)
	tmp, stick, out := filepath.Join(b.dir, "tmp"), filepath.Join(b.dir, "stick"), filepath.Join(b.dir, "out")
	if err := os.Mkdir(tmp, 0o700); err != nil {
		t.Fatal(err)
	}
	m := newMarks("QUIXSPECIMEN", "ZEPHYRINE", "石榴样本", "Q48151623", "48151623", "1931-02-03", "19310203", "Specimen Lane")
	var said bytes.Buffer
	run := func(in string, args ...string) []byte {
		t.Helper()
		var out bytes.Buffer
		cmd := exec.Command(b.bin, append([]string{"--training", "--data", b.data, "--json"}, args...)...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &out, &said
		cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "TMP="+tmp, "TEMP="+tmp)
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %v %s", args, err, said.Bytes())
		}
		if args[0] != "inbox" { // the back office reads what the counter must not keep
			said.Write(out.Bytes())
		}
		return out.Bytes()
	}
	clean := func(when string) {
		t.Helper()
		found, files := m.under(t, b.data, b.data+"-papers", tmp)
		if len(found) > 0 {
			t.Errorf("%s: %q", when, found)
		}
		if files < 10 {
			t.Errorf("%s: only %d files were looked at", when, files)
		}
	}
	run(visitor, "voucher", "issue", "--from", "-", "--purpose", "housing-fund", "--recipient", "demo-bank", "--out", out)
	run(visitor, "voucher", "issue", "--from", "-", "--purpose", "train-ticket", "--recipient", "demo-rail", "--out", out, "--paper", "a4")
	clean("issued")
	run("", "queue", "export", stick)
	if records := run("", "inbox", "open", stick); len(newMarks("Q48151623").in(records)) == 0 {
		t.Errorf("the back office does not see who it was for: %s", records)
	}
	clean("opened")
	run("", "queue", "receipts", stick)
	run("", "journal", "verify")
	run("", "voucher", "list")
	run("", "queue", "list")
	run("", "journal", "export")
	clean("purged")
	if found, _ := m.under(t, stick); len(found) > 0 {
		t.Errorf("the stick: %q", found)
	}
	if found := m.in(said.Bytes()); len(found) > 0 {
		t.Errorf("said: %q", found)
	}
	// A name that cannot be printed is an error, and the error names the character alone.
	cmd := exec.Command(b.bin, "voucher", "issue", "--training", "--data", b.data, "--from", "-", "--purpose", "housing-fund", "--recipient", "demo-bank", "--out", out)
	cmd.Stdin = strings.NewReader(strings.Replace(visitor, "石榴样本", "石榴样本𲎯", 1))
	if said, err := cmd.CombinedOutput(); err == nil || len(m.in(said)) > 0 || !bytes.Contains(said, []byte("U+323AF")) {
		t.Errorf("%v %s", err, said)
	}
	clean("refused")
	m.control(t, b.data, tmp)
}

// control plants each mark where it was not found, and wants it found.
func (m marks) control(t *testing.T, dirs ...string) {
	t.Helper()
	for name, mark := range m {
		for _, dir := range dirs {
			planted := filepath.Join(dir, "planted")
			if err := os.WriteFile(planted, append([]byte("x\x00"), mark...), 0o600); err != nil {
				t.Fatal(err)
			}
			found, _ := m.under(t, dir)
			if !strings.Contains(strings.Join(found, "\n"), name+" in "+planted) {
				t.Errorf("planted %s in %s and found %q", name, dir, found)
			}
			if err := os.Remove(planted); err != nil {
				t.Fatal(err)
			}
		}
	}
}
