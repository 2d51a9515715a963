package trust

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"bangban/cardreader/check"
	"bangban/cardreader/cms"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// ReasonNotEvaluated: a certificate whose key can be read, and no more of it: who issued it cannot be told.
const ReasonNotEvaluated check.Reason = "not-evaluated"

// maxSM2Certificate bounds one certificate.
const maxSM2Certificate = 64 << 10

// SM2Certificate is a certificate with a key on the curve of SM2 (GB/T 20518, GM/T 0015). It is read only.
type SM2Certificate struct {
	Raw    []byte
	Public *ecdsa.PublicKey
	full   *smx509.Certificate // nil: a strict parser refuses it
}

// ParseSM2Certificate reads one certificate in DER. Certificates in the field break rules that do not matter to their key
// (an address in an IA5String of other letters): then the key alone is read, and JudgeSM2 says not-evaluated.
func ParseSM2Certificate(der []byte) (*SM2Certificate, error) {
	if len(der) > maxSM2Certificate {
		return nil, ErrTooLarge
	}
	c := &SM2Certificate{Raw: bytes.Clone(der)}
	if full, err := smx509.ParseCertificate(der); err == nil {
		pub, ok := full.PublicKey.(*ecdsa.PublicKey)
		if !ok || !sm2.IsSM2PublicKey(pub) {
			return nil, fmt.Errorf("%w: not an SM2 certificate", ErrKey)
		}
		c.Public, c.full = pub, full
		return c, nil
	}
	spki, err := spkiOf(der)
	if err != nil {
		return nil, err
	}
	c.Public, err = sm2Public(spki)
	return c, err
}

func sm2Public(spki []byte) (*ecdsa.PublicKey, error) {
	key, err := smx509.ParsePKIXPublicKey(spki)
	pub, ok := key.(*ecdsa.PublicKey)
	if err != nil || !ok || !sm2.IsSM2PublicKey(pub) {
		return nil, fmt.Errorf("%w: not an SM2 key", ErrKey)
	}
	return pub, nil
}

// spkiOf goes to subjectPublicKeyInfo past whatever stands before it, RFC 5280 §4.1.
func spkiOf(der []byte) ([]byte, error) {
	in := cryptobyte.String(der)
	var body, tbs, spki cryptobyte.String
	version := asn1.Tag(0).ContextSpecific().Constructed()
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !in.Empty() || !body.ReadASN1(&tbs, asn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(version) || !tbs.SkipASN1(asn1.INTEGER) || !tbs.SkipASN1(asn1.SEQUENCE) ||
		!tbs.SkipASN1(asn1.SEQUENCE) || !tbs.SkipASN1(asn1.SEQUENCE) || !tbs.SkipASN1(asn1.SEQUENCE) ||
		!tbs.ReadASN1Element(&spki, asn1.SEQUENCE) {
		return nil, fmt.Errorf("%w: certificate", ErrStructure)
	}
	return spki, nil
}

// Organization is the first organisation in the certificate's name, cleaned for a screen; "" where it has none.
func (c *SM2Certificate) Organization() string {
	if c.full == nil || len(c.full.Subject.Organization) == 0 {
		return ""
	}
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f {
			return -1
		}
		return r
	}, c.full.Subject.Organization[0])
	return strings.ToValidUTF8(name[:min(len(name), 200)], "")
}

// String names the certificate for a verdict's detail: its organisation, never a person, and the first 8 bytes of its
// SHA-256.
func (c *SM2Certificate) String() string {
	sum := sha256.Sum256(c.Raw)
	name := c.Organization()
	if name == "" {
		name = "SM2 certificate"
	}
	return fmt.Sprintf("%s (SHA-256 %x…)", name, sum[:8])
}

// InForce tells whether the certificate was in force then; known is false where its dates cannot be read.
func (c *SM2Certificate) InForce(at time.Time) (ok, known bool) {
	if c.full == nil {
		return false, false
	}
	return !at.Before(c.full.NotBefore) && !at.After(c.full.NotAfter), true
}

