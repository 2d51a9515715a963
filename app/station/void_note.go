package station

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/keys"
	"bangban/app/store"
	"bangban/app/verify"

	"golang.org/x/mod/sumdb/note"
)

// A neighbour's note says which papers of one counter were taken back, before any status list does. It is a signed note of
// the station identity, and behind it the identity's certificate (PEM), so that every counter of the institution can check it:
//
//	bangban-void/1
//	issuer
//	station
//	day it was made
//	serial cti-in-hexadecimal last-day-of-life     one line a paper
//
// It only ever adds: an old one, or one taken in twice, changes nothing.
const voidName = "bangban-void/1"

// voidDir is where notes lie on a stick, beside parcels.
const voidDir = "void"

// Bounds of a note that somebody hands over.
const (
	maxNote  = 4 << 20
	maxNotes = 1000 // in one folder
)

// ErrNote says that a neighbour's note cannot be relied on.
var ErrNote = errors.New("station: note of a neighbour")

// WriteVoids writes this counter's note to a folder, a stick for one. It says how many papers it names.
func (s *Station) WriteVoids(ctx context.Context, dir string) (int, error) {
	all, err := s.store.Voided(ctx)
	if err != nil {
		return 0, err
	}
	if s.identity == nil || s.identityCert == nil {
		return 0, &desk.Error{Op: "void.write", Code: CodeAwaits, Args: map[string]string{"File": s.dir.request()}}
	}
	signer, err := journal.NewSigner(s.store.Station(), s.identity)
	if err != nil {
		return 0, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n%s\n", voidName, s.bundle.Issuer, s.store.Station(), s.clock.Time().Format(time.DateOnly))
	for _, w := range all {
		fmt.Fprintf(&b, "%d %x %s\n", w.Serial, w.ID, w.Expiry)
	}
	signed, err := note.Sign(&note.Note{Text: b.String()}, signer)
	if err != nil {
		return 0, err
	}
	signed = append(signed, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.identityCert.Raw})...)
	path := filepath.Join(dir, voidDir, s.store.Station()+".note")
	if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
		err = keys.WriteFile(path, signed, 0o644)
	}
	if err != nil {
		return 0, &desk.Error{Op: "void.write", Code: "file-unwritable", Args: map[string]string{"File": path}, Err: err}
	}
	return len(all), nil
}

// TakeVoids takes the notes of neighbours in from a folder. It says how many papers were not known before, and how many
// notes were refused. A folder without notes is no error.
func (s *Station) TakeVoids(ctx context.Context, dir string) (fresh, refused int, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, voidDir))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, &desk.Error{Op: "void.take", Code: "file-unreadable", Args: map[string]string{"File": dir}, Err: err}
	}
	for _, e := range entries[:min(len(entries), maxNotes)] {
		if !strings.HasSuffix(e.Name(), ".note") || !e.Type().IsRegular() {
			continue
		}
		n, err := s.takeVoid(ctx, filepath.Join(dir, voidDir, e.Name()))
		if errors.Is(err, ErrNote) {
			s.o.Log.Warn("station", "op", "void.take", "file", e.Name(), "err", err)
			refused++
			continue
		}
		if err != nil {
			return fresh, refused, err
		}
		fresh += n
	}
	return fresh, refused, nil
}

func (s *Station) takeVoid(ctx context.Context, path string) (int, error) {
	info, err := os.Stat(path)
	if err != nil || info.Size() > maxNote {
		return 0, fmt.Errorf("%w: size", ErrNote)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNote, err)
	}
	n, err := openVoids(data, s.bundle.Institution, s.bundle.Issuer, s.clock.Time())
	if err != nil {
		return 0, err
	}
	if n.station == s.store.Station() { // its ledger knows better
		return 0, nil
	}
	return s.store.Withdraw(ctx, verify.Series(n.issuer, n.station), n.station, n.list)
}

// voidNote is a neighbour's note that was checked.
type voidNote struct {
	issuer, station string
	list            []store.Withdrawn
}

// openVoids checks a note: signed by the identity of a counter of this institution, in force on the day that it names.
func openVoids(data, institutionPEM []byte, issuer string, now time.Time) (*voidNote, error) {
	at := bytes.Index(data, []byte("-----BEGIN CERTIFICATE-----"))
	if at < 0 || len(data) > maxNote {
		return nil, fmt.Errorf("%w: no certificate", ErrNote)
	}
	block, rest := pem.Decode(data[at:])
	if block == nil || len(rest) > 0 {
		return nil, fmt.Errorf("%w: certificate", ErrNote)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: certificate", ErrNote)
	}
	lines := strings.SplitN(string(data[:at]), "\n", 5)
	if len(lines) < 5 || lines[0] != voidName {
		return nil, fmt.Errorf("%w: %s expected", ErrNote, voidName)
	}
	made, err := time.Parse(time.DateOnly, lines[3])
	if err != nil || made.After(now.Add(24*time.Hour)) {
		return nil, fmt.Errorf("%w: day", ErrNote)
	}
	moment := made.Add(12 * time.Hour) // the day has no hour: some moment of it must be inside the certificate's life
	if moment.Before(cert.NotBefore) && cert.NotBefore.Before(made.Add(36*time.Hour)) {
		moment = cert.NotBefore
	}
	station, err := institution.VerifyIdentity(institutionPEM, cert, moment)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNote, err)
	}
	pub, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok || station != lines[2] || issuer != lines[1] {
		return nil, fmt.Errorf("%w: of another counter or institution", ErrNote)
	}
	known, err := journal.NewVerifier(station, pub)
	if err != nil {
		return nil, fmt.Errorf("%w: key", ErrNote)
	}
	n, err := note.Open(data[:at], note.VerifierList(known))
	if err != nil {
		return nil, fmt.Errorf("%w: signature: %w", ErrNote, err)
	}
	for _, sig := range n.Sigs { // one spelling: note.Open passes over the bits that stand for nothing
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return nil, fmt.Errorf("%w: signature: %w", ErrNote, err)
		}
	}
	list, err := voidLines(strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")[4:])
	return &voidNote{issuer, station, list}, err
}

func voidLines(lines []string) (list []store.Withdrawn, err error) {
	for _, l := range lines {
		f := strings.Split(l, " ")
		if len(f) != 3 {
			return nil, fmt.Errorf("%w: line", ErrNote)
		}
		var w store.Withdrawn
		serial, err := strconv.ParseUint(f[0], 10, 62)
		id, herr := hex.DecodeString(f[1])
		_, derr := time.Parse(time.DateOnly, f[2])
		if errors.Join(err, herr, derr) != nil || len(id) != len(w.ID) {
			return nil, fmt.Errorf("%w: line", ErrNote)
		}
		w.Serial, w.ID, w.Expiry = serial, [16]byte(id), f[2]
		list = append(list, w)
	}
	return list, nil
}
