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
//
// A counter with the SM suite puts the request of its SM2 key (SM2 with SM3, the same name as the voucher key's) third. The
// last block then says "bangban-request-2", and what is signed has the SM2 request between the voucher's and proof.
const (
	pemRequest   = "BANGBAN REQUEST"
	pemCSR       = "CERTIFICATE REQUEST"
	magicRequest = "bangban-request-1"
	magicSM2     = "bangban-request-2"
	maxRequest   = 32 << 10
)

// Request is a request whose signatures have been checked. Whether the station may have what it asks for has not.
type Request struct {
	Station  string
	Identity *ecdsa.PublicKey
	Voucher  *ecdsa.PublicKey
	SM2      *ecdsa.PublicKey // nil: no SM suite
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
	return MakeRequestSM2(rand, station, identity, voucherCSR, nil, code)
}

// MakeRequestSM2 is MakeRequest of a counter that may have the SM suite; a nil sm2CSR says that it has not.
func MakeRequestSM2(rand io.Reader, station string, identity crypto.Signer, voucherCSR, sm2CSR []byte, code string) ([]byte, error) {
	own, err := csr(rand, station, uriStation+station, identity)
	if err != nil {
		return nil, err
	}
	tail := requestTail{Magic: magicRequest, Station: station, Proof: []byte{}}
	blocks := []*pem.Block{{Type: pemCSR, Bytes: own}, {Type: pemCSR, Bytes: voucherCSR}}
	if sm2CSR != nil {
		tail.Magic = magicSM2
		blocks = append(blocks, &pem.Block{Type: pemCSR, Bytes: sm2CSR})
	}
	if code != "" {
		tail.Proof = proof(codeKey(station, code), own, voucherCSR)
	}
	sum, err := tail.digest(own, voucherCSR, sm2CSR)
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
	for _, b := range append(blocks, &pem.Block{Type: pemRequest, Bytes: end}) {
		if err := pem.Encode(&out, b); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// digest is what the identity signs.
func (t *requestTail) digest(identity, voucher, sm2 []byte) ([32]byte, error) {
	parts := []any{t.Magic, t.Station, identity, voucher}
	if t.Magic == magicSM2 {
		parts = append(parts, sm2)
	}
	tbs, err := encMode.Marshal(append(parts, t.Proof))
	return sha256.Sum256(tbs), err
}

// readRequest takes the blocks of a request apart: the certificate requests, two or three of them, and the end.
func readRequest(file []byte) (csrs [][]byte, tail requestTail, err error) {
	if len(file) > maxRequest {
		return nil, tail, fmt.Errorf("%w: too large", ErrRequest)
	}
	want := pemCSR
	for {
		b, rest := pem.Decode(file)
		switch {
		case b == nil, len(b.Headers) > 0, b.Type != want && (b.Type != pemRequest || len(csrs) != 2):
			return nil, tail, fmt.Errorf("%w: %s is missing", ErrRequest, want)
		case b.Type == pemCSR:
			if csrs = append(csrs, b.Bytes); len(csrs) == 3 {
				want = pemRequest
			}
			file = rest
			continue
		case len(bytes.TrimSpace(rest)) > 0:
			return nil, tail, fmt.Errorf("%w: something behind it", ErrRequest)
		}
		magic := map[int]string{2: magicRequest, 3: magicSM2}[len(csrs)]
		if err := decMode.Unmarshal(b.Bytes, &tail); err != nil || tail.Magic != magic {
			return nil, tail, fmt.Errorf("%w: end", ErrRequest)
		}
		return csrs, tail, nil
	}
}

// OpenRequest reads a request and checks all signatures in it. Errors: ErrRequest, ErrStation, ErrKey.
func OpenRequest(file []byte) (*Request, error) {
	blocks, tail, err := readRequest(file)
	if err != nil {
		return nil, err
	}
	if !validStation(tail.Station) {
		return nil, ErrStation
	}
	r := &Request{Station: tail.Station, Proof: tail.Proof, identityCSR: blocks[0], voucherCSR: blocks[1]}
	if r.Identity, err = openCSR(blocks[0], uriStation+r.Station); err != nil {
		return nil, err
	}
	if r.Voucher, err = openCSR(blocks[1], uriVoucher+r.Station); err != nil {
		return nil, err
	}
	var sm2CSR []byte
	if len(blocks) == 3 {
		sm2CSR = blocks[2]
		if r.SM2, err = openSM2CSR(sm2CSR, uriVoucher+r.Station); err != nil {
			return nil, err
		}
	}
	sum, err := tail.digest(blocks[0], blocks[1], sm2CSR)
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
	SM2        []byte            // certificate of the SM2 key, DER; nil: none was asked for
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
	if r.SM2 != nil {
		if a.SM2, err = i.SM2Certificate(r.Station, r.SM2, a.Voucher.NotBefore, a.Voucher.NotAfter); err != nil {
			return nil, err
		}
	}
	// The code is used up last: where the power goes before, the same request is answered again.
	return &a, writePrivateJSON(i.path(dirEnrolment, r.Station+".json"), e)
}

// Encode makes the file: the delegation, the voucher key's certificate, the identity's certificate, that of the SM2 key.
func (a *Answer) Encode() []byte {
	out := append(EncodeDelegation(a.Delegation, a.Voucher), encodeCertificates(a.Identity)...)
	if a.SM2 != nil {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.SM2})...)
	}
	return out
}

// DecodeAnswer reads such a file; one without an identity certificate leaves Identity nil, one without SM suite SM2. Nothing
// in it has been verified.
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
		if block == nil || block.Type != "CERTIFICATE" || isSM2(block.Bytes) {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		*into, rest = c, after
	}
	if block, after := pem.Decode(rest); block != nil && block.Type == "CERTIFICATE" && isSM2(block.Bytes) {
		a.SM2, rest = block.Bytes, after
	}
	if a.Voucher == nil || len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("%w: answer", ErrFormat)
	}
	return &a, nil
}
