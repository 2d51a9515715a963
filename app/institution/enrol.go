package institution

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"time"

	"bangban/app/bundle"
)

// LetterLife is how long the code of a letter may be used.
const LetterLife = 30 * 24 * time.Hour

const (
	dirEnrolment = "enrolment"
	fileClerks   = "clerks.json"
)

// Letter is what the institution writes to whoever sets a counter up. It travels apart from the bundle.
type Letter struct {
	Institution string    `json:"institution"`
	Issuer      string    `json:"issuer"`
	Station     string    `json:"station,omitempty"`
	Clerk       string    `json:"clerk,omitempty"`
	Code        string    `json:"code"`
	Fingerprint string    `json:"fingerprint"`
	Until       time.Time `json:"until"`
}

// enrolment is what is kept of a station's letter: no code, only the key that it stands for.
type enrolment struct {
	Key      string    `json:"key"` // of the HMAC, hex
	Until    time.Time `json:"until"`
	Identity string    `json:"identity,omitempty"` // SHA-256 of the key that enrolled, hex; from then on that key alone
}

// codeKey is the HMAC key that a station's code stands for.
func codeKey(station, code string) []byte {
	sum := sha256.Sum256([]byte("bangban-station-code-1\x00" + station + "\x00" + bundle.PlainCode(code)))
	return sum[:]
}

func proof(key, identity, voucher []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(identity)
	m.Write(voucher)
	return m.Sum(nil)
}

// Enrol makes the enrolment letter of a station. A second letter ends the first, and lets the station enrol with another
// key: it is for a new computer too.
func (i *Institution) Enrol(station string) (*Letter, error) {
	if !validStation(station) {
		return nil, ErrStation
	}
	release, err := i.guard()
	if err != nil {
		return nil, err
	}
	defer release()
	l, err := i.letter()
	if err != nil {
		return nil, err
	}
	l.Station = station
	if err := os.MkdirAll(i.path(dirEnrolment), 0o700); err != nil {
		return nil, err
	}
	e := enrolment{Key: hex.EncodeToString(codeKey(station, l.Code)), Until: l.Until}
	return l, writePrivateJSON(i.path(dirEnrolment, station+".json"), e)
}

// EnrolClerk makes the letter of a member of staff. The next bundle that is signed lets its code set a PIN, once.
func (i *Institution) EnrolClerk(id string) (*Letter, error) {
	if len(id) == 0 || len(id) > 32 {
		return nil, ErrClerk
	}
	release, err := i.guard()
	if err != nil {
		return nil, err
	}
	defer release()
	known, err := i.clerks()
	if err != nil {
		return nil, err
	}
	l, err := i.letter()
	if err != nil {
		return nil, err
	}
	l.Clerk = id
	if err := os.MkdirAll(i.path(dirEnrolment), 0o700); err != nil {
		return nil, err
	}
	known[id] = hex.EncodeToString(bundle.EnrolmentHash(id, l.Code))
	return l, writePrivateJSON(i.path(dirEnrolment, fileClerks), known)
}

func (i *Institution) letter() (*Letter, error) {
	code, err := bundle.NewCode(i.o.Rand)
	if err != nil {
		return nil, err
	}
	return &Letter{Institution: i.o.Name.In("zh-Hans"), Issuer: i.o.Issuer, Code: code, Fingerprint: i.Fingerprint(),
		Until: i.o.Now().UTC().Truncate(time.Second).Add(LetterLife)}, nil
}

// clerks reads the enrolment hashes by clerk id.
func (i *Institution) clerks() (map[string]string, error) {
	known := map[string]string{}
	if err := readJSON(i.path(dirEnrolment, fileClerks), &known); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return known, nil
}

// addEnrolments puts the hashes of letters into the roster, for members that the source gave none.
func (i *Institution) addEnrolments(b *bundle.Bundle) error {
	known, err := i.clerks()
	if err != nil || len(known) == 0 {
		return err
	}
	roster := append([]bundle.Member(nil), b.Roster...)
	for n, m := range roster {
		if h, ok := known[m.Clerk.ID]; ok && len(m.Enrolment) == 0 {
			if roster[n].Enrolment, err = hex.DecodeString(h); err != nil {
				return ErrFormat
			}
		}
	}
	b.Roster = roster
	return nil
}

// admit decides whether this key may speak for the station: the one that enrolled, or, once, one that proves the code.
func (i *Institution) admit(r *Request) (*enrolment, error) {
	var e enrolment
	err := readJSON(i.path(dirEnrolment, r.Station+".json"), &e)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotEnrolled
	}
	if err != nil {
		return nil, err
	}
	id := r.identityID()
	if e.Identity != "" {
		if e.Identity != id {
			return nil, ErrEnrolled
		}
		return &e, nil
	}
	key, err := hex.DecodeString(e.Key)
	switch {
	case err != nil:
		return nil, ErrFormat
	case i.o.Now().After(e.Until):
		return nil, ErrLetterEnded
	case !hmac.Equal(r.Proof, proof(key, r.identityCSR, r.voucherCSR)):
		return nil, ErrCode
	}
	e.Identity, e.Key = id, ""
	return &e, nil
}
