package keys

import (
	"bytes"
	"encoding/pem"
	"io"
)

// PEM types of key files.
const (
	typePKCS8   = "PRIVATE KEY"
	typeHolder  = "BANGBAN HOLDER PRIVATE KEY"
	typeWrapped = "BANGBAN WRAPPED PRIVATE KEY"
)

const aadWrapped = "bangban-wrapped-1"

// wrapped is a private key under a passphrase; see the package comment.
type wrapped struct {
	Version uint8  `cbor:"1,keyasint"`
	Cost    Cost   `cbor:"2,keyasint"`
	Salt    []byte `cbor:"3,keyasint"`
	Nonce   []byte `cbor:"4,keyasint"`
	Sealed  []byte `cbor:"5,keyasint"`
	Type    string `cbor:"6,keyasint"`
}

func (w *wrapped) aad() ([]byte, error) {
	head, err := encMode.Marshal([]any{w.Cost, w.Salt, w.Type})
	return append([]byte(aadWrapped), head...), err
}

func parseWrapped(der []byte) (*wrapped, error) {
	var w wrapped
	if err := decode(der, &w); err != nil {
		return nil, err
	}
	if w.Version != 1 || len(w.Salt) != saltSize || len(w.Nonce) != nonceSize || len(w.Sealed) <= tagSize ||
		w.Type != typePKCS8 && w.Type != typeHolder && w.Type != typeToken {
		return nil, ErrFormat
	}
	return &w, w.Cost.check()
}

// encodeKey makes the PEM of a key file; with a passphrase the key is wrapped.
func encodeKey(rand io.Reader, kind string, der, passphrase []byte, cost Cost) ([]byte, error) {
	if len(passphrase) == 0 {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), nil
	}
	w := wrapped{Version: 1, Cost: cost.orDefault(), Salt: make([]byte, saltSize), Type: kind}
	if err := w.Cost.check(); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(rand, w.Salt); err != nil {
		return nil, err
	}
	aad, err := w.aad()
	if err != nil {
		return nil, err
	}
	key := w.Cost.stretch(passphrase, w.Salt)
	defer clear(key)
	if w.Nonce, w.Sealed, err = seal(rand, key, der, aad); err != nil {
		return nil, err
	}
	body, err := encMode.Marshal(w)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: typeWrapped, Bytes: body}), nil
}

// splitPEM takes the one block of a key file.
func splitPEM(data []byte) (*pem.Block, error) {
	block, rest := pem.Decode(data)
	if block == nil || len(block.Headers) > 0 || len(bytes.TrimSpace(rest)) > 0 {
		return nil, ErrFormat
	}
	return block, nil
}

// decodeKey gives the DER of a key file of that kind. The caller wipes it.
func decodeKey(data []byte, kind string, passphrase []byte) ([]byte, error) {
	block, err := splitPEM(data)
	if err != nil {
		return nil, err
	}
	switch block.Type {
	case kind:
		return block.Bytes, nil
	case typeWrapped:
	default:
		return nil, ErrFormat
	}
	w, err := parseWrapped(block.Bytes)
	if err != nil {
		return nil, err
	}
	if w.Type != kind {
		return nil, ErrFormat
	}
	if len(passphrase) == 0 {
		return nil, ErrPassphrase
	}
	aad, err := w.aad()
	if err != nil {
		return nil, err
	}
	key := w.Cost.stretch(passphrase, w.Salt)
	defer clear(key)
	der, ok := unseal(key, w.Nonce, w.Sealed, aad)
	if !ok {
		return nil, ErrWrongPassphrase
	}
	return der, nil
}
