package institution

import (
	"bytes"
	"compress/zlib"
	"crypto/ecdsa"
	_ "embed" // the page
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"bangban/app/voucher"
)

// filePage is the page among the published files.
const filePage = "verify.html"

//go:embed verifier.html
var pageShape []byte

//go:embed verifier.json
var pageWords []byte

// pageData is what the page rests on; it is as good as the way on which the page came, like institution.pem.
type pageData struct {
	Issuer    string            `json:"iss"`
	Name      map[string]string `json:"name"`
	Training  bool              `json:"training"`
	Made      time.Time         `json:"made"`
	Until     int64             `json:"until"` // end of the lists, in seconds
	Issuing   []pageKey         `json:"issuing"`
	Withdrawn []string          `json:"withdrawn"` // "T01:0011223344556677"
	Lists     map[string]string `json:"lists"`     // status lists of one bit by URI: zlib, base64
}

type pageKey struct {
	KID  string `json:"kid"`
	Key  string `json:"key"` // the uncompressed point
	From int64  `json:"from"`
	To   int64  `json:"to"`
}

// Page is one HTML file with which an office that has nothing of this project checks vouchers without a network: text
// from a scanner, a picture or a camera where the browser reads codes, the institution's keys and lists of today inside.
func (i *Institution) Page(r Revoked) ([]byte, error) {
	now := i.o.Now().UTC().Truncate(time.Second)
	d := pageData{Issuer: i.o.Issuer, Name: i.o.Name, Training: i.o.Training, Made: now, Until: now.Add(listLife).Unix(),
		Withdrawn: []string{}, Lists: map[string]string{}}
	inst, err := voucher.ParseInstitution(i.PEM())
	if err != nil {
		return nil, err
	}
	for _, c := range inst.Issuing() {
		pub, ok := c.PublicKey.(*ecdsa.PublicKey)
		if !ok {
			return nil, fmt.Errorf("institution: page: %w", voucher.ErrKey)
		}
		point, err := pub.Bytes()
		if err != nil {
			return nil, fmt.Errorf("institution: page: %w", err)
		}
		from, to := c.NotBefore, c.NotAfter
		if root := inst.Root(); root.NotAfter.Before(to) {
			to = root.NotAfter
		}
		if root := inst.Root(); root.NotBefore.After(from) {
			from = root.NotBefore
		}
		d.Issuing = append(d.Issuing, pageKey{hex.EncodeToString(voucher.KeyID(c.Raw)), base64.StdEncoding.EncodeToString(point), from.Unix(), to.Unix()})
	}
	for _, w := range r.Keys {
		d.Withdrawn = append(d.Withdrawn, w.Station+":"+hex.EncodeToString(w.KeyID))
	}
	stations, err := i.stations()
	if err != nil {
		return nil, err
	}
	for _, s := range stations {
		bits, err := i.statusBits(s, r.Vouchers[s])
		if err != nil {
			return nil, fmt.Errorf("institution: page: status of %s: %w", s, err)
		}
		d.Lists[i.StatusURI(s)] = base64.StdEncoding.EncodeToString(bits)
	}
	data, err := json.Marshal(d) // <, > and & are escaped: nothing in it ends the script
	if err != nil {
		return nil, err
	}
	var words bytes.Buffer
	if err := json.Compact(&words, pageWords); err != nil {
		return nil, err
	}
	page := bytes.Replace(pageShape, []byte("{{DATA}}"), data, 1)
	return bytes.Replace(page, []byte("{{WORDS}}"), words.Bytes(), 1), nil
}

// statusBits is the zlib stream of a station's list of one bit a voucher (draft-ietf-oauth-status-list §4).
func (i *Institution) statusBits(station string, revoked []uint64) ([]byte, error) {
	n, err := i.statuses(station)
	if err != nil {
		return nil, err
	}
	bits := make([]byte, n/8)
	for _, index := range revoked {
		if index >= uint64(n) {
			return nil, ErrBlock
		}
		bits[index/8] |= 1 << (index % 8) // the first status in the least significant bit
	}
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(bits); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}
