package emrtd

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/cms"
	"bangban/cardreader/tlv"
)

// reading is one reading of one document.
type reading struct {
	*channel
	kind     *kind
	zone     *MRZ   // nil: not given
	can      string // empty: not given
	report   func(cardreader.Progress)
	told     bool // the person was reported
	today    string
	offer    *paceOffer // nil: no PACE
	atMaster bool       // the master file is selected
	holder   *MRZ       // of DG1
	details  details
	listed   []int          // data groups that EF.SOD, or EF.COM, names
	groups   map[int][]byte // data groups read
	com, sod []byte
	security []byte // EF.CardSecurity
	mapping  *mappingProof
	chip     *chipResult // nil: nothing to prove itself by
}

// run opens the document and reads its files, then asks the chip to prove itself.
func (r *reading) run(ctx context.Context) error {
	defer r.close()
	r.report(cardreader.Progress{Stage: cardreader.Opening})
	if err := r.unlock(ctx); err != nil {
		return err
	}
	if err := r.readPerson(ctx); err != nil {
		return err
	}
	if err := r.readPicture(ctx, 2, fileDG2); err != nil {
		return err
	}
	if slices.Contains(r.listed, 7) {
		if err := r.readPicture(ctx, 7, fileDG7); err != nil {
			return err
		}
	}
	return r.proveChip(ctx)
}

// readPicture reads a large group and tells how far it is.
func (r *reading) readPicture(ctx context.Context, n int, f file) error {
	before := r.size()
	return r.readGroup(ctx, n, f, func(done, total int) {
		r.report(cardreader.Progress{Stage: cardreader.Portrait, Done: before + done, Total: before + total})
	})
}

// unlock runs PACE in the master file where both sides know it and Basic Access Control otherwise, ICAO Doc 9303-11 §4.2,
// and selects the application.
func (r *reading) unlock(ctx context.Context) error {
	opened := false
	if r.offer != nil {
		err := r.unlockPACE(ctx)
		switch {
		case err == nil:
			opened = true
		case !errors.Is(err, errNoPACE):
			return err
		}
	}
	r.atMaster = false
	if err := r.selectApplication(ctx); err != nil || opened {
		return err
	}
	if r.zone == nil {
		return &cardreader.NeedError{Secret: secretMRZ, RetriesLeft: -1}
	}
	return r.access(ctx, r.zone, r.kind.random())
}

func (r *reading) unlockPACE(ctx context.Context) error {
	if !r.atMaster {
		if err := r.selectMaster(ctx); err != nil && !isStatus(err) {
			return err
		}
	}
	var p password
	if r.can != "" {
		p = canPassword(r.can)
	} else {
		p = zonePassword(r.zone)
	}
	defer clear(p.bytes)
	var err error
	if r.mapping, err = r.pace(ctx, r.offer, p, r.kind.random()); err != nil || r.mapping == nil {
		return err
	}
	r.security, err = r.read(ctx, fileCardSecurity, r.first(), nil)
	return r.optional(err)
}

// readPerson reads DG1, EF.SOD and what more there is in words, and reports the person. Where lengths are short, EF.SOD is
// many commands: EF.COM then says with one which groups are in words, so that the name is on the screen before. What
// EF.SOD lists and EF.COM does not is read all the same.
func (r *reading) readPerson(ctx context.Context) error {
	if err := r.readZone(ctx); err != nil {
		return err
	}
	if !r.extended() {
		if err := r.readCOM(ctx); err != nil {
			return err
		}
		if r.listed != nil {
			if err := r.readDetails(ctx); err != nil {
				return err
			}
		}
	}
	var err error
	if r.sod, err = r.read(ctx, fileSOD, r.first(), nil); err != nil && !absent(err) {
		return err
	}
	if err := r.list(ctx); err != nil {
		return err
	}
	if err := r.readDetails(ctx); err != nil {
		return err
	}
	if slices.Contains(r.listed, 14) {
		if err := r.readGroup(ctx, 14, fileDG14, nil); err != nil {
			return err
		}
	}
	if slices.Contains(r.listed, 15) && (r.mapping == nil || r.mapping.data == nil) {
		return r.readGroup(ctx, 15, fileDG15, nil)
	}
	return nil
}

func (r *reading) readZone(ctx context.Context) error {
	size := 93 // of a passport, ICAO Doc 9303-4
	if r.zone != nil {
		size = r.zone.dg1Size()
	}
	dg1, err := r.read(ctx, fileDG1, size, nil)
	if err != nil {
		return err
	}
	r.groups[1] = dg1
	r.holder, err = openDG1(dg1)
	return err
}

// readDetails reads the listed groups in words that were not read yet, and reports the person once.
func (r *reading) readDetails(ctx context.Context) error {
	for _, g := range []struct {
		n    int
		file file
		open func([]byte) error
	}{{11, fileDG11, r.details.openDG11}, {12, fileDG12, r.details.openDG12}} {
		if r.groups[g.n] != nil || !slices.Contains(r.listed, g.n) {
			continue
		}
		if err := r.readGroup(ctx, g.n, g.file, nil); err != nil {
			return err
		}
		_ = g.open(r.groups[g.n]) // what cannot be read says nothing; its hash is checked all the same
	}
	if !r.told {
		subject := r.subject()
		r.told = true
		r.report(cardreader.Progress{Stage: cardreader.Details, Done: r.size(), Subject: &subject})
	}
	return nil
}

