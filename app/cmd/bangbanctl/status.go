package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/keys"

	"github.com/spf13/cobra"
)

// fileRevoked lies in the institution's folder: everything that was ever taken back. A list that is published without
// it would give a revoked paper its life again.
const fileRevoked = "revoked.json"

// revoked is that file: indices of vouchers and ids of voucher keys, by station.
type revoked struct {
	Format   int                 `json:"format"`
	Vouchers map[string][]uint64 `json:"vouchers"`
	Keys     map[string][]string `json:"keys"`

	Seen    map[string]handed `json:"seen,omitempty"`    // how far inboxes were read, by hash of their address
	Pending map[string]string `json:"pending,omitempty"` // voids whose voucher has not come, and since when

	read int // records, this time
}

// statusFlags are what institution status takes.
type statusFlags struct {
	to, inbox, pass string
	serials, keys   []string
	stolen          []string // stations
	again           bool
}

func (e *env) institutionStatus() *cobra.Command {
	var f statusFlags
	cmd := &cobra.Command{
		Use: "status DIR", Short: "Publish keys, withdrawn keys and status lists as files", Args: cobra.ExactArgs(1), Annotations: signs(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.to == "" {
				return usagef("institution status wants --to DIR, where the files go")
			}
			return e.status(cmd.Context(), args[0], f)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.to, "to", "", "folder for the files: a web server's /.well-known/, a stick")
	fl.StringVar(&f.inbox, "inbox", "", "folder of the inbox: what counters voided is taken back too, and serials are looked up there")
	fl.StringArrayVar(&f.serials, "revoke", nil, "take a voucher back: its serial (looked up in the inbox), or STATION#INDEX; may be repeated")
	fl.StringArrayVar(&f.keys, "revoke-key", nil, "take a voucher key back: STATION:KEYID; may be repeated")
	fl.StringArrayVar(&f.stolen, "stolen", nil, "take back every voucher key that was ever lent to this counter; may be repeated")
	fl.BoolVar(&f.again, "again", false, "read the whole inbox, not only what came since the last time")
	fl.StringVar(&f.pass, "passphrase", "", "- reads the passphrase of the key files from standard input")
	return cmd
}

// statusOut is the shape of institution status --json.
type statusOut struct {
	To       string         `json:"to"`
	Vouchers map[string]int `json:"vouchers"`       // taken back, by station
	Keys     int            `json:"keys"`           // taken back
	Read     int            `json:"read,omitempty"` // records of the inbox
}

func (e *env) status(ctx context.Context, dir string, f statusFlags) error {
	i, err := e.openInstitution("institution.status", dir, f.pass)
	if err != nil {
		return err
	}
	r, err := readRevoked(dir)
	if err != nil {
		return err
	}
	var serials []string
	for _, s := range f.serials {
		station, index, ok := strings.Cut(s, "#")
		if !ok {
			serials = append(serials, s)
			continue
		}
		n, err := strconv.ParseUint(index, 10, 64)
		if err != nil || !lent(dir, station, "") {
			return unknownRevocation(s)
		}
		r.voucher(station, n)
	}
	for _, s := range f.keys {
		station, key, _ := strings.Cut(s, ":")
		key = strings.ToLower(key)
		if raw, err := hex.DecodeString(key); err != nil || len(raw) == 0 || !lent(dir, station, key) {
			return unknownRevocation(s)
		}
		r.key(station, key)
	}
	for _, station := range f.stolen {
		all, err := lentTo(dir, station)
		if err != nil {
			return err
		}
		for _, key := range all {
			r.key(station, key)
		}
	}
	if f.again {
		r.Seen = nil
	}
	if f.inbox != "" || len(serials) > 0 {
		if err := e.fromInbox(ctx, i, dir, f.inbox, serials, r); err != nil {
			return err
		}
	}
	if err := r.publish(i, dir, f.to); err != nil {
		return err
	}
	out := statusOut{To: f.to, Vouchers: map[string]int{}, Read: r.read}
	for s, list := range r.Vouchers {
		out.Vouchers[s] = len(list)
	}
	for _, list := range r.Keys {
		out.Keys += len(list)
	}
	return e.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "published to %s\n", out.To)
		for _, s := range slices.Sorted(maps.Keys(out.Vouchers)) {
			fmt.Fprintf(w, "%s: %d vouchers taken back\n", s, out.Vouchers[s])
		}
		fmt.Fprintf(w, "%d keys taken back\n", out.Keys)
	})
}

