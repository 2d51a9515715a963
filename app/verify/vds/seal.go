package vds

import (
	"bytes"
	"crypto"
	_ "crypto/sha256" // the digests that crypto.Hash.New needs
	_ "crypto/sha512"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

// Bounds on a binary seal.
const (
	magic       = 0xdc
	maxSeal     = 4 << 10
	maxFeatures = 64
)

// decimalSigner counts the characters of its reference in decimal digits (BSI TR-03171); all others do in hexadecimal.
const decimalSigner = "DEZV"

type feature struct {
	tag   byte
	value []byte
}

// seal is a binary seal taken apart. Nothing in it is proven.
type seal struct {
	country, signer, reference string
	issued, sealed             time.Time
	definition, category       byte
	features                   []feature
	signed, signature          []byte
}

// parseSeal reads Doc 9303-13 §2.2 to §2.4.
func parseSeal(b []byte) (*seal, error) {
	if len(b) < 20 || len(b) > maxSeal || b[0] != magic {
		return nil, ErrUnreadable
	}
	if b[1] != 2 && b[1] != 3 { // versions 3 and 4 of the format
		return nil, fmt.Errorf("%w: version", ErrStructure)
	}
	s := &seal{}
	in := &input{rest: b[2:]}
	s.country = strings.TrimRight(in.c40(3), " <")
	if b[1] == 2 {
		id := in.c40(9)
		s.signer, s.reference = cut(id, 4)
	} else {
		var size string
		s.signer, size = cut(in.c40(6), 4)
		base := 16
		if s.signer == decimalSigner {
			base = 10
		}
		n, err := strconv.ParseUint(size, base, 8) // characters of the reference that follows
		if err != nil || len(size) != 2 || n == 0 {
			return nil, fmt.Errorf("%w: certificate reference", ErrStructure)
		}
		s.reference, _ = cut(in.c40(int(n)), int(n))
	}
	s.issued, s.sealed = in.date(), in.date()
	s.definition, s.category = in.one(), in.one()
	if in.bad || len(s.signer) != 4 {
		return nil, fmt.Errorf("%w: header", ErrStructure)
	}
	return s, s.readMessage(b, in)
}

func cut(s string, n int) (string, string) { n = min(n, len(s)); return s[:n], s[n:] }

// readMessage reads features up to the signature, which must end the seal.
func (s *seal) readMessage(b []byte, in *input) error {
	for len(in.rest) > 0 {
		at := len(b) - len(in.rest)
		tag, value := in.one(), in.value()
		if in.bad || len(s.features) == maxFeatures {
			return fmt.Errorf("%w: feature", ErrStructure)
		}
		if tag == 0xff {
			s.signed, s.signature = b[:at], value
			if len(in.rest) > 0 || len(value) == 0 || len(value)%2 != 0 {
				return fmt.Errorf("%w: signature zone", ErrStructure)
			}
			return nil
		}
		s.features = append(s.features, feature{tag, value})
	}
	return fmt.Errorf("%w: no signature zone", ErrStructure)
}

// input reads from the front; bad sticks.
type input struct {
	rest []byte
	bad  bool
}

func (in *input) take(n int) []byte {
	if in.bad || n > len(in.rest) {
		in.bad = true
		return make([]byte, n)
	}
	b := in.rest[:n]
	in.rest = in.rest[n:]
	return b
}

func (in *input) one() byte { return in.take(1)[0] }

// value reads a length in DER (§2.3.2) of at most two bytes, in its shortest form, and as many bytes.
func (in *input) value() []byte {
	n := int(in.one())
	switch {
	case n == 0x81:
		if n = int(in.one()); n < 0x80 {
			in.bad = true
		}
	case n == 0x82:
		b := in.take(2)
		if n = int(b[0])<<8 | int(b[1]); n < 0x100 {
			in.bad = true
		}
	case n >= 0x80:
		in.bad = true
	}
	if in.bad || n > maxSeal {
		in.bad = true
		return nil
	}
	return in.take(n)
}

// date is MMDDYYYY as a number in three bytes, §2.3.1.
func (in *input) date() time.Time {
	b := in.take(3)
	n := int(b[0])<<16 | int(b[1])<<8 | int(b[2])
	t, err := time.Parse("01022006", fmt.Sprintf("%08d", n))
	if err != nil {
		in.bad = true
	}
	return t
}

// c40 reads n characters: two bytes for three of them.
func (in *input) c40(n int) string {
	s, ok := c40(in.take((n + 2) / 3 * 2))
	if !ok || len(s) > (n+2)/3*3 {
		in.bad = true
	}
	return strings.TrimRight(s, " ")
}

const basic = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// c40 decodes §2.2.1: only the basic set, FE before a byte of ASCII encodation at the end.
func c40(b []byte) (string, bool) {
	var out []byte
	for ; len(b) >= 2; b = b[2:] {
		if b[0] == 0xfe {
			if b[1] == 0 || len(b) > 2 {
				return "", false
			}
			return string(append(out, b[1]-1)), true
		}
		n := int(b[0])<<8 + int(b[1]) - 1
		if n < 0 || n >= 64000 {
			return "", false
		}
		for _, v := range []int{n / 1600, n % 1600 / 40, n % 40} {
			switch {
			case v >= 3 && v-3 < len(basic):
				out = append(out, basic[v-3])
			case v == 0: // shift 1 fills the last pair
			default:
				return "", false
			}
		}
	}
	return string(out), len(b) == 0
}

// signerCertificate finds the certificate by country, name and serial number (Doc 9303-13 §2.2.1).
func (s *seal) signerCertificate(store *trust.Store) *cms.Certificate {
	for _, c := range store.Certificates() {
		serial := strings.TrimLeft(strings.ToUpper(hex.EncodeToString(c.Serial)), "0")
		named := strings.Contains(","+c.Subject.String()+",", ",CN="+s.signer[2:]+",")
		if c.Subject.Country == s.signer[:2] && named && serial == strings.TrimLeft(s.reference, "0") {
			return c
		}
	}
	return nil
}

// digestFor goes with the size of the curve, Doc 9303-13 §2.4.
func digestFor(bits int) crypto.Hash {
	switch {
	case bits <= 224:
		return crypto.SHA224
	case bits <= 256:
		return crypto.SHA256
	case bits <= 384:
		return crypto.SHA384
	}
	return crypto.SHA512
}

func (s *seal) judge(req verify.Request) *verify.Result {
	checks := []check.Check{check.Pass("structure", "VDS")}
	who := verify.Clean(s.signer + " " + s.reference)
	signer, proof := s.prove(req, who)
	checks = append(checks, proof...)
	checks = dropEmpty(append(checks, judgeTime(req, s.sealed), judgePaper(req)))
	r := verify.NewResult(ID, req.At, checks)
	if signer != nil {
		r.Claims = s.claims()
		r.Trust = signer.Trust(req.At)
	}
	return r
}

// prove takes the checks algorithm, issuer, issuer-name and signature. The certificate must have been in force when the
// seal was made: seals outlive signers.
func (s *seal) prove(req verify.Request, who string) (*trust.Signer, []check.Check) {
	c := s.signerCertificate(req.Anchors)
	if c == nil {
		return nil, []check.Check{check.Unsure("issuer", check.UnknownIssuer, who), check.Unsure("signature", check.NotChecked, "")}
	}
	if c.PublicKey.Curve == nil {
		return nil, []check.Check{check.Fail("algorithm", trust.ReasonWrongKey, c.String()), check.Unsure("signature", check.NotChecked, "")}
	}
	signer, issuer := req.Anchors.Vouch(c, s.sealed.Add(12*time.Hour))
	hash := digestFor(4 * len(s.signature))
	h := hash.New()
	h.Write(s.signed)
	signature := check.Pass("signature", c.String())
	if !c.PublicKey.VerifyPlain(h.Sum(nil), s.signature) {
		signature = check.Fail("signature", check.WrongSignature, c.String())
	}
	name := judgeName(s.country, &trust.Signer{Certificate: c})
	checks := []check.Check{check.Pass("algorithm", c.PublicKey.String()+", "+hash.String()), issuer, name, signature}
	if check.Overall(checks) != check.Passed {
		return nil, checks
	}
	return signer, checks
}

func (s *seal) claims() verify.Claims {
	out := verify.Claims{"type": fmt.Sprintf("vds-%02x", s.definition), "issuer": verify.Clean(s.country), "category": fmt.Sprintf("%02x", s.category),
		"issued": s.issued.Format(time.DateOnly), "signed": s.sealed.Format(time.DateOnly)}
	for _, f := range s.features {
		out[fmt.Sprintf("feature.%d", f.tag)] = show(f.value)
	}
	return out
}

// show guesses how a feature is written: its definition says so, and those are not held here.
func show(b []byte) string {
	if utf8.Valid(b) && !bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' }) {
		return verify.Clean(string(b))
	}
	if s, ok := c40(b); ok {
		return verify.Clean(s)
	}
	return hex.EncodeToString(b)
}