// list finds out which data groups there are: from EF.SOD, and where there is none from EF.COM, ICAO Doc 9303-10 §4.6.1.
func (r *reading) list(ctx context.Context) error {
	if r.sod == nil {
		return r.readCOM(ctx)
	}
	r.listed = nil
	if sd, err := openSOD(r.sod); err == nil {
		if so, err := openSecurityObject(sd); err == nil {
			r.listed = slices.Sorted(maps.Keys(so.hashes))
		}
	}
	return nil
}

// readCOM reads EF.COM, once.
func (r *reading) readCOM(ctx context.Context) error {
	if r.com == nil {
		var err error
		r.com, err = r.read(ctx, fileCOM, r.shortRoom(), nil)
		if err := r.optional(err); err != nil {
			return err
		}
	}
	r.listed = nil
	if r.com != nil {
		r.listed = listCOM(r.com)
	}
	return nil
}

// listCOM reads EF.COM: 60 { 5F01 version, 5F36 version of Unicode, 5C tags }.
func listCOM(b []byte) (groups []int) {
	tags := []tlv.Tag{fileDG1.tag, fileDG2.tag, 0x63, 0x76, 0x65, 0x66, fileDG7.tag, 0x68, 0x69, 0x6A, fileDG11.tag, fileDG12.tag, 0x6D,
		fileDG14.tag, fileDG15.tag, 0x70}
	list, err := open(b, fileCOM)
	if err != nil {
		return nil
	}
	e, err := list.Only(0x5C)
	if err != nil || len(e.Value) > maxGroups {
		return nil
	}
	for _, v := range e.Value {
		if n := slices.Index(tags, tlv.Tag(v)); n >= 0 && !slices.Contains(groups, n+1) {
			groups = append(groups, n+1)
		}
	}
	return groups
}

// readGroup reads a data group that may be absent.
func (r *reading) readGroup(ctx context.Context, n int, f file, grown func(done, total int)) error {
	b, err := r.read(ctx, f, r.first(), grown)
	if n == 2 {
		if err != nil && !absent(err) {
			return err
		}
	} else if err := r.optional(err); err != nil {
		return err
	}
	if b != nil && err == nil {
		r.groups[n] = b
	}
	return nil
}

// optional forgives that a file one can do without is absent, may not be read, or is not what it should be, as long as the
// session goes on.
func (r *reading) optional(err error) error {
	if err != nil && r.alive() && !errors.Is(err, errExtended) && (answered(err) || errors.Is(err, ErrFileSize)) {
		return nil
	}
	return err
}

// absent tells that the chip, inside its session, says it has no such file.
func absent(err error) bool { return errors.Is(err, apdu.ErrFileNotFound) }

func isStatus(err error) bool {
	var s *apdu.StatusError
	return errors.As(err, &s)
}

func (r *reading) subject() cardreader.Subject { return r.details.add(r.holder.subject(r.today)) }

func (r *reading) size() int {
	n := len(r.sod) + len(r.com) + len(r.security)
	for _, b := range r.groups {
		n += len(b)
	}
	return n
}

func (r *reading) wipe() {
	for _, b := range r.groups {
		clear(b)
	}
	clear(r.sod)
	clear(r.security)
	r.groups, r.com, r.sod, r.security = map[int][]byte{}, nil, nil, nil
	r.holder, r.details, r.listed, r.mapping, r.chip = nil, details{}, nil, nil, nil
}

// document proves what was read and hands it over.
func (r *reading) document(now time.Time) *cardreader.Document {
	doc := &cardreader.Document{Kind: ID, Subject: r.subject(), Raw: map[string][]byte{}, ReadAt: now}
	e := evidence{sod: r.sod, groups: r.groups, state: r.holder.state, now: now}
	if r.kind.deps.Anchors != nil {
		e.others = r.kind.deps.Anchors()
	}
	if r.kind.deps.Lists != nil {
		e.lists = r.kind.deps.Lists()
	}
	e.pool = cms.NewPool(e.others)
	for n, f := range map[int]file{1: fileDG1, 2: fileDG2, 7: fileDG7, 11: fileDG11, 12: fileDG12, 14: fileDG14, 15: fileDG15} {
		if b := r.groups[n]; b != nil {
			doc.Raw[f.name] = b
		}
	}
	if mark, err := openDG7(r.groups[7]); err == nil {
		doc.Raw[rawSignature] = bytes.Clone(mark)
	}
	for name, b := range map[string][]byte{fileSOD.name: r.sod, fileCOM.name: r.com, fileCardSecurity.name: r.security} {
		if b != nil {
			doc.Raw[name] = b
		}
	}
	passive := e.prove()
	doc.Checks = append(passive, r.judge(e, passive), valid(doc.Subject.Expires, now))
	photo, problem := portrait(r.groups[2])
	if doc.Photo = photo; problem != nil {
		doc.Checks = append(doc.Checks, *problem)
	}
	return doc
}
