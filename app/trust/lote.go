package trust

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"bangban/cardreader/cms"
)

// Bounds of a list of trusted entities.
const (
	maxEntities = 4096
	maxName     = 200
)

// LoTE is a list of trusted entities (ETSI TS 119 602 §6, JSON binding, signed as compact JAdES): who may issue PIDs and
// attestations.
//
//	LoTE = { "ListAndSchemeInformation": { SchemeOperatorName, LoTEType, LoTESequenceNumber, ListIssueDateTime, NextUpdate },
//	         "TrustedEntitiesList": [* { "TrustedEntityInformation": { TEName },
//	           "TrustedEntityServices": [* { "ServiceInformation": { ServiceTypeIdentifier, ? ServiceStatus,
//	             "ServiceDigitalIdentity": { "X509Certificates": [* { "val": base64 } ],
//	             "PublicKeyValues": [* JWK ] } } }] }] }
//
// Services count by the end of their type: PID, PubEAA, QEAA, EAA or mDL, then Issuance (an anchor for what is issued) or
// Revocation (for its status lists only). Wallet providers and registers of relying parties issue nothing to people, and
// services in a status that takes their right away, or in one that is not known here, are left out.
type LoTE struct {
	Operator   string
	Type       string
	MadeAt     time.Time
	NextUpdate time.Time // zero: closed, or not said
	Services   []LoTEService
	Keys       []LoTEKey
	Signer     *cms.Certificate
}

// LoTEService is one certificate of a service.
type LoTEService struct {
	Entity      string
	Certificate *cms.Certificate
	ListsOnly   bool // it signs status lists, and nothing that is issued
}

// LoTEKey is a key that a service is known by without a certificate.
type LoTEKey struct {
	Entity    string
	Key       Key
	ListsOnly bool
}

// openLoTE verifies the signature with the certificate that came with the list, which must have been in force on its day.
// Whoever names the file vouches for the operator, as with a master list and a VICAL.
func openLoTE(j *JWS, p map[string]any) (*LoTE, error) {
	claim, err := j.Claim()
	if err != nil {
		return nil, err
	}
	if len(claim.Chain) == 0 {
		return nil, fmt.Errorf("%w: a list of trusted entities without its signer", ErrStructure)
	}
	if m, wrapped := p["LoTE"].(map[string]any); wrapped {
		p = m
	}
	l := &LoTE{}
	if l.Signer, err = cms.ParseCertificate(claim.Chain[0]); err != nil {
		return nil, fmt.Errorf("%w: signer", ErrStructure)
	}
	if !claim.Algorithm.Verify(Public(l.Signer), claim.Message, claim.Signature) {
		return nil, fmt.Errorf("%w: list of trusted entities", ErrSignature)
	}
	if err := l.readHead(p); err != nil {
		return nil, err
	}
	if l.Signer.CheckTime(l.MadeAt) != nil {
		return nil, fmt.Errorf("%w: signer of the list of trusted entities", ErrNotInForce)
	}
	return l, l.readEntities(p["TrustedEntitiesList"])
}

func (l *LoTE) readHead(p map[string]any) (err error) {
	head, _ := p["ListAndSchemeInformation"].(map[string]any)
	l.Operator = english(head["SchemeOperatorName"])
	l.Type, _ = head["LoTEType"].(string)
	if l.Operator == "" || len(l.Type) > maxName {
		return fmt.Errorf("%w: head of the list of trusted entities", ErrStructure)
	}
	issued := head["ListIssueDateTime"]
	if issued == nil {
		issued = head["ListIssueDatetime"] // as one publisher writes it
	}
	if l.MadeAt, err = jsonDate(issued); err != nil {
		return err
	}
	if next, ok := head["NextUpdate"].(string); ok && next != "" {
		l.NextUpdate, err = jsonDate(next)
	}
	return err
}

func jsonDate(v any) (time.Time, error) {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: date", ErrStructure)
	}
	return t.UTC(), nil
}

// english takes a name in several languages: the English one, else the first.
func english(v any) string {
	list, _ := v.([]any)
	first := ""
	for _, e := range list {
		m, _ := e.(map[string]any)
		lang, _ := m["lang"].(string)
		value, _ := m["value"].(string)
		value = strings.ToValidUTF8(value[:min(len(value), maxName)], "")
		if first == "" {
			first = value
		}
		if strings.HasPrefix(lang, "en") && value != "" {
			return value
		}
	}
	return first
}

func (l *LoTE) readEntities(v any) error {
	entities, ok := v.([]any)
	if !ok || len(entities) > maxEntities {
		return fmt.Errorf("%w: trusted entities", ErrStructure)
	}
	for _, e := range entities {
		m, _ := e.(map[string]any)
		info, _ := m["TrustedEntityInformation"].(map[string]any)
		services, _ := m["TrustedEntityServices"].([]any)
		for _, s := range services {
			service, _ := s.(map[string]any)
			body, _ := service["ServiceInformation"].(map[string]any)
			if err := l.readService(english(info["TEName"]), body); err != nil {
				return err
			}
		}
	}
	if len(l.Services) == 0 && len(l.Keys) == 0 {
		return fmt.Errorf("%w: a list of trusted entities without a usable certificate or key", ErrStructure)
	}
	return nil
}

