package institution

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bangban/app/keys"
	"bangban/app/trust"
)

// listLife is how long a published list may be relied on.
const listLife = 35 * 24 * time.Hour

// minStatuses is the least that a list covers: lists of a young counter do not tell how many vouchers it has issued.
const minStatuses = 1 << 17

// statusInvalid is the status of a void voucher (draft-ietf-oauth-status-list §7.1).
const statusInvalid = 1

// StatusURI names the status list of a station's vouchers. The index of a voucher lies between 0 and its block's last
// serial.
func (i *Institution) StatusURI(station string) string { return StatusURI(i.o.Issuer, station) }

// StatusURI is the same for whoever knows the institution's name only.
func StatusURI(issuer, station string) string {
	if strings.HasPrefix(issuer, "urn:") {
		return issuer + ":status:" + station
	}
	return strings.TrimSuffix(issuer, "/") + "/.well-known/status/" + station
}

// StatusList signs the status list of a station as CWT: revoked indices are invalid, all others valid.
func (i *Institution) StatusList(station string, revoked []uint64) ([]byte, error) {
	n, err := i.statuses(station)
	if err != nil {
		return nil, err
	}
	list, err := trust.NewStatusList(i.StatusURI(station), 1, n)
	if err != nil {
		return nil, err
	}
	for _, index := range revoked {
		if err := list.Set(index, statusInvalid); err != nil {
			return nil, err
		}
	}
	key, issuing, err := i.issuingKey()
	if err != nil {
		return nil, err
	}
	defer key.Close()
	list.MadeAt = i.o.Now()
	list.NotAfter, list.TTL = list.MadeAt.Add(listLife), listTTL
	return trust.SignStatusCWT(nil, list, key, issuing)
}

// statuses is how many a station's list covers: every serial ever lent, rounded up.
func (i *Institution) statuses(station string) (int, error) {
	if !validStation(station) {
		return 0, ErrStation
	}
	i.mu.Lock()
	blocks, err := i.blocks(station)
	i.mu.Unlock()
	n := uint64(minStatuses)
	for _, b := range blocks {
		for n <= b.Last {
			n *= 2
		}
	}
	return int(n), err
}

// Withdrawn signs the list of voucher keys that may no longer sign; an empty one says that there are none.
func (i *Institution) Withdrawn(list []trust.Withdrawn) ([]byte, error) {
	key, issuing, err := i.issuingKey()
	if err != nil {
		return nil, err
	}
	defer key.Close()
	now := i.o.Now()
	d := &trust.Delegations{Issuer: i.o.Issuer, MadeAt: now, NotAfter: now.Add(listLife), List: list}
	return trust.SignDelegations(nil, d, key, issuing)
}

// Revoked is what has been taken back: indices of vouchers by station, and voucher keys.
type Revoked struct {
	Vouchers map[string][]uint64
	Keys     []trust.Withdrawn
}

// Status publishes institution.pem, the list of withdrawn keys and a status list (CWT in status, JWT in status-jwt) for
// every station with a block, and the page that checks papers (verify.html), as files for a web server's /.well-known/ or a stick.
func (i *Institution) Status(dir string, r Revoked) error {
	for _, sub := range []string{"status", dirJWT} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	files := map[string][]byte{filePEM: i.PEM()}
	withdrawn, err := i.Withdrawn(r.Keys)
	if err != nil {
		return err
	}
	files["withdrawn-delegations.cwt"] = withdrawn
	if files[filePage], err = i.Page(r); err != nil {
		return err
	}
	stations, err := i.stations()
	if err != nil {
		return err
	}
	for _, s := range stations {
		list, err := i.StatusList(s, r.Vouchers[s])
		if err != nil {
			return fmt.Errorf("institution: status of %s: %w", s, err)
		}
		files[filepath.Join("status", s)] = list
		if files[filepath.Join(dirJWT, s)], err = i.StatusListJWT(s, r.Vouchers[s]); err != nil {
			return fmt.Errorf("institution: status of %s: %w", s, err)
		}
	}
	for name, data := range files {
		if err := keys.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// stations lists who was ever lent a block.
func (i *Institution) stations() ([]string, error) {
	entries, err := os.ReadDir(i.path(dirRegister))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok && validStation(name) {
			names = append(names, name)
		}
	}
	return names, nil
}
