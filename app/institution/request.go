package institution

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// A request is what a counter hands in to be given its certificates and a delegation: three PEM blocks.
//
//	CERTIFICATE REQUEST    of the station identity, subject alternative name urn:bangban:station:NAME
//	CERTIFICATE REQUEST    of the voucher key, subject alternative name urn:bangban:voucher-key:NAME
//	BANGBAN REQUEST        [ "bangban-request-1", station, proof: bstr, signature: bstr ]
//
// Each certificate request is signed by its own key (RFC 2986 §4.2). signature is the identity's (ECDSA, ASN.1) over
// SHA-256 of the CBOR [ "bangban-request-1", station, identity request, voucher request, proof ], so that nobody puts
// another voucher key beside an identity. proof is the first time HMAC-SHA256 of both requests under the key that the
// code of the enrolment letter stands for; later it is empty and the identity itself is what counts.
const (
	pemRequest   = "BANGBAN REQUEST"
	pemCSR       = "CERTIFICATE REQUEST"
	magicRequest = "bangban-request-1"
	maxRequest   = 32 << 10
)

// Request is a request whose signatures have been checked. Whether the station may have what it asks for has not.
type Request struct {
	Station  string
	Identity *ecdsa.PublicKey
	Voucher  *ecdsa.PublicKey
	Proof    []byte

	identityCSR, voucherCSR []byte
}

type requestTail struct {
	_         struct{} `cbor:",toarray"`
	Magic     string
	Station   string
	Proof     []byte
	Signature []byte
}

var (
	encMode = mustMode(cbor.CoreDetEncOptions().EncMode())
	decMode = mustMode(cbor.DecOptions{IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		MaxNestedLevels: 4, MaxArrayElements: 16, MaxMapPairs: 16}.DecMode())
)

