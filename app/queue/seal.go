package queue

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"time"

	"bangban/app/journal"
)

const (
	padStep  = 4096 // what the size of a parcel tells is a step, not a length
	keySize  = 32   // AES-256
	coseAlg  = -7   // ES256 (RFC 9053 §2.1)
	lenBytes = 4
)

// Record is what is inside a parcel.
type Record struct {
	Recipients []string `cbor:"1,keyasint"`
	Station    string   `cbor:"2,keyasint"`
	Epoch      uint64   `cbor:"3,keyasint"`
	Seq        uint64   `cbor:"4,keyasint"`
	Kind       string   `cbor:"5,keyasint"`
	Salt       [16]byte `cbor:"6,keyasint"`
	Body       []byte   `cbor:"7,keyasint"`
}

// String names the place of the record, nothing of its content.
func (r Record) String() string { return fmt.Sprintf("record(%s/%d/%d)", r.Station, r.Epoch, r.Seq) }

// Format implements fmt.Formatter so that no verb prints the body.
func (r Record) Format(f fmt.State, _ rune) { fmt.Fprint(f, r.String()) }

type signedRecord struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected map[int]int
	Payload     []byte
	Signature   []byte
}

type wrap struct {
	_   struct{} `cbor:",toarray"`
	ID  string
	Enc []byte
	Key []byte
}

type sealedBody struct {
	_          struct{} `cbor:",toarray"`
	Wraps      []wrap
	Ciphertext []byte
}

// Sealer seals records to the back office and signs them as the station.
type Sealer struct {
	Holders      []Holder
	Identity     crypto.Signer // P-256
	IdentityCert []byte        // DER
	Rand         io.Reader     // nil: crypto/rand. HPKE and ECDSA take theirs from the system
}

// Place is where a record belongs.
type Place struct {
	ID         UUID
	Station    string
	Epoch, Seq uint64
	Kind       string
	Day        string // YYYY-MM-DD
}

// Seal makes the parcel of one record and the journal's commitment to its body.
func (s *Sealer) Seal(p Place, body []byte) (parcel *Parcel, commitment []byte, err error) {
	if len(body) > MaxBody {
		return nil, nil, fmt.Errorf("%w: body of %d bytes", ErrTooLarge, len(body))
	}
	if len(s.Holders) == 0 || s.Identity == nil {
		return nil, nil, ErrHolder
	}
	h := Header{ID: p.ID, Station: p.Station, Epoch: p.Epoch, Seq: p.Seq, Kind: p.Kind, Day: p.Day,
		Suite: s.Holders[0].Suite, Certificate: s.IdentityCert}
	for _, holder := range s.Holders {
		h.Recipients = append(h.Recipients, holder.ID)
	}
	if err := h.check(); err != nil {
		return nil, nil, err
	}
	plain, salt, err := s.record(h, body)
	if err != nil {
		return nil, nil, err
	}
	defer clear(plain)
	envelope, err := s.envelope(h, plain)
	if err != nil {
		return nil, nil, err
	}
	return &Parcel{ID: p.ID, Station: p.Station, Epoch: p.Epoch, Seq: p.Seq, Kind: p.Kind, Day: p.Day,
		Hash: sha256.Sum256(envelope), Sealed: envelope, Size: len(envelope)}, journal.Commit(salt, body), nil
}

// record signs and pads the record.
func (s *Sealer) record(h Header, body []byte) (padded []byte, salt [16]byte, err error) {
	if _, err = io.ReadFull(s.random(), salt[:]); err != nil {
		return nil, salt, err
	}
	payload, err := encoder.Marshal(Record{h.Recipients, h.Station, h.Epoch, h.Seq, h.Kind, salt, body})
	if err != nil {
		return nil, salt, err
	}
	defer clear(payload)
	protected, err := encoder.Marshal(map[int]int{1: coseAlg})
	if err != nil {
		return nil, salt, err
	}
	sig, err := sign(s.Identity, protected, aadRecord, payload)
	if err != nil {
		return nil, salt, err
	}
	signed, err := encoder.Marshal(signedRecord{Protected: protected, Unprotected: map[int]int{}, Payload: payload, Signature: sig})
	if err != nil {
		return nil, salt, err
	}
	defer clear(signed)
	padded = make([]byte, (lenBytes+len(signed)+padStep-1)/padStep*padStep)
	binary.BigEndian.PutUint32(padded, uint32(len(signed)))
	copy(padded[lenBytes:], signed)
	return padded, salt, nil
}

