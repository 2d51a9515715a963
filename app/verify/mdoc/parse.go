package mdoc

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"time"

	"bangban/app/trust"

	"github.com/fxamacker/cbor/v2"
)

// Bounds on a response.
const (
	maxResponse  = 1 << 20
	maxDocuments = 8
	maxElements  = 256
)

// usage is the extended key usage of a signer of mdocs, Annex B.1.4.
const usage = "1.0.18013.5.1.2"

type response struct {
	Version   string            `cbor:"version"`
	Documents []document        `cbor:"documents"`
	Errors    []cbor.RawMessage `cbor:"documentErrors"`
	Status    *uint64           `cbor:"status"`
}

type document struct {
	DocType      string `cbor:"docType"`
	IssuerSigned struct {
		NameSpaces map[string][]cbor.RawMessage `cbor:"nameSpaces"`
		IssuerAuth cbor.RawMessage              `cbor:"issuerAuth"`
	} `cbor:"issuerSigned"`
	DeviceSigned struct {
		NameSpaces cbor.RawMessage `cbor:"nameSpaces"`
		DeviceAuth struct {
			Signature cbor.RawMessage `cbor:"deviceSignature"`
			MAC       cbor.RawMessage `cbor:"deviceMac"`
		} `cbor:"deviceAuth"`
	} `cbor:"deviceSigned"`
	Errors map[string]cbor.RawMessage `cbor:"errors"`
}

// item is IssuerSignedItem, §9.1.2.5.
type item struct {
	DigestID uint64          `cbor:"digestID"`
	Random   []byte          `cbor:"random"`
	Name     string          `cbor:"elementIdentifier"`
	Value    cbor.RawMessage `cbor:"elementValue"`
	space    string
	raw      []byte // IssuerSignedItemBytes as they came: what the digest is over
}

// mso is the mobile security object.
type mso struct {
	Version         string                       `cbor:"version"`
	DigestAlgorithm string                       `cbor:"digestAlgorithm"`
	ValueDigests    map[string]map[uint64][]byte `cbor:"valueDigests"`
	DeviceKeyInfo   struct {
		DeviceKey      cbor.RawMessage `cbor:"deviceKey"`
		Authorizations struct {
			NameSpaces   []string            `cbor:"nameSpaces"`
			DataElements map[string][]string `cbor:"dataElements"`
		} `cbor:"keyAuthorizations"`
	} `cbor:"deviceKeyInfo"`
	DocType      string `cbor:"docType"`
	ValidityInfo struct {
		Signed     cbor.RawMessage `cbor:"signed"`
		ValidFrom  cbor.RawMessage `cbor:"validFrom"`
		ValidUntil cbor.RawMessage `cbor:"validUntil"`
	} `cbor:"validityInfo"`
	Status *struct {
		List *struct {
			Index uint64 `cbor:"idx"`
			URI   string `cbor:"uri"`
		} `cbor:"status_list"`
	} `cbor:"status"`
	signed, from, until time.Time
}

// credential is a document taken apart. Nothing in it is proven.
type credential struct {
	docType string
	auth    *trust.Sign1
	chain   [][]byte
	mso     mso
	items   []item
	spaces  []byte // DeviceNameSpacesBytes as they came
	device  map[string]map[string]cbor.RawMessage
	sig     *trust.Sign1
	mac     *trust.Sign1
}

// unwrap gives the response in CBOR, from CBOR or from base64url text.
func unwrap(b []byte) ([]byte, bool) {
	if len(b) == 0 || len(b) > 2*maxResponse {
		return nil, false
	}
	if b[0] < 0x80 { // text
		t := bytes.TrimRight(bytes.TrimSpace(b), "=")
		if len(t) < 16 || t[0] != 'o' || bytes.ContainsAny(t, "\r\n") { // a map of less than 16
			return nil, false
		}
		d := make([]byte, base64.RawURLEncoding.DecodedLen(len(t)))
		n, err := base64.RawURLEncoding.Strict().Decode(d, t)
		if err != nil {
			return nil, false
		}
		b = d[:n]
	}
	if b[0]>>5 != 5 || !bytes.Contains(b[:min(len(b), 4096)], []byte("version")) && !bytes.Contains(b, []byte("documents")) {
		return nil, false
	}
	return b, true
}

