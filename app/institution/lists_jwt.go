package institution

import (
	"crypto"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"time"
)

// listTTL is how long whoever fetched a list may keep it before asking again (draft-ietf-oauth-status-list §5.1, ttl).
const listTTL = 12 * time.Hour

// dirJWT lies beside status: bundles take in every file of that one.
const dirJWT = "status-jwt"

// StatusListJWT signs the same list as a JWT (draft-ietf-oauth-status-list §5.1), for verifiers that read JSON. The
// header carries the issuing certificate (RFC 7515 §4.1.6).
func (i *Institution) StatusListJWT(station string, revoked []uint64) ([]byte, error) {
	packed, err := i.statusBits(station, revoked)
	if err != nil {
		return nil, err
	}
	now := i.o.Now()
	return i.signJWT("statuslist+jwt", map[string]any{
		"sub": i.StatusURI(station), "iss": i.o.Issuer, "iat": now.Unix(), "exp": now.Add(listLife).Unix(), "ttl": int(listTTL / time.Second),
		"status_list": map[string]any{"bits": 1, "lst": base64.RawURLEncoding.EncodeToString(packed)},
	})
}

// signJWT makes a JWS in compact form, ES256 (RFC 7515 §7.1, RFC 7518 §3.4), with the issuing key.
func (i *Institution) signJWT(typ string, claims map[string]any) ([]byte, error) {
	key, issuing, err := i.issuingKey()
	if err != nil {
		return nil, err
	}
	defer key.Close()
	var parts [2]string
	for n, v := range []any{map[string]any{"alg": "ES256", "typ": typ, "x5c": []string{base64.StdEncoding.EncodeToString(issuing.Raw)}}, claims} {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		parts[n] = base64.RawURLEncoding.EncodeToString(b)
	}
	signed := parts[0] + "." + parts[1]
	sum := sha256.Sum256([]byte(signed))
	der, err := key.Sign(i.o.Rand, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		return nil, err
	}
	sig := make([]byte, 64)
	rs.R.FillBytes(sig[:32])
	rs.S.FillBytes(sig[32:])
	return []byte(signed + "." + base64.RawURLEncoding.EncodeToString(sig)), nil
}
