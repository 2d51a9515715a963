package cms

import (
	"bytes"
	"slices"
	"time"
)

// Bounds on one chain.
const (
	maxChain = 6  // certificates, leaf and anchor included
	maxTries = 64 // signatures
)

// Pool is a set of anchors: certificates that are trusted because somebody says so, not because somebody signed them.
// It is read only once made.
type Pool struct {
	byName map[string][]*Certificate
	count  int
}

// NewPool makes a Pool. The same certificate twice counts once.
func NewPool(anchors []*Certificate) *Pool {
	p := &Pool{byName: map[string][]*Certificate{}}
	for _, c := range anchors {
		if c != nil && !p.has(c) {
			p.byName[c.Subject.key] = append(p.byName[c.Subject.key], c)
			p.count++
		}
	}
	return p
}

// Len is the number of anchors.
func (p *Pool) Len() int { return p.count }

func (p *Pool) has(c *Certificate) bool {
	return slices.ContainsFunc(p.byName[c.Subject.key], c.Equal)
}

// ChainOptions says what Pool.Chain asks for.
type ChainOptions struct {
	At            time.Time      // every certificate of the chain must be valid then; zero: validity is not looked at
	Intermediates []*Certificate // that came with the message; they are not trusted
	ExtKeyUsage   string         // object identifier that the leaf must carry; empty: any
}

// Chain finds a way from leaf to an anchor and verifies it. The chain begins with leaf and ends with the anchor.
//
// UnknownIssuer means that no anchor fits: nothing was proven or disproven. WrongSignature is given only where the key
// identifier says that the anchor at hand is the very one. Of several faulty ways the first fault is given.
func (p *Pool) Chain(leaf *Certificate, o ChainOptions) ([]*Certificate, error) {
	w := &walk{pool: p, options: o}
	chain, err := w.climb([]*Certificate{leaf})
	if err != nil {
		return nil, err
	}
	if o.ExtKeyUsage != "" && !slices.Contains(leaf.ExtKeyUsage, o.ExtKeyUsage) {
		return nil, refuse(WrongKeyUsage, "%v is not for this use", leaf.Subject)
	}
	return chain, nil
}

type walk struct {
	pool    *Pool
	options ChainOptions
	tries   int
}

// climb extends chain, whose last certificate is not yet proven, up to an anchor. Its depth is bounded by maxChain.
func (w *walk) climb(chain []*Certificate) ([]*Certificate, error) {
	last := chain[len(chain)-1]
	if err := w.inspect(last); err != nil {
		return nil, err
	}
	if w.pool.has(last) {
		return chain, nil
	}
	if len(chain) == maxChain {
		return nil, refuse(NotSupported, "chain longer than %d", maxChain)
	}
	var fault error
	for _, parent := range w.parents(last) {
		if w.tries++; w.tries > maxTries {
			return nil, refuse(NotSupported, "too many certificates of one name")
		}
		found, err := w.step(chain, parent)
		if err == nil {
			return found, nil
		}
		if fault == nil || ReasonOf(fault) == UnknownIssuer {
			fault = err
		}
	}
	if fault == nil {
		fault = refuse(UnknownIssuer, "%v", last.Issuer)
	}
	return nil, fault
}

// parents gives whatever may have issued c: anchors first.
func (w *walk) parents(c *Certificate) []*Certificate {
	var out []*Certificate
	for _, a := range w.pool.byName[c.Issuer.key] {
		if keyIDsFit(c, a) {
			out = append(out, a)
		}
	}
	for _, i := range w.options.Intermediates {
		if i.Subject.Equal(c.Issuer) && keyIDsFit(c, i) && !w.pool.has(i) {
			out = append(out, i)
		}
	}
	return out
}

func keyIDsFit(child, parent *Certificate) bool {
	return child.AuthorityKeyID == nil || parent.SubjectKeyID == nil ||
		bytes.Equal(child.AuthorityKeyID, parent.SubjectKeyID)
}

func (w *walk) step(chain []*Certificate, parent *Certificate) ([]*Certificate, error) {
	child := chain[len(chain)-1]
	if slices.ContainsFunc(chain, parent.Equal) {
		return nil, refuse(UnknownIssuer, "%v", child.Issuer)
	}
	if err := child.CheckSignatureFrom(parent); err != nil {
		certain := child.AuthorityKeyID != nil && parent.SubjectKeyID != nil
		if certain && w.pool.has(parent) && ReasonOf(err) == WrongSignature {
			return nil, refuse(WrongSignature, "%v is not signed by %v", child.Subject, parent)
		}
		if ReasonOf(err) == WrongSignature { // another key of the same name may have signed it
			return nil, refuse(UnknownIssuer, "%v", child.Issuer)
		}
		return nil, err
	}
	if err := mayIssue(parent, len(chain)-1); err != nil {
		return nil, err
	}
	return w.climb(append(slices.Clip(chain), parent))
}

// mayIssue checks basicConstraints and keyUsage of an issuer, RFC 5280 §6.1.4 (k) to (n). below is the number of
// certificates under it that are no leaves.
func mayIssue(c *Certificate, below int) error {
	switch {
	case c.Version == 3 && !c.CA, c.KeyUsage != 0 && c.KeyUsage&CertSign == 0:
		return refuse(WrongKeyUsage, "%v may not issue certificates", c.Subject)
	case c.MaxPath >= 0 && below > c.MaxPath:
		return refuse(WrongKeyUsage, "%v may not issue at this depth", c.Subject)
	}
	return nil
}

// inspect checks what every certificate of a chain must meet by itself.
func (w *walk) inspect(c *Certificate) error {
	if len(c.unknown) > 0 {
		return refuse(NotSupported, "critical extension %s", c.unknown[0])
	}
	if w.options.At.IsZero() {
		return nil
	}
	return c.CheckTime(w.options.At)
}