// parse takes a response apart.
func parse(b []byte) ([]*credential, error) {
	var r response
	if err := trust.DecodeCBOR(b, &r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	switch {
	case r.Version == "":
		return nil, ErrUnreadable
	case r.Version != "1.0":
		return nil, fmt.Errorf("%w: version", ErrStructure)
	case r.Status == nil:
		return nil, fmt.Errorf("%w: no status", ErrStructure)
	case *r.Status != 0, len(r.Documents) == 0 && len(r.Errors) > 0:
		return nil, fmt.Errorf("%w: status %d", ErrRefused, *r.Status)
	case len(r.Documents) == 0 || len(r.Documents) > maxDocuments:
		return nil, fmt.Errorf("%w: %d documents", ErrStructure, len(r.Documents))
	}
	var all []*credential
	for i := range r.Documents {
		c, err := r.Documents[i].open()
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
		all = append(all, c)
	}
	return all, nil
}

func (d *document) open() (*credential, error) {
	c := &credential{docType: d.DocType}
	var err error
	if c.auth, err = trust.ParseSign1(d.IssuerSigned.IssuerAuth); err != nil {
		return nil, fmt.Errorf("issuerAuth: %w", err)
	}
	if c.chain, err = c.auth.Chain(); err != nil {
		return nil, err
	}
	if len(c.chain) == 0 {
		return nil, fmt.Errorf("%w: issuerAuth has no x5chain", ErrStructure)
	}
	if err := c.openMSO(); err != nil {
		return nil, err
	}
	if c.items, err = openItems(d.IssuerSigned.NameSpaces); err != nil {
		return nil, err
	}
	return c, c.openDevice(d)
}

// openMSO reads #6.24(bstr .cbor MobileSecurityObject).
func (c *credential) openMSO() error {
	inner, err := tagged(c.auth.Payload)
	if err != nil {
		return fmt.Errorf("MSO: %w", err)
	}
	if err := trust.DecodeCBOR(inner, &c.mso); err != nil {
		return fmt.Errorf("MSO: %w", err)
	}
	v := c.mso.ValidityInfo
	for raw, to := range map[*cbor.RawMessage]*time.Time{&v.Signed: &c.mso.signed, &v.ValidFrom: &c.mso.from, &v.ValidUntil: &c.mso.until} {
		if *to, err = date(*raw); err != nil {
			return err
		}
	}
	return nil
}

// date reads tdate, tag 0 before RFC 3339 text.
func date(raw []byte) (time.Time, error) {
	var s string
	if len(raw) == 0 || raw[0] != 0xc0 || trust.DecodeCBOR(raw[1:], &s) != nil {
		return time.Time{}, fmt.Errorf("%w: validityInfo", ErrStructure)
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: validityInfo", ErrStructure)
	}
	return t.UTC(), nil
}

// tagged gives the content of #6.24(bstr).
func tagged(raw []byte) ([]byte, error) {
	var inner []byte
	if len(raw) < 3 || raw[0] != 0xd8 || raw[1] != 24 || raw[2]>>5 != 2 || trust.DecodeCBOR(raw[2:], &inner) != nil {
		return nil, fmt.Errorf("%w: no embedded CBOR", ErrStructure)
	}
	return inner, nil
}

// openItems reads the elements; one twice in a name space, by number or by name, is broken.
func openItems(spaces map[string][]cbor.RawMessage) ([]item, error) {
	var items []item
	for space, raws := range spaces {
		ids, names := map[uint64]bool{}, map[string]bool{}
		for _, raw := range raws {
			inner, err := tagged(raw)
			if err != nil {
				return nil, err
			}
			it := item{space: space, raw: raw}
			if err := trust.DecodeCBOR(inner, &it); err != nil {
				return nil, err
			}
			if it.Name == "" || len(it.Value) == 0 || len(it.Random) == 0 || ids[it.DigestID] || names[it.Name] {
				return nil, fmt.Errorf("%w: element without a name or twice", ErrStructure)
			}
			ids[it.DigestID], names[it.Name] = true, true
			if items = append(items, it); len(items) > maxElements {
				return nil, fmt.Errorf("%w: too many elements", ErrStructure)
			}
		}
	}
	return items, nil
}

// openDevice reads what the device signed, §9.1.3.4: one of signature and MAC.
func (c *credential) openDevice(d *document) error {
	inner, err := tagged(d.DeviceSigned.NameSpaces)
	if err != nil {
		return fmt.Errorf("deviceSigned: %w", err)
	}
	if err := trust.DecodeCBOR(inner, &c.device); err != nil {
		return fmt.Errorf("deviceSigned: %w", err)
	}
	c.spaces = d.DeviceSigned.NameSpaces
	auth := d.DeviceSigned.DeviceAuth
	switch {
	case len(auth.Signature) > 0 && len(auth.MAC) > 0, len(auth.Signature) == 0 && len(auth.MAC) == 0:
		return fmt.Errorf("%w: deviceAuth", ErrStructure)
	case len(auth.Signature) > 0:
		c.sig, err = trust.ParseSign1(auth.Signature)
	default:
		c.mac, err = trust.ParseSign1(auth.MAC)
	}
	if err != nil {
		return fmt.Errorf("deviceAuth: %w", err)
	}
	return nil
}
