package trust

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
	"slices"
	"time"

	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

// Names of the checks that every signed credential has.
const (
	CheckIssuer    = "issuer"
	CheckSignature = "signature"
)

// maxChain bounds the certificates that may come with a message.
const maxChain = 4

// Certificates gives every certificate held, of states and of others.
func (s *Store) Certificates() []*cms.Certificate {
	if s == nil {
		return nil
	}
	return s.certs
}

// ByKeyID gives the certificate whose SHA-256 begins with id (KeyID), nil where none is held.
func (s *Store) ByKeyID(id []byte) *cms.Certificate {
	if s == nil {
		return nil
	}
	return s.byKeyID[string(id)]
}

// index makes what certificates are found by; clones share it until they add to it.
func (s *Store) index() {
	before := s.called
	s.pool, s.byKeyID = cms.NewPool(s.certs), make(map[string]*cms.Certificate, len(s.certs))
	s.called = make(map[*cms.Certificate]called, len(s.certs))
	for _, c := range s.certs {
		n, known := before[c]
		if !known {
			n = called{c.String(), c.Fingerprint(), Public(c)}
		}
		s.called[c] = n
		s.byKeyID[string(n.print[:8])] = c
	}
}

// called is what is asked of a certificate again and again.
type called struct {
	name   string
	print  [32]byte
	public crypto.PublicKey
}

// of gives it for any certificate, held or not.
func (s *Store) of(c *cms.Certificate) called {
	if s != nil {
		if n, held := s.called[c]; held {
			return n
		}
	}
	return called{c.String(), c.Fingerprint(), Public(c)}
}

// Public gives the key of a certificate for the standard library; nil for curves that it does not have.
func Public(c *cms.Certificate) crypto.PublicKey {
	k := c.PublicKey
	if k.RSA != nil {
		return k.RSA
	}
	if k.Curve == nil || k.X == nil {
		return nil
	}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		if curve.Params().Name != k.Curve.Name {
			continue
		}
		size := (curve.Params().BitSize + 7) / 8
		raw := make([]byte, 1+2*size)
		raw[0] = 4
		k.X.FillBytes(raw[1 : 1+size])
		k.Y.FillBytes(raw[1+size:])
		if pub, err := ecdsa.ParseUncompressedPublicKey(curve, raw); err == nil {
			return pub
		}
	}
	return nil
}

// Claim is what a signature over a message claims about itself. Nothing in it is proven.
type Claim struct {
	Algorithm Algorithm
	KeyID     []byte
	Chain     [][]byte         // certificates in DER, the signer's first; they go before KeyID
	Held      *cms.Certificate // the signer's certificate where it is held itself; it goes before Chain
	Message   []byte           // what is signed
	Signature []byte
	At        time.Time // the certificates must be valid then; zero: dates are not looked at
	Usage     string    // extended key usage that the signer's certificate must carry; "": any
	Travel    bool      // it is a travel document's, or a seal: anchors of CSCA master lists count
	Issuer    string    // who the message says its issuer is, where a single key may be tied to one; "": not said
	list      bool      // it is a list, which need not say whose: a tied key answers for its issuer
}

// Signer is who signed, where a signature is proven and somebody held here vouches for its key.
type Signer struct {
	Name        string // of the key or certificate
	Rests       Snapshot
	Certificate *cms.Certificate // nil: a single key
	DocTypes    []string         // kinds of documents that the list of its anchor names; nil: any
	chain       []*cms.Certificate
	named       string     // whose status lists count for what it signed, where that is not the anchor or the key
	key         *Key       // the single key
	lists       []Snapshot // that were asked about it
}

// Prove takes the checks algorithm, issuer and signature, in this order. It gives the signer only where all passed. A
// signature that its own certificate disproves is Failed, whoever issued that certificate.
func (s *Store) Prove(c Claim) (*Signer, []check.Check) {
	alg := c.Algorithm.Judge()
	if alg.Verdict != check.Passed {
		return nil, []check.Check{alg, check.Unsure(CheckIssuer, check.NotChecked, ""), check.Unsure(CheckSignature, check.NotChecked, "")}
	}
	if len(c.Signature) == 0 {
		return nil, []check.Check{alg, check.Unsure(CheckIssuer, check.NotChecked, ""), check.Fail(CheckSignature, check.WrongSignature, "empty")}
	}
	if c.Held != nil || len(c.Chain) > 0 {
		signer, checks := s.proveChain(c)
		return signer, append([]check.Check{alg}, checks...)
	}
	signer, checks := s.proveKey(c)
	return signer, append([]check.Check{alg}, checks...)
}

