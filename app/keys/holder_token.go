package keys

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
	"io"
	"slices"
	"strings"
)

// refHolder is the length of what names the key and the nonce that seal a back-office key in a token.
const refHolder = 16 + nonceSize

// CreateHolderToken makes a back-office key that opens only where a PKCS#11 token is: one of SuiteXWing is sealed by it,
// one of SuiteP256 is made in it and cannot leave. The file wants a passphrase, for it holds the token's PIN.
func CreateHolderToken(path, suite string, rand io.Reader, t Token, o Options) (*HolderKey, error) {
	where, err := tokenAt(t.Address)
	if err != nil {
		return nil, err
	}
	if len(o.Passphrase) == 0 {
		return nil, ErrPassphrase
	}
	if err := absent(path); err != nil {
		return nil, err
	}
	f := holderFile{Suite: suite, Private: []byte{}, Token: &holderToken{Address: t.Address, PIN: t.PIN}}
	if suite == SuiteP256 {
		if f.Token.Ref, f.Public, err = makeExchange(where, rand, t.Label, t.PIN); err != nil {
			return nil, err
		}
		h, err := f.holding(where)
		if err != nil {
			return nil, err
		}
		return h, writeHolder(path, rand, f, o)
	}
	private, key, err := newHolder(suite, rand)
	if err != nil {
		return nil, err
	}
	defer clear(private)
	f.Token.Ref = make([]byte, refHolder)
	if _, err := io.ReadFull(rand, f.Token.Ref); err != nil {
		return nil, err
	}
	if f.Private, err = sealIn(where, f.Token.Ref, t.Label, t.PIN, private, []byte(aadHolder)); err != nil {
		return nil, err
	}
	return &HolderKey{suite, key}, writeHolder(path, rand, f, o)
}

func tokenAt(address string) (uri, error) {
	u, ok := strings.CutPrefix(address, "pkcs11:")
	if !ok || len(address) > maxAddress {
		return uri{}, &PlaceError{code: CodePlaceAddress}
	}
	return parseURI(u)
}

// unseal takes the private key out of the token's seal.
func (f *holderFile) unseal() error {
	if f.Token == nil {
		return nil
	}
	where, err := tokenAt(f.Token.Address)
	if err != nil {
		return ErrFormat
	}
	defer clear(f.Token.PIN)
	f.Private, err = unsealIn(where, f.Token.Ref, f.Token.PIN, f.Private, []byte(aadHolder))
	return err
}

// held gives a key that lies in the token, once the token has shown that it is there.
func (f *holderFile) held() (*HolderKey, error) {
	where, err := tokenAt(f.Token.Address)
	if err != nil || len(f.Private) != 0 {
		return nil, ErrFormat
	}
	defer clear(f.Token.PIN)
	return f.holding(where)
}

func (f *holderFile) holding(where uri) (*HolderKey, error) {
	pub, err := ecdh.P256().NewPublicKey(f.Public)
	if err != nil {
		return nil, ErrFormat
	}
	x := &exchange{where, f.Token.Ref, slices.Clone(f.Token.PIN), pub}
	key, err := hpke.NewDHKEMPrivateKey(x)
	if err != nil {
		return nil, ErrFormat
	}
	// A token that holds another key under this name would open nothing: it must agree with the public key.
	probe, err := ecdh.P256().NewPrivateKey(append(make([]byte, holderPrivate-1), 1)) // the scalar 1: its share is the public key's own
	if err != nil {
		return nil, err
	}
	want, err := probe.ECDH(pub)
	if err != nil {
		return nil, ErrFormat
	}
	got, err := x.ECDH(probe.PublicKey())
	if err != nil {
		return nil, err
	}
	if !slices.Equal(want, got) {
		return nil, &PlaceError{code: CodePlaceKey, kind: KindPKCS11}
	}
	return &HolderKey{SuiteP256, key}, nil
}

// exchange is a P-256 key in a PKCS#11 token. It prints as nothing.
type exchange struct {
	where uri
	ref   []byte
	pin   []byte
	pub   *ecdh.PublicKey
}

var _ ecdh.KeyExchanger = (*exchange)(nil)

// PublicKey implements ecdh.KeyExchanger.
func (x *exchange) PublicKey() *ecdh.PublicKey { return x.pub }

// Curve implements ecdh.KeyExchanger.
func (x *exchange) Curve() ecdh.Curve { return ecdh.P256() }

// ECDH implements ecdh.KeyExchanger: the token computes it.
func (x *exchange) ECDH(peer *ecdh.PublicKey) ([]byte, error) {
	if peer.Curve() != ecdh.P256() {
		return nil, ErrAlgorithm
	}
	return exchangeIn(x.where, x.ref, x.pin, peer.Bytes())
}

// Format implements fmt.Formatter so that no verb prints the PIN.
func (x *exchange) Format(f fmt.State, _ rune) { fmt.Fprint(f, "back-office key in a token") }