func (l *LoTE) readService(entity string, m map[string]any) error {
	kind, _ := m["ServiceTypeIdentifier"].(string)
	status, said := m["ServiceStatus"].(string)
	listsOnly, issues := serviceOf(kind)
	if !issues || entity == "" || said && !inForceStatus(status) {
		return nil
	}
	identity, _ := m["ServiceDigitalIdentity"].(map[string]any)
	certs, _ := identity["X509Certificates"].([]any)
	for _, c := range certs {
		val, _ := c.(map[string]any)["val"].(string)
		der, err := base64.StdEncoding.DecodeString(val)
		if err != nil {
			return fmt.Errorf("%w: certificate of a service", ErrStructure)
		}
		parsed, err := cms.ParseCertificate(der)
		if err != nil {
			continue // a key that is not known here does not take the others away
		}
		if l.Services = append(l.Services, LoTEService{entity, parsed, listsOnly}); len(l.Services) > maxEntities {
			return ErrTooLarge
		}
	}
	return l.readKeys(entity, identity["PublicKeyValues"], listsOnly)
}

// readKeys takes the keys of a service. Those of kinds that are not known here do not take the others away.
func (l *LoTE) readKeys(entity string, v any, listsOnly bool) error {
	values, _ := v.([]any)
	for _, e := range values {
		m, _ := e.(map[string]any)
		pub, err := JWKPublicKey(m)
		if err != nil {
			continue
		}
		k := Key{Public: pub, Name: keyName(pub)}
		if kid, _ := m["kid"].(string); kid != "" {
			k.ID, k.Name = []byte(kid), "key "+printable([]byte(kid))
		}
		if l.Keys = append(l.Keys, LoTEKey{entity, k, listsOnly}); len(l.Keys) > maxKeys {
			return ErrTooLarge
		}
	}
	return nil
}

// serviceOf reads the end of a service's type.
func serviceOf(kind string) (listsOnly, issues bool) {
	parts := strings.Split(kind, "/")
	if len(parts) < 2 {
		return false, false
	}
	issuers := []string{"PID", "PubEAA", "QEAA", "EAA", "mDL"}
	end := parts[len(parts)-1]
	return end == "Revocation", slices.Contains(issuers, parts[len(parts)-2]) && (end == "Issuance" || end == "Revocation")
}

func inForceStatus(status string) bool {
	end := status[strings.LastIndexByte(status, '/')+1:]
	return slices.Contains([]string{"granted", "notified", "active", "valid", "recognised"}, end)
}

// AddLoTE takes a verified list. Its issuers are anchors for chains and never for travel documents. An older list of the
// same operator and type than is held is refused with ErrOlder; a newer one takes the older's issuers away.
func (s *Store) AddLoTE(l *LoTE, source string) error {
	name := l.Operator
	if end := l.Type[strings.LastIndexByte(l.Type, '/')+1:]; end != "" {
		name += " " + end
	}
	snap := Snapshot{Kind: KindLoTE, Name: name, Source: source, MadeAt: l.MadeAt, NotAfter: l.NextUpdate}
	var all, lists []listedCertificate
	for _, v := range l.Services {
		c := listedCertificate{v.Certificate, listing{snap: snap, realm: "entity " + name + "/" + v.Entity}}
		if v.ListsOnly {
			lists = append(lists, c)
		} else {
			all = append(all, c)
		}
	}
	if err := s.putListed(snap, all); err != nil {
		return err
	}
	s.listSigners = slices.DeleteFunc(slices.Clone(s.listSigners), func(c listedCertificate) bool {
		return c.snap.Kind == snap.Kind && c.snap.Name == snap.Name
	})
	s.listSigners = append(s.listSigners, lists...)
	s.keys = slices.DeleteFunc(slices.Clone(s.keys), func(k Key) bool {
		return k.listed != nil && k.listed.snap.Kind == snap.Kind && k.listed.snap.Name == snap.Name
	})
	for _, v := range l.Keys {
		k := v.Key
		k.listed, k.listsOnly = &listing{snap: snap, realm: "entity " + name + "/" + v.Entity}, v.ListsOnly
		s.keys = append(s.keys, k)
	}
	return nil
}

// listedCertificate is a certificate and what its list says about it.
type listedCertificate struct {
	*cms.Certificate
	listing
}

// listProvers gives a store in which those who sign status lists only are known, too.
func (s *Store) listProvers() *Store {
	if len(s.listSigners) == 0 {
		return s
	}
	t := s.Clone()
	for _, c := range s.listSigners {
		t.certs = append(t.certs, c.Certificate)
		put(&t.listed, c.Fingerprint(), c.listing)
	}
	t.index()
	return t
}

// looksLikeLoTE tells a list that nobody signed from keys: it is refused by its name.
func looksLikeLoTE(file []byte) bool {
	var m map[string]json.RawMessage
	if json.Unmarshal(file, &m) != nil {
		return false
	}
	return m["LoTE"] != nil || m["ListAndSchemeInformation"] != nil || m["status_list"] != nil
}