// proveChain: the signer's certificate came with the message.
func (s *Store) proveChain(c Claim) (*Signer, []check.Check) {
	leaf, issuer := c.Held, check.Check{}
	var chain []*cms.Certificate
	if leaf != nil {
		chain, issuer = s.judge([]*cms.Certificate{leaf}, c)
	} else {
		leaf, chain, issuer = s.judgeChain(c)
	}
	if leaf == nil {
		return nil, []check.Check{issuer, check.Unsure(CheckSignature, check.NotChecked, "")}
	}
	n := s.of(leaf)
	name, pub := n.name, n.public
	signature := check.Pass(CheckSignature, name)
	switch {
	case pub == nil:
		signature = check.Unsure(CheckSignature, check.NotSupported, leaf.PublicKey.String())
	case !c.Algorithm.Fits(pub):
		signature = check.Fail(CheckSignature, ReasonWrongKey, name)
	case leaf.KeyUsage != 0 && leaf.KeyUsage&(cms.DigitalSignature|cms.ContentCommit) == 0: // RFC 5280 §4.2.1.3
		signature = check.Fail(CheckSignature, check.WrongKeyUsage, name)
	case c.Usage == "" && !c.list && elsewhere(leaf.ExtKeyUsage):
		signature = check.Fail(CheckSignature, check.WrongKeyUsage, name)
	case !c.Algorithm.Verify(pub, c.Message, c.Signature):
		signature = check.Fail(CheckSignature, check.WrongSignature, name)
	}
	checks := []check.Check{issuer, signature}
	if len(chain) > 0 {
		if withdrawn, asked := s.judgeRevocation(chain, c.At); asked {
			checks = append(checks, withdrawn)
		}
	}
	if v := check.Overall(checks); v == check.Failed || issuer.Verdict != check.Passed || signature.Verdict != check.Passed {
		return nil, checks
	}
	g := s.signer(leaf, n.name, chain)
	g.lists = s.listsOf(chain)
	return g, checks
}

// elsewhere tells whether a certificate is for certain other uses and nothing else (RFC 5280 §4.2.1.12): whoever seals test
// results, answers for withdrawn certificates or stamps the time issues no credentials.
func elsewhere(usages []string) bool {
	for _, u := range usages {
		switch u {
		case "2.23.136.1.1.3", "2.23.136.1.1.8", "2.23.136.1.1.14.2": // ICAO: master lists, deviation lists, VDS-NC
		case "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9": // time-stamps, OCSP
		default:
			return false
		}
	}
	return len(usages) > 0
}

func (s *Store) signer(leaf *cms.Certificate, name string, chain []*cms.Certificate) *Signer {
	anchor := chain[len(chain)-1]
	said := s.listed[s.of(anchor).print]
	g := &Signer{Name: name, Rests: s.snapshotOf(anchor), Certificate: leaf, DocTypes: said.docTypes, chain: chain, named: said.realm}
	return g
}

// realm is whose status lists count for what it signed. It is asked for rarely, and costs a hash.
func (g *Signer) realm() string {
	switch {
	case g.named != "":
		return g.named
	case g.key != nil:
		return g.key.realm()
	case len(g.chain) > 0:
		return fmt.Sprintf("anchor %x", g.chain[len(g.chain)-1].Fingerprint())
	}
	return ""
}

// judgeChain finds the way from the first certificate to one that is held. leaf is nil where a certificate cannot be read.
func (s *Store) judgeChain(claim Claim) (leaf *cms.Certificate, chain []*cms.Certificate, issuer check.Check) {
	ders := claim.Chain
	if len(ders) > maxChain {
		return nil, nil, check.Fail(CheckIssuer, check.Structure, fmt.Sprintf("%d certificates", len(ders)))
	}
	certs := make([]*cms.Certificate, 0, len(ders))
	for i, der := range ders {
		c, err := cms.ParseCertificate(der)
		if err != nil {
			return nil, nil, refused(err, fmt.Sprintf("certificate %d", i+1))
		}
		certs = append(certs, c)
	}
	chain, issuer = s.judge(certs, claim)
	return certs[0], chain, issuer
}

// judge takes the check issuer of certificates that are parsed, and gives the chain to the anchor. Of the claim, time and
// usages count.
func (s *Store) judge(certs []*cms.Certificate, c Claim) ([]*cms.Certificate, check.Check) {
	at := c.At
	chain, err := s.anchors().Chain(certs[0], cms.ChainOptions{At: at, Intermediates: certs[1:], ExtKeyUsage: c.Usage})
	if err != nil {
		return nil, refused(err, certs[0].String())
	}
	anchor := chain[len(chain)-1]
	if !c.Travel && s != nil && s.travel[s.of(anchor).print] {
		return nil, check.Unsure(CheckIssuer, check.UnknownIssuer, s.of(anchor).name+", for travel documents alone")
	}
	if snap := s.snapshotOf(anchor); !at.IsZero() && snap.TooOld(at, s.maxAge[snap.Kind]) {
		return chain, check.Unsure(CheckIssuer, check.ListTooOld, snap.Label())
	}
	return chain, check.Pass(CheckIssuer, s.of(anchor).name)
}

