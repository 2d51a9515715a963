package queue

import (
	"bytes"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
)

// AnswerExt ends the name of an answer on a carrier, beside the receipts.
const AnswerExt = ".answer"

const (
	answerMagic = "bangban-answer/1"
	answerInfo  = "bangban-answer-1"
	answerStep  = 1024 // what the size of an answer tells is a step
)

// Bounds of an answer.
const (
	MaxAnswerText = 64 << 10
	maxAnswerFile = 2*MaxAnswerText + 8<<10
)

// Results of a request.
const (
	SubjectDone    = "done"
	SubjectPartly  = "partly"
	SubjectRefused = "refused"
)

// SubjectAnswer is the back office's answer to a request: signed by the receipt key, sealed to the person's code.
type SubjectAnswer struct {
	ID         UUID // of the request: the receipt number on the slip
	Station    string
	Epoch, Seq uint64
	Request    [32]byte // SHA-256 of the request's envelope
	Time       time.Time

	sealed, file []byte
}

// AnswerText is what the person is told.
type AnswerText struct {
	Result string `cbor:"1,keyasint"` // "done", "partly", "refused"
	Text   string `cbor:"2,keyasint"`
}

// Format implements fmt.Formatter so that no verb prints the text.
func (a AnswerText) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "answer(%s)", a.Result) }

type wireAnswer struct {
	_      struct{} `cbor:",toarray"`
	Note   []byte
	Sealed []byte
}

func (a *SubjectAnswer) text() string {
	sum := sha256.Sum256(a.sealed)
	b64 := base64.StdEncoding.EncodeToString
	return strings.Join([]string{answerMagic, a.ID.String(), a.Station, strconv.FormatUint(a.Epoch, 10), strconv.FormatUint(a.Seq, 10),
		b64(a.Request[:]), b64(sum[:]), a.Time.UTC().Format(time.RFC3339)}, "\n") + "\n"
}

// aad binds what is sealed to its request.
func (a *SubjectAnswer) aad() []byte { return append(a.ID[:], a.Request[:]...) }

// SealAnswer answers the request in e, whose body is b.
func SealAnswer(e *Envelope, b SubjectBody, t AnswerText, at time.Time, s note.Signer) ([]byte, error) {
	if t.Result != SubjectDone && t.Result != SubjectPartly && t.Result != SubjectRefused || t.Text == "" || len(t.Text) > MaxAnswerText {
		return nil, fmt.Errorf("%w: text", ErrReply)
	}
	to, err := NewHolder(b.Reply)
	if err != nil {
		return nil, err
	}
	pub, err := to.public()
	if err != nil {
		return nil, err
	}
	plain, err := encoder.Marshal(t)
	if err != nil {
		return nil, err
	}
	padded := make([]byte, (lenBytes+len(plain)+answerStep-1)/answerStep*answerStep)
	defer clear(padded)
	binary.BigEndian.PutUint32(padded, uint32(len(plain)))
	copy(padded[lenBytes:], plain)
	clear(plain)
	h := e.Header
	a := &SubjectAnswer{ID: h.ID, Station: h.Station, Epoch: h.Epoch, Seq: h.Seq, Request: e.Hash, Time: at}
	enc, sender, err := hpke.NewSender(pub, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(answerInfo))
	if err != nil {
		return nil, err
	}
	ct, err := sender.Seal(a.aad(), padded)
	if err != nil {
		return nil, err
	}
	a.sealed = append(enc, ct...)
	signed, err := note.Sign(&note.Note{Text: a.text()}, s)
	if err != nil {
		return nil, err
	}
	return encoder.Marshal(wireAnswer{Note: signed, Sealed: a.sealed})
}

// OpenAnswer verifies who signed an answer and reads what request it is for. Only the person's code opens the rest.
func OpenAnswer(b []byte, known note.Verifiers) (*SubjectAnswer, error) {
	var w wireAnswer
	if len(b) > maxAnswerFile || !decodeExact(b, &w) {
		return nil, ErrReply
	}
	n, err := note.Open(w.Note, known)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReply, err)
	}
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) > 0 {
		return nil, fmt.Errorf("%w: signatures", ErrReply)
	}
	if _, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64); err != nil { // one spelling
		return nil, fmt.Errorf("%w: signature", ErrReply)
	}
	l := strings.Split(n.Text, "\n")
	if len(l) != 9 || l[0] != answerMagic || l[2] == "" || len(l[2]) > maxField {
		return nil, fmt.Errorf("%w: lines", ErrReply)
	}
	a := &SubjectAnswer{Station: l[2], sealed: w.Sealed, file: bytes.Clone(b)}
	var errs [5]error
	var sum []byte
	a.ID, errs[0] = uuid.Parse(l[1])
	a.Epoch, errs[1] = strconv.ParseUint(l[3], 10, 64)
	a.Seq, errs[2] = strconv.ParseUint(l[4], 10, 64)
	sum, errs[3] = base64.StdEncoding.Strict().DecodeString(l[5])
	a.Time, errs[4] = time.Parse(time.RFC3339, l[7])
	for _, e := range errs {
		if e != nil {
			return nil, fmt.Errorf("%w: field", ErrReply)
		}
	}
	copy(a.Request[:], sum)
	if a.text() != n.Text { // one answer, one text; and the sealed bytes are those that were signed
		return nil, fmt.Errorf("%w: form", ErrReply)
	}
	return a, nil
}

// File is what the answer was opened from.
func (a *SubjectAnswer) File() []byte { return bytes.Clone(a.file) }

// Read opens the answer with the person's code. Another code gives ErrCode.
func (a *SubjectAnswer) Read(c ReplyCode) (t AnswerText, err error) {
	key, err := c.key()
	if err != nil {
		return t, err
	}
	if len(a.sealed) < xwingEnc {
		return t, ErrReply
	}
	r, err := hpke.NewRecipient(a.sealed[:xwingEnc], key.key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(answerInfo))
	if err != nil {
		return t, ErrCode
	}
	plain, err := r.Open(a.aad(), a.sealed[xwingEnc:])
	if err != nil {
		return t, ErrCode
	}
	defer clear(plain)
	if len(plain) < lenBytes {
		return t, ErrReply
	}
	n := int64(binary.BigEndian.Uint32(plain))
	if n > int64(len(plain)-lenBytes) || !decodeExact(plain[lenBytes:lenBytes+n], &t) {
		return AnswerText{}, ErrReply
	}
	return t, nil
}
