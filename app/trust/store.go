package trust

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"bangban/cardreader/cms"
)

// Store is everything that a counter trusts in, with ages. The zero Store trusts nobody.
type Store struct {
	maxAge       map[string]time.Duration
	institutions []*Institution
	csca         []*cms.Certificate
	certs        []*cms.Certificate // csca among them
	sm2          []*SM2Certificate
	pool         *cms.Pool // of certs
	byKeyID      map[string]*cms.Certificate
	called       map[*cms.Certificate]called // names and fingerprints of certs, which cost a hash each
	listed       map[[32]byte]listing        // by fingerprint: what came in a VICAL
	travel       map[[32]byte]bool           // by fingerprint: what came in a CSCA master list, and in no other way
	keys         []Key
	status       map[listName]held[*StatusList]
	delegations  map[string]held[*Delegations]
	crls         []heldCRL
	listSigners  []listedCertificate // who signs status lists only
	snapshots    []Snapshot
}

// listName is what a status list is looked up by: lists of other issuers under the same URI do not count.
type listName struct{ issuer, uri string }

// held is a list that is here, or was (gone).
type held[L any] struct {
	list L
	snap Snapshot
	gone bool
}

// New makes a Store with the maximum age of each kind of list; a kind that is not there has none.
func New(maxAge map[string]time.Duration) *Store { return &Store{maxAge: maxAge} }

// Clone gives a Store that can be added to without changing s.
func (s *Store) Clone() *Store {
	c := &Store{maxAge: s.maxAge, institutions: slices.Clone(s.institutions), csca: slices.Clone(s.csca), certs: slices.Clone(s.certs), sm2: slices.Clone(s.sm2), pool: s.pool, byKeyID: s.byKeyID, called: s.called, listed: maps.Clone(s.listed), travel: maps.Clone(s.travel),
		keys: slices.Clone(s.keys), snapshots: slices.Clone(s.snapshots), crls: slices.Clone(s.crls), listSigners: slices.Clone(s.listSigners)}
	for n, l := range s.status {
		put(&c.status, n, l)
	}
	for n, l := range s.delegations {
		put(&c.delegations, n, l)
	}
	return c
}

func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = make(map[K]V)
	}
	(*m)[k] = v
}

// Institutions, CSCA and Keys give what was added. The caller changes nothing in them.
func (s *Store) Institutions() []*Institution { return s.institutions }

// CSCA gives the country signing certificates.
func (s *Store) CSCA() []*cms.Certificate { return s.csca }

// Keys gives the single keys, those of certificates among them.
func (s *Store) Keys() []Key { return s.keys }

// Snapshots lists everything that was added, lists included.
func (s *Store) Snapshots() []Snapshot {
	all := slices.Clone(s.snapshots)
	for _, l := range s.status {
		all = append(all, l.snap)
	}
	for _, l := range s.delegations {
		all = append(all, l.snap)
	}
	for _, l := range s.crls {
		all = append(all, l.snap)
	}
	slices.SortStableFunc(all, func(a, b Snapshot) int {
		return bytes.Compare([]byte(a.Kind+"\x00"+a.Name), []byte(b.Kind+"\x00"+b.Name))
	})
	return all
}

// Add takes a file of any kind that the package comment names. source says where it came from; madeAt dates what does
// not date itself (zero: it does not age).
func (s *Store) Add(file []byte, source string, madeAt time.Time) error {
	snap := Snapshot{Source: source, MadeAt: madeAt}
	trimmed := bytes.TrimSpace(file)
	switch {
	case len(file) > maxList:
		return ErrTooLarge
	case len(trimmed) == 0:
		return ErrUnknownFile
	case bytes.Contains(file, []byte("-----BEGIN ")):
		return s.addPEM(file, snap)
	case trimmed[0] == '{' && looksLikeLoTE(trimmed):
		return fmt.Errorf("%w: a list that nobody signed", ErrSignature)
	case trimmed[0] == '{':
		return s.addKeys(parseJWKs(file))(snap)
	case bytes.HasPrefix(trimmed, []byte("eyJ")):
		return s.addJWT(string(trimmed), snap)
	case file[0] == 0x30: // SEQUENCE
		return s.addDER(file, snap)
	}
	return s.addCBOR(file, snap)
}

// addPEM takes an institution file, certificates or public keys.
func (s *Store) addPEM(file []byte, snap Snapshot) error {
	block, _ := pem.Decode(file)
	if block == nil {
		return fmt.Errorf("%w: broken PEM", ErrUnknownFile)
	}
	if block.Type == "X509 CRL" {
		ours, err := s.addCRL(file, snap)
		if !ours {
			return fmt.Errorf("%w: list of withdrawn certificates", ErrUnknownFile)
		}
		return err
	}
	if block.Type == "PUBLIC KEY" {
		pub, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil && s.addSM2Key(block.Bytes, snap) == nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrKey, err)
		}
		return s.addKeys([]Key{{Public: pub, Name: keyName(pub)}}, nil)(snap)
	}
	if first, err := x509.ParseCertificate(block.Bytes); err == nil && isRoot(first) && len(first.Subject.Country) == 0 {
		i, err := ParseInstitution(file)
		if err != nil {
			return err
		}
		return s.AddInstitution(i, snap.Source, snap.MadeAt)
	}
	return s.addDER(file, snap)
}

