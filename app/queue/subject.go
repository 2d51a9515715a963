package queue

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// KindSubject is a person's request about what is kept of them: the answer comes back sealed to the person's code.
const KindSubject = "subject-request"

// What a person may ask.
const (
	AskHold    = "hold"    // what do you hold of me
	AskCorrect = "correct" // this is wrong
	AskErase   = "erase"   // forget it
)

// maxSubject bounds a text of a request in bytes.
const maxSubject = 4 << 10

// SubjectBody is the body of a parcel of KindSubject. Who asks was identified at the counter as for a voucher.
type SubjectBody struct {
	Ask       string   `cbor:"ask"`
	Document  string   `cbor:"document"` // kind of the card that was read
	Checks    []string `cbor:"checks,omitempty"`
	Name      string   `cbor:"name"`
	Number    string   `cbor:"number,omitempty"`
	BirthDate string   `cbor:"birth_date,omitempty"`
	Text      string   `cbor:"text,omitempty"` // what is wrong, or what it is about
	Clerk     string   `cbor:"clerk"`
	At        string   `cbor:"at"`
	Reply     []byte   `cbor:"reply"` // public key of the person's code (SuiteXWing)
}

// check refuses a request that nobody could answer.
func (b SubjectBody) check() error {
	if b.Ask != AskHold && b.Ask != AskCorrect && b.Ask != AskErase {
		return fmt.Errorf("%w: ask", ErrRecord)
	}
	if b.Name == "" || len(b.Name) > maxSubject || len(b.Number) > maxSubject || len(b.Text) > maxSubject || len(b.Checks) > maxField ||
		b.Ask == AskCorrect && b.Text == "" {
		return fmt.Errorf("%w: request", ErrRecord)
	}
	if h, err := NewHolder(b.Reply); err != nil || h.Suite != SuiteXWing {
		return fmt.Errorf("%w: reply key", ErrRecord)
	}
	return nil
}

// Encode gives the deterministic CBOR of the body.
func (b SubjectBody) Encode() ([]byte, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	return encoder.Marshal(b)
}

// Format implements fmt.Formatter so that no verb prints who asks.
func (b SubjectBody) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "request(%s)", b.Ask) }

// Subject reads the body of a request.
func (r *Record) Subject() (b SubjectBody, err error) {
	if err := r.body(KindSubject, &b); err != nil {
		return b, err
	}
	return b, b.check()
}

// ReplyCode is what the person takes home on the slip: 128 random bits, from which the key that opens the answer is made.
// The counter forgets it. It prints as nothing.
type ReplyCode [16]byte

// NewReplyCode draws a code.
func NewReplyCode(rand io.Reader) (c ReplyCode, err error) {
	_, err = io.ReadFull(rand, c[:])
	return c, err
}

// crockford has no I, L, O and U.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Text is the code as it is printed: groups of four characters, 26 in all.
func (c ReplyCode) Text() string {
	s := crockford.EncodeToString(c[:])
	var groups []string
	for len(s) > 4 {
		groups, s = append(groups, s[:4]), s[4:]
	}
	return strings.Join(append(groups, s), "-")
}

// ParseReplyCode reads a code as somebody types it from paper: in either case, spaced or not, O for 0, I and L for 1.
func ParseReplyCode(s string) (c ReplyCode, err error) {
	s = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(s)))
	b, err := crockford.DecodeString(s)
	if err != nil || len(b) != len(c) || crockford.EncodeToString(b) != s {
		return c, ErrCode
	}
	copy(c[:], b)
	return c, nil
}

// Format implements fmt.Formatter so that no verb prints the code.
func (c ReplyCode) Format(f fmt.State, _ rune) { fmt.Fprint(f, "reply code") }

// key makes the key that opens the answer.
func (c ReplyCode) key() (*HolderKey, error) {
	seed, err := hkdf.Key(sha256.New, c[:], nil, answerInfo, 32)
	if err != nil {
		return nil, err
	}
	defer clear(seed)
	return ParseHolderKey(SuiteXWing, seed)
}

// Public is what the request carries.
func (c ReplyCode) Public() ([]byte, error) {
	k, err := c.key()
	if err != nil {
		return nil, err
	}
	return k.Holder().Public, nil
}