func (s *Sealer) envelope(h Header, plain []byte) ([]byte, error) {
	protected, err := encoder.Marshal(h)
	if err != nil {
		return nil, err
	}
	sealed, err := s.seal(protected, plain)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(sealed)
	sig, err := sign(s.Identity, protected, aadEnvelope, sum[:])
	if err != nil {
		return nil, err
	}
	return encoder.Marshal(wireEnvelope{Header: protected, Sealed: sealed, Signature: sig})
}

func (s *Sealer) seal(aad, plain []byte) ([]byte, error) {
	key := make([]byte, keySize)
	defer clear(key)
	if _, err := io.ReadFull(s.random(), key); err != nil {
		return nil, err
	}
	body := sealedBody{}
	for _, holder := range s.Holders {
		pub, err := holder.public()
		if err != nil {
			return nil, err
		}
		if holder.Suite != s.Holders[0].Suite {
			return nil, fmt.Errorf("%w: holders of different suites", ErrSuite)
		}
		enc, sender, err := hpke.NewSender(pub, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(hpkeInfo))
		if err != nil {
			return nil, err
		}
		wrapped, err := sender.Seal(aad, key)
		if err != nil {
			return nil, err
		}
		body.Wraps = append(body.Wraps, wrap{ID: holder.ID, Enc: enc, Key: wrapped})
	}
	gcm, err := aead(key)
	if err != nil {
		return nil, err
	}
	// The zero nonce is safe: the key seals this one message and is then forgotten.
	body.Ciphertext = gcm.Seal(nil, make([]byte, gcm.NonceSize()), plain, aad)
	return encoder.Marshal(body)
}

func (s *Sealer) random() io.Reader {
	if s.Rand == nil {
		return rand.Reader
	}
	return s.Rand
}

func aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Unseal opens a parcel with a back-office key, verifies the station's signature inside and compares its place with
// the envelope's.
func Unseal(e *Envelope, key *HolderKey) (*Record, error) {
	if e.Header.Suite != key.suite {
		return nil, fmt.Errorf("%w: %d", ErrSuite, uint64(e.Header.Suite))
	}
	body, ok := splitSealed(e.sealed)
	if !ok || len(body.Wraps) != len(e.Header.Recipients) {
		return nil, ErrEnvelope
	}
	at := slices.IndexFunc(body.Wraps, func(w wrap) bool { return w.ID == key.id })
	if at < 0 || !slices.Contains(e.Header.Recipients, key.id) {
		return nil, ErrRecipient
	}
	plain, err := open(body, at, key, e.protected)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return openRecord(plain, e)
}

func open(body sealedBody, at int, key *HolderKey, aad []byte) ([]byte, error) {
	r, err := hpke.NewRecipient(body.Wraps[at].Enc, key.key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(hpkeInfo))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnseal, err)
	}
	inner, err := r.Open(aad, body.Wraps[at].Key)
	if err != nil || len(inner) != keySize {
		return nil, fmt.Errorf("%w: key", ErrUnseal)
	}
	defer clear(inner)
	gcm, err := aead(inner)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, make([]byte, gcm.NonceSize()), body.Ciphertext, aad)
	if err != nil {
		return nil, fmt.Errorf("%w: body", ErrUnseal)
	}
	return plain, nil
}

func openRecord(plain []byte, e *Envelope) (*Record, error) {
	if len(plain) < lenBytes || len(plain)%padStep != 0 {
		return nil, ErrRecord
	}
	n := int64(binary.BigEndian.Uint32(plain))
	if n > int64(len(plain)-lenBytes) {
		return nil, ErrRecord
	}
	var w signedRecord
	if !decodeExact(plain[lenBytes:lenBytes+n], &w) || len(w.Unprotected) > 0 {
		return nil, ErrRecord
	}
	if err := verify(e.identity, w.Protected, aadRecord, w.Payload, w.Signature); err != nil {
		return nil, fmt.Errorf("%w: record", err)
	}
	var r Record
	if !decodeExact(w.Payload, &r) {
		return nil, ErrRecord
	}
	h := e.Header
	if r.Station != h.Station || r.Epoch != h.Epoch || r.Seq != h.Seq || r.Kind != h.Kind || !slices.Equal(r.Recipients, h.Recipients) {
		return nil, ErrMoved
	}
	return &r, nil
}

// NewID makes the id of a parcel: UUID version 7 (RFC 9562 §5.7) with the start of the day as its time.
func NewID(random io.Reader, day string) (UUID, error) {
	var id UUID
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return id, err
	}
	if _, err := io.ReadFull(random, id[6:]); err != nil {
		return id, err
	}
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(t.UnixMilli()))
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id, nil
}
