package mdoc

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"encoding/binary"
	"fmt"

	"bangban/app/trust"

	"github.com/fxamacker/cbor/v2"
)

// Session is the encryption of one proximity session, §9.1.1.5: AES-256-GCM, a key for each direction, the nonce being
// the sender's role in 8 bytes and a counter from 1 in 4. It is used by one goroutine. A message that does not decrypt
// ends it.
type Session struct {
	seal, open         cipher.AEAD
	sealRole, openRole uint64
	sealed, opened     uint32
	over               bool
}

// Roles of §9.1.1.5: the identifier of what the reader and what the device encrypts.
const (
	roleReader uint64 = 0
	roleDevice uint64 = 1
)

// NewReaderSession makes the reader's side: own is EReaderKey, peer EDeviceKey out of the engagement.
func NewReaderSession(own *ecdh.PrivateKey, peer *ecdh.PublicKey, transcript []byte) (*Session, error) {
	return newSession(own, peer, transcript, roleReader)
}

// NewDeviceSession makes the wallet's side; simulators and tests need it.
func NewDeviceSession(own *ecdh.PrivateKey, peer *ecdh.PublicKey, transcript []byte) (*Session, error) {
	return newSession(own, peer, transcript, roleDevice)
}

func newSession(own *ecdh.PrivateKey, peer *ecdh.PublicKey, transcript []byte, role uint64) (*Session, error) {
	session, err := transcriptOf(transcript)
	if err != nil {
		return nil, err
	}
	secret, err := own.ECDH(peer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSession, err)
	}
	var aeads [2]cipher.AEAD
	for i, info := range []string{roleReader: "SKReader", roleDevice: "SKDevice"} {
		key, err := derive(secret, session, info)
		if err != nil {
			return nil, err
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		if aeads[i], err = cipher.NewGCM(block); err != nil {
			return nil, err
		}
	}
	return &Session{seal: aeads[role], open: aeads[1-role], sealRole: role, openRole: 1 - role}, nil
}

func nonce(role uint64, counter uint32) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 12), role)
	return binary.BigEndian.AppendUint32(b, counter)
}

// Seal encrypts a message to the other side.
func (s *Session) Seal(plain []byte) []byte {
	s.sealed++
	return s.seal.Seal(nil, nonce(s.sealRole, s.sealed), plain, nil)
}

// Open decrypts a message of the other side.
func (s *Session) Open(data []byte) ([]byte, error) {
	if s.over || len(data) > maxResponse {
		return nil, ErrSession
	}
	s.opened++
	plain, err := s.open.Open(nil, nonce(s.openRole, s.opened), data, nil)
	if err != nil {
		s.over = true
		return nil, ErrSession
	}
	return plain, nil
}

// Data takes the encrypted part out of a SessionEstablishment or SessionData message, §9.1.1.4.
//
//	SessionData = { ? "data": bstr, ? "status": uint }     SessionEstablishment = { "eReaderKey": #6.24(COSE_Key), "data": bstr }
func Data(message []byte) (data []byte, status uint64, err error) {
	var m struct {
		Key    cbor.RawMessage `cbor:"eReaderKey"`
		Data   []byte          `cbor:"data"`
		Status uint64          `cbor:"status"`
	}
	if err := trust.DecodeCBOR(message, &m); err != nil {
		return nil, 0, err
	}
	return m.Data, m.Status, nil
}
