package journal

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// proofMagic begins a C2SP transparency log proof (c2sp.org/tlog-proof).
const proofMagic = "c2sp.org/tlog-proof@v1"

// maxProof bounds a proof in bytes.
const maxProof = 16 << 10

// Proven is one act that is in a journal.
type Proven struct {
	Number     int64 // of the leaf, from 0
	Event      Event
	Checkpoint Checkpoint
}

// EncodeProof writes the proof that a leaf is in the tree of a signed checkpoint: the leaf as extra data, its number, the
// hashes of RFC 6962 §2.1.1, and the checkpoint.
func EncodeProof(leaf []byte, n int64, hashes [][]byte, signed []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofMagic, base64.StdEncoding.EncodeToString(leaf), n)
	for _, h := range hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h) + "\n")
	}
	b.WriteByte('\n')
	b.Write(signed)
	return b.Bytes()
}

// CheckProof reads a proof and decides whether what it says is in the journal of a station that known knows.
func CheckProof(proof []byte, known note.Verifiers) (*Proven, error) {
	if len(proof) > maxProof {
		return nil, fmt.Errorf("%w: %d bytes", ErrProof, len(proof))
	}
	head, signed, ok := strings.Cut(string(proof), "\n\n")
	if !ok {
		return nil, fmt.Errorf("%w: no checkpoint", ErrProof)
	}
	c, err := OpenCheckpoint([]byte(signed), known)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(strings.NewReader(head))
	next := func() string { lines.Scan(); return lines.Text() }
	if next() != proofMagic {
		return nil, fmt.Errorf("%w: no %s", ErrProof, proofMagic)
	}
	extra, hasExtra := strings.CutPrefix(next(), "extra ")
	leaf, err := base64.StdEncoding.Strict().DecodeString(extra)
	if !hasExtra || err != nil {
		return nil, fmt.Errorf("%w: leaf", ErrProof)
	}
	index, hasIndex := strings.CutPrefix(next(), "index ")
	n, err := strconv.ParseInt(index, 10, 64)
	if !hasIndex || err != nil || n < 0 || strconv.FormatInt(n, 10) != index {
		return nil, fmt.Errorf("%w: index", ErrProof)
	}
	var hashes [][]byte
	for lines.Scan() {
		h, err := base64.StdEncoding.Strict().DecodeString(lines.Text())
		if err != nil || len(hashes) >= 64 {
			return nil, fmt.Errorf("%w: hashes", ErrProof)
		}
		hashes = append(hashes, h)
	}
	if err := CheckInclusion(c, n, leaf, hashes); err != nil {
		return nil, err
	}
	e, err := OpenEvent(leaf)
	if err != nil {
		return nil, err
	}
	return &Proven{Number: n, Event: e, Checkpoint: c}, nil
}