// anchors gives the pool, an empty one for nobody.
func (s *Store) anchors() *cms.Pool {
	if s == nil || s.pool == nil {
		return cms.NewPool(nil)
	}
	return s.pool
}

// refused turns an error of a chain into the check issuer.
func refused(err error, who string) check.Check {
	r := check.Reason(cms.ReasonOf(err))
	if r == check.UnknownIssuer || r == check.NotSupported {
		return check.Unsure(CheckIssuer, r, who)
	}
	return check.Fail(CheckIssuer, r, who)
}

// snapshotOf finds what an anchor came in.
func (s *Store) snapshotOf(c *cms.Certificate) Snapshot {
	if l, ok := s.listed[s.of(c).print]; ok {
		return l.snap
	}
	name := s.of(c).name
	for _, snap := range s.snapshots {
		if snap.Kind == KindCSCA && snap.Name == c.Subject.Country || snap.Kind == KindKey && snap.Name == name {
			return snap
		}
	}
	return Snapshot{Kind: KindKey, Name: name}
}

// proveKey: a single key with this kid, or, where it or the message has none, one that fits.
func (s *Store) proveKey(c Claim) (*Signer, []check.Check) {
	var named, mixed bool // a key of this very kid is held; but for another algorithm
	if s != nil {
		tied := c.Issuer != "" && slices.ContainsFunc(s.keys, func(k Key) bool { return k.Issuer == c.Issuer })
		for i := range s.keys {
			k := &s.keys[i]
			if k.Issuer != "" && k.Issuer != c.Issuer && !(c.list && c.Issuer == "") || tied && k.Issuer == "" {
				continue // of somebody else; and whoever has keys of his own signs with those
			}
			if k.listsOnly && !c.list {
				continue
			}
			same := len(c.KeyID) > 0 && bytes.Equal(k.ID, c.KeyID)
			if !same && len(c.KeyID) > 0 && len(k.ID) > 0 {
				continue
			}
			if !c.Algorithm.Fits(k.Public) {
				mixed = mixed || same
				continue
			}
			named = named || same
			if c.Algorithm.Verify(k.Public, c.Message, c.Signature) {
				if cert := s.ByKeyID(k.ID); cert != nil { // its dates and usages count
					c.Held = cert
					return s.proveChain(c)
				}
				snap, signed := s.snapshotNamed(k.Name), check.Pass(CheckSignature, k.Name)
				if k.listed != nil {
					snap = k.listed.snap
				}
				if !c.At.IsZero() && snap.TooOld(c.At, s.maxAge[snap.Kind]) {
					return nil, []check.Check{check.Unsure(CheckIssuer, check.ListTooOld, snap.Label()), signed}
				}
				return &Signer{Name: k.Name, Rests: snap, key: k}, []check.Check{check.Pass(CheckIssuer, k.label()), signed}
			}
		}
	}
	detail := "key " + printable(c.KeyID)
	switch {
	case named:
		return nil, []check.Check{check.Pass(CheckIssuer, detail), check.Fail(CheckSignature, check.WrongSignature, detail)}
	case mixed:
		return nil, []check.Check{check.Pass(CheckIssuer, detail), check.Fail(CheckSignature, ReasonWrongKey, detail)}
	}
	return nil, []check.Check{check.Unsure(CheckIssuer, check.UnknownIssuer, detail), check.Unsure(CheckSignature, check.NotChecked, "")}
}

func (s *Store) snapshotNamed(name string) Snapshot {
	for _, snap := range s.snapshots {
		if snap.Kind == KindKey && snap.Name == name {
			return snap
		}
	}
	return Snapshot{Kind: KindKey, Name: name}
}

// printable shows a key id: as it is where it is short text without blanks, else in hexadecimal.
func printable(id []byte) string {
	odd := func(b byte) bool { return b <= ' ' || b >= 0x7f }
	switch {
	case len(id) == 0:
		return "without a name"
	case len(id) > 64:
		return fmt.Sprintf("%x…", id[:16])
	case slices.ContainsFunc(id, odd):
		return fmt.Sprintf("%x", id)
	}
	return string(id)
}

// Vouch takes the check issuer for the certificate of a seal's signer, which is held itself: it must be in force at that time.
func (s *Store) Vouch(c *cms.Certificate, at time.Time) (*Signer, check.Check) {
	chain, issuer := s.judge([]*cms.Certificate{c}, Claim{At: at, Travel: true})
	if issuer.Verdict != check.Passed {
		return nil, issuer
	}
	return s.signer(c, s.of(c).name, chain), issuer
}