func mustMode[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// VoucherCSR makes the certificate request of a voucher key, which is only at hand while the key is unlocked.
func VoucherCSR(rand io.Reader, station string, key crypto.Signer) ([]byte, error) {
	return csr(rand, station, uriVoucher+station, key)
}

func csr(rand io.Reader, station, uri string, key crypto.Signer) ([]byte, error) {
	if !validStation(station) {
		return nil, ErrStation
	}
	u, err := url.Parse(uri)
	if err != nil {
		return nil, ErrStation
	}
	return x509.CreateCertificateRequest(rand, &x509.CertificateRequest{Subject: pkix.Name{CommonName: station}, URIs: []*url.URL{u}}, key)
}

// MakeRequest makes the file that a counter hands in. code is that of the enrolment letter, the first time only.
func MakeRequest(rand io.Reader, station string, identity crypto.Signer, voucherCSR []byte, code string) ([]byte, error) {
	own, err := csr(rand, station, uriStation+station, identity)
	if err != nil {
		return nil, err
	}
	tail := requestTail{Magic: magicRequest, Station: station, Proof: []byte{}}
	if code != "" {
		tail.Proof = proof(codeKey(station, code), own, voucherCSR)
	}
	sum, err := requestDigest(station, own, voucherCSR, tail.Proof)
	if err != nil {
		return nil, err
	}
	if tail.Signature, err = identity.Sign(rand, sum[:], crypto.SHA256); err != nil {
		return nil, err
	}
	end, err := encMode.Marshal(tail)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, b := range []*pem.Block{{Type: pemCSR, Bytes: own}, {Type: pemCSR, Bytes: voucherCSR}, {Type: pemRequest, Bytes: end}} {
		if err := pem.Encode(&out, b); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func requestDigest(station string, identity, voucher, proof []byte) ([32]byte, error) {
	tbs, err := encMode.Marshal([]any{magicRequest, station, identity, voucher, proof})
	return sha256.Sum256(tbs), err
}

// OpenRequest reads a request and checks the three signatures in it. Errors: ErrRequest, ErrStation, ErrKey.
func OpenRequest(file []byte) (*Request, error) {
	if len(file) > maxRequest {
		return nil, fmt.Errorf("%w: too large", ErrRequest)
	}
	var blocks [][]byte
	for _, want := range []string{pemCSR, pemCSR, pemRequest} {
		b, rest := pem.Decode(file)
		if b == nil || b.Type != want || len(b.Headers) > 0 {
			return nil, fmt.Errorf("%w: %s is missing", ErrRequest, want)
		}
		blocks, file = append(blocks, b.Bytes), rest
	}
	if len(bytes.TrimSpace(file)) > 0 {
		return nil, fmt.Errorf("%w: something behind it", ErrRequest)
	}
	var tail requestTail
	if err := decMode.Unmarshal(blocks[2], &tail); err != nil || tail.Magic != magicRequest {
		return nil, fmt.Errorf("%w: end", ErrRequest)
	}
	if !validStation(tail.Station) {
		return nil, ErrStation
	}
	r := &Request{Station: tail.Station, Proof: tail.Proof, identityCSR: blocks[0], voucherCSR: blocks[1]}
	var err error
	if r.Identity, err = openCSR(blocks[0], uriStation+r.Station); err != nil {
		return nil, err
	}
	if r.Voucher, err = openCSR(blocks[1], uriVoucher+r.Station); err != nil {
		return nil, err
	}
	sum, err := requestDigest(r.Station, blocks[0], blocks[1], tail.Proof)
	if err != nil || !ecdsa.VerifyASN1(r.Identity, sum[:], tail.Signature) {
		return nil, fmt.Errorf("%w: the identity did not sign", ErrRequest)
	}
	if r.Identity.Equal(r.Voucher) { // one key for two uses could be made to sign the one as the other
		return nil, fmt.Errorf("%w: one key for both", ErrRequest)
	}
	return r, nil
}

func openCSR(der []byte, uri string) (*ecdsa.PublicKey, error) {
	req, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if err := req.CheckSignature(); err != nil {
		return nil, fmt.Errorf("%w: not signed by its key", ErrRequest)
	}
	if len(req.URIs) != 1 || req.URIs[0].String() != uri {
		return nil, fmt.Errorf("%w: of another station", ErrRequest)
	}
	pub, ok := req.PublicKey.(*ecdsa.PublicKey)
	if !ok || !isP256(pub) {
		return nil, ErrKey
	}
	return pub, nil
}

func (r *Request) identityID() string {
	der, err := x509.MarshalPKIXPublicKey(r.Identity)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// Grant is what an answered request gives.
type Grant struct {
	Count   uint64        // serials
	Valid   time.Duration // of the delegation; zero: MaxDelegation
	MaxLife time.Duration // of one voucher
}

// Answer is what goes back to the counter.
type Answer struct {
	Delegation []byte            // COSE
	Voucher    *x509.Certificate // of the voucher key, for PDFs
	Identity   *x509.Certificate // of the station identity
}

// Answer lends a station's voucher key the next free block and certifies both keys. Errors beside Delegate's:
// ErrNotEnrolled, ErrLetterEnded, ErrCode, ErrEnrolled.
func (i *Institution) Answer(r *Request, g Grant) (*Answer, error) {
	e, err := i.admit(r)
	if err != nil {
		return nil, err
	}
	if g.Valid == 0 {
		g.Valid = MaxDelegation
	}
	now := i.o.Now()
	var a Answer
	if a.Identity, err = i.IdentityCertificate(r.Station, r.Identity); err != nil {
		return nil, err
	}
	a.Delegation, a.Voucher, err = i.Delegate(DelegateRequest{Station: r.Station, Key: r.Voucher, Count: g.Count, NotBefore: now,
		Expires: now.Add(g.Valid), MaxLife: g.MaxLife})
	if err != nil {
		return nil, err
	}
	// The code is used up last: where the power goes before, the same request is answered again.
	return &a, writePrivateJSON(i.path(dirEnrolment, r.Station+".json"), e)
}

// Encode makes the file: the delegation, the voucher key's certificate, the identity's certificate.
func (a *Answer) Encode() []byte {
	return append(EncodeDelegation(a.Delegation, a.Voucher), encodeCertificates(a.Identity)...)
}

// DecodeAnswer reads such a file; one without an identity certificate leaves Identity nil. Nothing in it has been
// verified.
func DecodeAnswer(file []byte) (*Answer, error) {
	if len(file) > maxRequest {
		return nil, fmt.Errorf("%w: answer", ErrFormat)
	}
	var a Answer
	first, rest := pem.Decode(file)
	if first == nil || first.Type != pemDelegation {
		return nil, fmt.Errorf("%w: delegation", ErrFormat)
	}
	a.Delegation = first.Bytes
	for _, into := range []**x509.Certificate{&a.Voucher, &a.Identity} {
		block, after := pem.Decode(rest)
		if block == nil || block.Type != "CERTIFICATE" {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		*into, rest = c, after
	}
	if a.Voucher == nil || len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("%w: answer", ErrFormat)
	}
	return &a, nil
}
