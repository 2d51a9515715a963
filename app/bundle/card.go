package bundle

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"bangban/app/desk"
)

// Bounds of the cards of one member.
const (
	maxMemberCards = 4
	maxCertificate = 16 << 10
)

// Why a certificate is of no use on the roster; all are ErrContent.
var (
	errCardBytes = errors.New("not a certificate (DER, or one PEM block)")
	errCardCurve = errors.New("a card with a key on P-256 is wanted, not RSA or another curve")
	errCardUsage = errors.New("the certificate of another key of the card; the one of its key management key (9D) is wanted")
)

// CardKey is the public key in the certificate (DER) of a card: an uncompressed point of P-256. The certificate must not say
// that the key is for something else than agreeing on secrets (RFC 5280 §4.2.1.3). Neither its dates nor who signed it count:
// the roster says whose card it is, and until when.
func CardKey(der []byte) ([]byte, error) {
	if len(der) > maxCertificate {
		return nil, errCardBytes
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errCardBytes
	}
	pub, ok := c.PublicKey.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil, errCardCurve
	}
	if c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageKeyAgreement == 0 {
		return nil, errCardUsage
	}
	return pub.Bytes()
}

// CardKeys are the keys of a member's cards.
func (m Member) CardKeys() (keys [][]byte) {
	for _, der := range m.PIV {
		if k, err := CardKey(der); err == nil { // the roster was validated
			keys = append(keys, k)
		}
	}
	return keys
}

// validateCards wants certificates that can be used, each card for one member only, and a card for everybody whom policy
// keeps to one.
func (b *Bundle) validateCards() error {
	holder := map[string]string{}
	for _, m := range b.Roster {
		id := m.Clerk.ID
		if len(m.PIV) > maxMemberCards {
			return content("too many cards of " + id)
		}
		for _, der := range m.PIV {
			key, err := CardKey(der)
			if err != nil {
				return content(fmt.Sprintf("card of %s: %v", id, err))
			}
			if other, ok := holder[string(key)]; ok {
				return content(fmt.Sprintf("card of %s: it is on the roster already, for %s", id, other))
			}
			holder[string(key)] = id
		}
		if len(m.PIV) == 0 && b.Policy.ByCard(m.Clerk) {
			return content(id + " is to log in by card only and has none on the roster")
		}
	}
	for _, r := range b.Policy.CardRoles {
		if !slices.Contains([]desk.Role{desk.RoleClerk, desk.RoleSupervisor, desk.RoleAuditor, desk.RoleAdministrator}, r) {
			return content("card_roles: no such role: " + string(r))
		}
	}
	return nil
}

// readCards reads the certificates of a member's cards, which lie beside bundle.json.
func readCards(dir fs.FS, id string, names []string) (all [][]byte, err error) {
	for _, name := range names {
		data, err := readFile(dir, name, maxCertificate)
		if err != nil {
			return nil, err
		}
		if block, rest := pem.Decode(data); block != nil {
			if block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) > 0 {
				return nil, fmt.Errorf("%w: card of %s: %s: %w", ErrSource, id, name, errCardBytes)
			}
			data = block.Bytes
		}
		if _, err := CardKey(data); err != nil {
			return nil, fmt.Errorf("%w: card of %s: %s: %w", ErrSource, id, name, err)
		}
		all = append(all, data)
	}
	return all, nil
}
