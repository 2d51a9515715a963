package journal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says what a journal looked like at one moment.
type Checkpoint struct {
	Origin  string    // see Origin
	Size    int64     // leaves
	Root    tlog.Hash // RFC 6962 §2.1
	Parcels uint64    // queued so far, the highest sequence number
}

// MaxCheckpoint bounds a signed checkpoint in bytes.
const MaxCheckpoint = 4 << 10

// Origin names the journal of one station in one epoch.
func Origin(station string, epoch uint64) string {
	return "bangban/" + station + "/" + strconv.FormatUint(epoch, 10)
}

// text gives the body of the note (c2sp.org/tlog-checkpoint, note text).
func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\nparcels %d\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]), c.Parcels)
}

// Sign makes the signed note.
func (c Checkpoint) Sign(s note.Signer) ([]byte, error) {
	if c.Origin == "" || strings.ContainsAny(c.Origin, "\n\r") {
		return nil, ErrCheckpoint
	}
	return note.Sign(&note.Note{Text: c.text()}, s)
}

// OpenCheckpoint verifies and reads a signed checkpoint.
func OpenCheckpoint(msg []byte, known note.Verifiers) (Checkpoint, error) {
	if len(msg) > MaxCheckpoint {
		return Checkpoint{}, ErrCheckpoint
	}
	n, err := note.Open(msg, known)
	if err != nil {
		var unverified *note.UnverifiedNoteError
		var invalid *note.InvalidSignatureError
		if errors.As(err, &unverified) || errors.As(err, &invalid) {
			return Checkpoint{}, fmt.Errorf("%w: %w", ErrSignature, err)
		}
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return parseCheckpoint(n.Text)
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[4] != "" || lines[0] == "" {
		return Checkpoint{}, ErrCheckpoint
	}
	c := Checkpoint{Origin: lines[0]}
	var err error
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return Checkpoint{}, ErrCheckpoint
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, ErrCheckpoint
	}
	copy(c.Root[:], root)
	count, ok := strings.CutPrefix(lines[3], "parcels ")
	if !ok {
		return Checkpoint{}, ErrCheckpoint
	}
	if c.Parcels, err = strconv.ParseUint(count, 10, 64); err != nil {
		return Checkpoint{}, ErrCheckpoint
	}
	if c.text() != text { // leading zeros, plus signs: one checkpoint, one text
		return Checkpoint{}, ErrCheckpoint
	}
	return c, nil
}

// CheckConsistency decides whether newer continues older: nothing that older counted was changed or removed
// (RFC 6962 §2.1.2). An older checkpoint of size 0 is continued by anything.
func CheckConsistency(older, newer Checkpoint, proof [][]byte) error {
	switch {
	case older.Origin != newer.Origin:
		return ErrOrigin
	case older.Size == 0:
		return nil
	case older.Size > newer.Size || older.Parcels > newer.Parcels:
		return fmt.Errorf("%w: %d leaves after %d", ErrProof, newer.Size, older.Size)
	case older.Size == newer.Size:
		if older.Root != newer.Root {
			return ErrProof
		}
		return nil
	}
	p := make(tlog.TreeProof, len(proof))
	for i, h := range proof {
		if len(h) != tlog.HashSize || i >= 64 {
			return ErrProof
		}
		copy(p[i][:], h)
	}
	if err := tlog.CheckTree(p, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	return nil
}

// Names tells whether a signed checkpoint speaks of a tree of this size and root. It does not look at the signature:
// it is for a store that compares its tree with the checkpoint it wrote itself, before any key is at hand.
func Names(signed []byte, size int64, root tlog.Hash) bool {
	text, _, ok := strings.Cut(string(signed), "\n\n")
	if !ok || len(signed) > MaxCheckpoint {
		return false
	}
	c, err := parseCheckpoint(text + "\n")
	return err == nil && c.Size == size && c.Root == root
}
