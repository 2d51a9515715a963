package queue

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const receiptMagic = "bangban-receipt/1"

// MaxReceipt bounds a signed receipt in bytes.
const MaxReceipt = 2 << 10

// Receipt says that a parcel is stored for ever.
type Receipt struct {
	Station    string
	Epoch, Seq uint64
	Hash       [32]byte
	Result     Result    // Accepted or Duplicate
	Time       time.Time // of the commit, cut to the hour once signed

	signed []byte
}

// Signed is the note that the receipt was opened from; nil where it was not.
func (r *Receipt) Signed() []byte { return bytes.Clone(r.signed) }

// String gives the name used in receipts and reports.
func (r Result) String() string {
	switch r {
	case Accepted:
		return "accepted"
	case Duplicate:
		return "duplicate"
	case Refused:
		return "refused"
	case Carried:
		return "carried"
	}
	return "retry"
}

func (r *Receipt) text() string {
	return strings.Join([]string{receiptMagic, r.Station, strconv.FormatUint(r.Epoch, 10), strconv.FormatUint(r.Seq, 10),
		base64.StdEncoding.EncodeToString(r.Hash[:]), r.Result.String(), r.Time.UTC().Format(time.RFC3339)}, "\n") + "\n"
}

// SignReceipt makes the signed note, its time cut to the hour. It is called after the commit, never before.
func SignReceipt(r Receipt, s note.Signer) ([]byte, error) {
	r.Time = r.Time.UTC().Truncate(time.Hour)
	if r.Result != Accepted && r.Result != Duplicate {
		return nil, fmt.Errorf("%w: nothing to receipt", ErrReceipt)
	}
	if _, err := parseReceipt(r.text()); err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: r.text()}, s)
}

// OpenReceipt verifies and reads a receipt.
func OpenReceipt(b []byte, known note.Verifiers) (*Receipt, error) {
	if len(b) > MaxReceipt {
		return nil, fmt.Errorf("%w: %d bytes", ErrReceipt, len(b))
	}
	n, err := note.Open(b, known)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	r, err := parseReceipt(n.Text)
	if err != nil {
		return nil, err
	}
	r.signed = bytes.Clone(b)
	return r, nil
}

func parseReceipt(text string) (*Receipt, error) {
	l := strings.Split(text, "\n")
	if len(l) != 8 || l[0] != receiptMagic || l[1] == "" || len(l[1]) > maxField {
		return nil, fmt.Errorf("%w: lines", ErrReceipt)
	}
	r := &Receipt{Station: l[1]}
	var err [4]error
	var sum []byte
	r.Epoch, err[0] = strconv.ParseUint(l[2], 10, 64)
	r.Seq, err[1] = strconv.ParseUint(l[3], 10, 64)
	sum, err[2] = base64.StdEncoding.Strict().DecodeString(l[4])
	r.Time, err[3] = time.Parse(time.RFC3339, l[6])
	for _, e := range err {
		if e != nil {
			return nil, fmt.Errorf("%w: field", ErrReceipt)
		}
	}
	copy(r.Hash[:], sum)
	switch l[5] {
	case Accepted.String():
		r.Result = Accepted
	case Duplicate.String():
		r.Result = Duplicate
	}
	if len(sum) != len(r.Hash) || r.text() != text { // one receipt, one text
		return nil, fmt.Errorf("%w: form", ErrReceipt)
	}
	return r, nil
}