// MaySign tells whether keyUsage, where there is one, lets the key sign (RFC 5280 §4.2.1.3).
func (c *SM2Certificate) MaySign() bool {
	return c.full == nil || c.full.KeyUsage == 0 || c.full.KeyUsage&(smx509.KeyUsageDigitalSignature|smx509.KeyUsageContentCommitment) != 0
}

// VerifySM2 checks a signature SM2 with SM3 over a message, with the identity that GM/T 0009 §10 gives everybody. It is in
// DER (GM/T 0009 §7.3), or r ‖ s, as some programs write it.
func VerifySM2(pub *ecdsa.PublicKey, message, signature []byte) bool {
	if len(signature) == 0 || len(signature) > 80 {
		return false
	}
	if sm2.VerifyASN1WithSM2(pub, nil, message, signature) {
		return true
	}
	if len(signature) != 64 {
		return false
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(signature[:32]))
		b.AddASN1BigInt(new(big.Int).SetBytes(signature[32:]))
	})
	der, err := b.Bytes()
	return err == nil && sm2.VerifyASN1WithSM2(pub, nil, message, der)
}

// JudgeSM2 takes the check issuer: the certificate is held, or one that is held issued it. Dates are those of that time.
func (s *Store) JudgeSM2(c *SM2Certificate, at time.Time) (Snapshot, check.Check) {
	if c.full == nil {
		return Snapshot{}, check.Unsure(CheckIssuer, ReasonNotEvaluated, c.String())
	}
	var held []*SM2Certificate
	if s != nil {
		held = s.sm2
	}
	var anchor *SM2Certificate
	for _, h := range held {
		if bytes.Equal(h.Raw, c.Raw) {
			anchor = h
			break
		}
		if anchor == nil && h.full != nil && issued(h.full, c.full) {
			anchor = h
		}
	}
	if anchor == nil {
		return Snapshot{}, check.Unsure(CheckIssuer, check.UnknownIssuer, c.String())
	}
	snap := s.snapshotNamed(anchor.String())
	if fault := judgeLink(anchor, c, at); fault.Name != "" {
		return snap, fault
	}
	if !at.IsZero() && snap.TooOld(at, s.maxAge[snap.Kind]) {
		return snap, check.Unsure(CheckIssuer, check.ListTooOld, snap.Label())
	}
	return snap, check.Pass(CheckIssuer, anchor.String())
}

// issued: names fit, key identifiers where both are there, and the signature.
func issued(parent, child *smx509.Certificate) bool {
	if !bytes.Equal(parent.RawSubject, child.RawIssuer) ||
		len(parent.SubjectKeyId) > 0 && len(child.AuthorityKeyId) > 0 && !bytes.Equal(parent.SubjectKeyId, child.AuthorityKeyId) {
		return false
	}
	pub, ok := parent.PublicKey.(*ecdsa.PublicKey)
	return ok && sm2.IsSM2PublicKey(pub) && VerifySM2(pub, child.RawTBSCertificate, child.Signature)
}

// judgeLink gives what is wrong with a certificate and its anchor; no name: nothing.
func judgeLink(anchor, c *SM2Certificate, at time.Time) check.Check {
	same := bytes.Equal(anchor.Raw, c.Raw)
	if p := anchor.full; !same && (p.Version == 3 && !(p.BasicConstraintsValid && p.IsCA) || p.KeyUsage != 0 && p.KeyUsage&smx509.KeyUsageCertSign == 0) {
		return check.Fail(CheckIssuer, check.WrongKeyUsage, anchor.String())
	}
	if len(c.full.UnhandledCriticalExtensions) > 0 {
		return check.Unsure(CheckIssuer, check.NotSupported, "critical extension")
	}
	if at.IsZero() {
		return check.Check{}
	}
	for _, x := range []*SM2Certificate{c, anchor} {
		switch {
		case at.Before(x.full.NotBefore):
			return check.Fail(CheckIssuer, check.NotYetValid, x.String())
		case at.After(x.full.NotAfter):
			return check.Fail(CheckIssuer, check.Expired, x.String())
		}
	}
	return check.Check{}
}