func unknownRevocation(s string) error {
	return &desk.Error{Op: "institution.status", Code: "revoke-unknown", Args: map[string]string{"Name": s}}
}

// openInstitution opens an institution's folder for a command.
func (e *env) openInstitution(op, dir, pass string) (*institution.Institution, error) {
	return e.openInstitutionAt(op, dir, pass, tokenFlags{})
}

// openInstitutionAt opens one that makes its next back-office keys as at says.
func (e *env) openInstitutionAt(op, dir, pass string, at tokenFlags) (*institution.Institution, error) {
	secret, err := e.passphrase(pass)
	if err != nil {
		return nil, err
	}
	pin, err := e.tokenPIN(at, secret)
	if err != nil {
		return nil, err
	}
	now, err := e.clock()
	if err != nil {
		return nil, err
	}
	i, err := institution.Open(dir, institution.Options{Rand: rand.Reader, Now: now, Passphrase: secret,
		Holders: at.holders, Suite: at.suite, TokenPIN: pin})
	if err != nil {
		return nil, &desk.Error{Op: op, Code: "institution-not-opened", Args: map[string]string{"Dir": dir}, Err: err}
	}
	return i, nil
}

// lent tells whether a station was ever lent a block and, where key is not empty, for that key: taking back a name that
// does not exist would take back nothing and say it did.
func lent(dir, station, key string) bool {
	if station == "" || strings.ContainsAny(station, `/\.`) {
		return false
	}
	b, err := os.ReadFile(filepath.Join(dir, "register", station+".json"))
	return err == nil && (key == "" || bytes.Contains(b, []byte(`"`+key+`"`)))
}

// lentTo lists the voucher keys that a station was ever lent serials for.
func lentTo(dir, station string) (all []string, err error) {
	if !lent(dir, station, "") {
		return nil, unknownRevocation(station)
	}
	path := filepath.Join(dir, "register", station+".json")
	b, err := os.ReadFile(path)
	var rows []struct{ Key string }
	if err == nil {
		err = json.Unmarshal(b, &rows)
	}
	if err != nil {
		return nil, &desk.Error{Op: "institution.status", Code: "file-unreadable", Args: map[string]string{"File": path}, Err: err}
	}
	for _, row := range rows {
		if raw, err := hex.DecodeString(row.Key); err == nil && len(raw) > 0 {
			all = append(all, row.Key)
		}
	}
	return all, nil
}

func readRevoked(dir string) (*revoked, error) {
	r := &revoked{Format: 1, Vouchers: map[string][]uint64{}, Keys: map[string][]string{}}
	path := filepath.Join(dir, fileRevoked)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(b, r)
	}
	if err != nil || r.Format != 1 {
		return nil, &desk.Error{Op: "institution.status", Code: "file-unreadable", Args: map[string]string{"File": path}, Err: err}
	}
	return r, nil
}

func (r *revoked) voucher(station string, index uint64) {
	if at, found := slices.BinarySearch(r.Vouchers[station], index); !found {
		r.Vouchers[station] = slices.Insert(r.Vouchers[station], at, index)
	}
}

func (r *revoked) key(station, id string) {
	if at, found := slices.BinarySearch(r.Keys[station], id); !found {
		r.Keys[station] = slices.Insert(r.Keys[station], at, id)
	}
}

// publish keeps what was taken back, then signs and writes the files.
func (r *revoked) publish(i *institution.Institution, dir, to string) error {
	out := institution.Revoked{Vouchers: r.Vouchers}
	for _, station := range slices.Sorted(maps.Keys(r.Keys)) {
		for _, id := range r.Keys[station] {
			raw, err := hex.DecodeString(id)
			if err != nil {
				return &desk.Error{Op: "institution.status", Code: "file-unreadable", Args: map[string]string{"File": fileRevoked}, Err: err}
			}
			n := len(out.Keys)
			out.Keys = slices.Grow(out.Keys, 1)[:n+1]
			out.Keys[n].Station, out.Keys[n].KeyID = station, raw
		}
	}
	b, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := keys.WriteFile(filepath.Join(dir, fileRevoked), append(b, '\n'), 0o600); err != nil {
		return &desk.Error{Op: "institution.status", Code: "file-unwritable", Args: map[string]string{"File": filepath.Join(dir, fileRevoked)}, Err: err}
	}
	if err := i.Status(to, out); err != nil {
		return &desk.Error{Op: "institution.status", Code: "institution-not-published", Args: map[string]string{"Dir": to}, Err: err}
	}
	return nil
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