// AddInstitution takes an institution. Another file of one already held adds its issuing certificates. A name stands for
// one root only (ErrName): else whoever is trusted under a second root of the name could sign, and publish lists, for the first.
func (s *Store) AddInstitution(i *Institution, source string, madeAt time.Time) error {
	snap := Snapshot{Kind: KindInstitution, Name: i.Name, Source: source, MadeAt: madeAt}
	for n, old := range s.institutions {
		if old.Name != i.Name {
			continue
		}
		if !old.Root.Equal(i.Root) {
			return fmt.Errorf("%w: %s", ErrName, i.Name)
		}
		s.institutions = slices.Clone(s.institutions)
		s.institutions[n] = old.merge(i)
		s.snapshots = slices.DeleteFunc(slices.Clone(s.snapshots), func(t Snapshot) bool {
			return t.Kind == snap.Kind && t.Name == snap.Name && !t.MadeAt.After(madeAt)
		})
		if !slices.ContainsFunc(s.snapshots, func(t Snapshot) bool { return t.Kind == snap.Kind && t.Name == snap.Name }) {
			s.snapshots = append(s.snapshots, snap)
		}
		return nil
	}
	s.institutions = append(s.institutions, i)
	s.snapshots = append(s.snapshots, snap)
	return nil
}

// addDER takes certificates, PEM or DER, or a master list.
func (s *Store) addDER(file []byte, snap Snapshot) error {
	certs, err := cms.ParseCertificates(file)
	if err != nil || len(certs) == 0 {
		if ours, err := s.addSM2(file, snap); ours {
			return err
		}
		if ours, err := s.addCRL(file, snap); ours {
			return err
		}
		list, listErr := cms.OpenMasterList(file)
		if listErr != nil && s.addOther(file, snap) {
			return nil
		}
		if listErr != nil {
			return fmt.Errorf("%w: %w", ErrUnknownFile, listErr)
		}
		return s.addMasterList(list.Certificates, snap)
	}
	for _, c := range certs {
		delete(s.travel, c.Fingerprint())
	}
	return s.addCertificates(certs, snap)
}

// addMasterList takes the certificates of a master list (ICAO Doc 9303-12 §8). They are anchors for travel documents and seals
// alone: a state that may issue passports was not asked whether it issues anything else.
func (s *Store) addMasterList(certs []*cms.Certificate, snap Snapshot) error {
	for _, c := range certs {
		if !slices.ContainsFunc(s.certs, c.Equal) {
			put(&s.travel, c.Fingerprint(), true)
		}
	}
	return s.addCertificates(certs, snap)
}

// addOther takes one certificate with a key that package cms does not know, Ed25519: it gives its key and no chain.
func (s *Store) addOther(file []byte, snap Snapshot) bool {
	if block, _ := pem.Decode(file); block != nil {
		file = block.Bytes
	}
	x, err := x509.ParseCertificate(file)
	if err != nil {
		return false
	}
	k := Key{ID: KeyID(x.Raw), Public: x.PublicKey, Name: keyName(x.PublicKey)}
	if _, known := x.PublicKey.(ed25519.PublicKey); known {
		s.keys = append(s.keys, k)
		s.note(KindKey, k.Name, snap)
		return true
	}
	return false
}

// addCertificates takes certificates: of states as anchors for travel documents, of others with their key. All of them
// are anchors for chains.
func (s *Store) addCertificates(certs []*cms.Certificate, snap Snapshot) error {
	s.certs = append(s.certs, certs...)
	s.index()
	for _, c := range certs {
		if c.CA && c.SelfIssued() && c.Subject.Country != "" {
			s.csca = append(s.csca, c)
			s.note(KindCSCA, c.Subject.Country, snap)
			continue
		}
		if pub := Public(c); pub != nil { // a key on a brainpool curve is reached through its certificate alone
			s.keys = append(s.keys, Key{ID: KeyID(c.Raw), Public: pub, Name: c.String()})
		}
		s.note(KindKey, c.String(), snap)
	}
	return nil
}

// note adds a snapshot once.
func (s *Store) note(kind, name string, snap Snapshot) {
	snap.Kind, snap.Name = kind, name
	if !slices.Contains(s.snapshots, snap) {
		s.snapshots = append(s.snapshots, snap)
	}
}

func (s *Store) addKeys(keys []Key, err error) func(Snapshot) error {
	return func(snap Snapshot) error {
		if err != nil {
			return err
		}
		for _, k := range keys {
			s.note(KindKey, k.Name, snap)
		}
		for _, k := range keys {
			k.spki = keyName(k.Public)
			s.keys = append(s.keys, k)
		}
		return nil
	}
}

// addCBOR takes a list that an institution held here has signed, a VICAL, or COSE keys.
func (s *Store) addCBOR(file []byte, snap Snapshot) error {
	l, err := ParseStatusCWT(file, s.institutions)
	if err == nil {
		return s.AddStatus(l, snap.Source)
	}
	d, derr := ParseDelegations(file, s.institutions)
	if derr == nil {
		return s.AddDelegations(d, snap.Source)
	}
	if l, by, ferr := s.parseForeignCWT(file); ferr == nil {
		return s.addForeign(l, by, snap.Source)
	} else if !errors.Is(ferr, ErrUnknownFile) {
		return ferr
	}
	if v, verr := OpenVICAL(file); verr == nil {
		return s.AddVICAL(v, snap.Source)
	} else if errors.Is(verr, ErrSignature) || errors.Is(verr, ErrNotInForce) {
		return verr
	}
	if keys, kerr := parseCOSEKeys(file); kerr == nil {
		return s.addKeys(keys, nil)(snap)
	}
	return fmt.Errorf("%w: %w; %w", ErrUnknownFile, err, derr)
}