// SM2Keys gives the SM2 keys that stand alone or in a certificate held here, with their names.
func (s *Store) SM2Keys() (out []Key) {
	if s == nil {
		return nil
	}
	for _, c := range s.sm2 {
		if c.MaySign() {
			out = append(out, Key{ID: KeyID(c.Raw), Public: c.Public, Name: c.String()})
		}
	}
	for _, k := range s.keys {
		if sm2.IsSM2PublicKey(k.Public) {
			out = append(out, k)
		}
	}
	return out
}

// SnapshotOf gives what a key came in, by its name.
func (s *Store) SnapshotOf(k Key) Snapshot { return s.snapshotNamed(k.Name) }

// addSM2 takes certificates with SM2 keys, PEM or DER, others beside them, or one SM2 public key. ok is false where the
// file has none.
func (s *Store) addSM2(file []byte, snap Snapshot) (ok bool, err error) {
	ders, err := splitDER(file)
	if err != nil {
		return false, err
	}
	var ours []*SM2Certificate
	var others []*cms.Certificate
	for _, der := range ders {
		if c, err := ParseSM2Certificate(der); err == nil {
			ours = append(ours, c)
		} else if o, err := cms.ParseCertificate(der); err == nil {
			others = append(others, o)
		} else {
			return false, fmt.Errorf("%w: certificate %d", ErrUnknownFile, len(ours)+len(others)+1)
		}
	}
	if len(ours) == 0 {
		return false, nil
	}
	s.sm2 = append(slices.Clip(s.sm2), ours...)
	for _, c := range ours {
		s.note(KindKey, c.String(), snap)
	}
	if len(others) > 0 {
		return true, s.addCertificates(others, snap)
	}
	return true, nil
}

// addSM2Key takes one SubjectPublicKeyInfo.
func (s *Store) addSM2Key(spki []byte, snap Snapshot) error {
	pub, err := sm2Public(spki)
	if err != nil {
		return err
	}
	return s.addKeys([]Key{{Public: pub, Name: fmt.Sprintf("SM2 key %x", KeyID(spki))}}, nil)(snap)
}

// splitDER cuts a file into certificates: CERTIFICATE blocks of PEM, or DER one after the other.
func splitDER(file []byte) (ders [][]byte, err error) {
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			ders = append(ders, block.Bytes)
		}
		if len(ders) > maxKeys {
			return nil, ErrTooLarge
		}
	}
	if len(ders) > 0 {
		return ders, nil
	}
	for in := cryptobyte.String(file); !in.Empty(); {
		var e cryptobyte.String
		if len(ders) == maxKeys || !in.ReadASN1Element(&e, asn1.SEQUENCE) {
			return nil, fmt.Errorf("%w: list of certificates", ErrUnknownFile)
		}
		ders = append(ders, e)
	}
	return ders, nil
}

// SM2Public gives the SM2 key of a Key.
func SM2Public(k Key) (*ecdsa.PublicKey, error) {
	pub, ok := k.Public.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(pub) {
		return nil, fmt.Errorf("%w: not an SM2 key", ErrKey)
	}
	return pub, nil
}

// JudgeKey takes the check issuer for a key of SM2Keys: the dates of its certificate, where it has one, and the age of
// what it came in.
func (s *Store) JudgeKey(k Key, at time.Time) check.Check {
	for _, c := range s.sm2 {
		if bytes.Equal(KeyID(c.Raw), k.ID) {
			_, issuer := s.JudgeSM2(c, at)
			return issuer
		}
	}
	if snap := s.SnapshotOf(k); !at.IsZero() && snap.TooOld(at, s.maxAge[snap.Kind]) {
		return check.Unsure(CheckIssuer, check.ListTooOld, snap.Label())
	}
	return check.Pass(CheckIssuer, k.Name)
}
