package emrtd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
	"bangban/cardreader/tlv"
)

// chipResult is what the chip was asked to prove itself by, and how it did. It counts only once the key it rests on is
// proven to be the state's.
type chipResult struct {
	verdict check.Verdict
	reason  check.Reason
	detail  string // protocol and key
}

// proveChip asks the chip to prove that it is no copy, ICAO Doc 9303-11 §6: by the mapping of PACE where that was so, else
// by Chip Authentication, else by Active Authentication. It comes last: whatever a chip at fault does, all is read.
func (r *reading) proveChip(ctx context.Context) error {
	if r.mapping != nil && r.mapping.data != nil {
		return nil // judged with EF.CardSecurity
	}
	if slices.Contains(r.listed, 14) && r.groups[14] == nil { // a copy that hides what it cannot do
		r.chip = &chipResult{reason: ReasonNoAnswer, detail: "DG14"}
		return nil
	}
	infos, err := groupInfos(r.groups[14])
	if err != nil {
		r.chip = &chipResult{reason: check.Structure, detail: "DG14"}
		return nil
	}
	if key := chooseChipKey(infos); key != nil {
		r.chip, err = r.chipAuthentication(ctx, key, r.kind.random())
		return err
	}
	if slices.Contains(r.listed, 15) && r.groups[15] == nil {
		r.chip = &chipResult{reason: ReasonNoAnswer, detail: "DG15"}
		return nil
	}
	if r.groups[15] != nil {
		r.chip, err = r.activeAuthentication(ctx, r.groups[15], infos, r.kind.random())
		return err
	}
	if r.mapping != nil || len(chipProtocols(infos)) > 0 {
		r.chip = &chipResult{reason: check.NotSupported, detail: "DG14"}
	}
	return nil
}

// groupInfos reads EF.DG14, ICAO Doc 9303-10 §4.7.14: 6E { SecurityInfos }. None where there is no such group.
func groupInfos(b []byte) ([]securityInfo, error) {
	if b == nil {
		return nil, nil
	}
	e, err := tlv.ParseOne(b, fileDG14.tag)
	if err != nil {
		return nil, fmt.Errorf("%w: DG14: %w", ErrFile, err)
	}
	return parseSecurityInfos(e.Value)
}

// chipProtocols lists what says that the chip can prove itself in a way that may not be known here.
func chipProtocols(infos []securityInfo) (list []securityInfo) {
	for _, i := range infos {
		if p := i.protocol; len(p) > 8 && string(p[:7]) == string(protocol()) && (p[7] == 1 || p[7] == 3) {
			list = append(list, i)
		}
	}
	return list
}

// answered tells an answer that is wrong from none at all.
func answered(err error) bool {
	for _, e := range []error{ErrPlainAnswer, ErrNoMAC, ErrNoStatus, ErrObjects, ErrMAC, ErrPadding, ErrStatus, ErrNoProgress, ErrFile} {
		if errors.Is(err, e) {
			return true
		}
	}
	return isStatus(err)
}

// chipAuthentication is Chip Authentication version 1 with ECDH, ICAO Doc 9303-11 §6.2. Only a chip that holds the private
// key goes on in the new session, which one more command shows.
func (c *channel) chipAuthentication(ctx context.Context, k *chipKey, random io.Reader) (*chipResult, error) {
	result := &chipResult{reason: check.NotSupported, detail: fmt.Sprintf("Chip Authentication, EC %s, %v", k.domain.curve.Name, k.suite)}
	private, public, err := k.domain.pair(random)
	if err != nil {
		return nil, err
	}
	shared, err := k.domain.multiply(random, private, k.public)
	forget(private)
	if err != nil {
		return nil, err
	}
	secret := shared.x.FillBytes(make([]byte, k.domain.size))
	defer clear(secret)
	for _, cmd := range k.commands(k.domain.encode(public)) {
		if _, err := c.send(ctx, cmd); err != nil {
			if result.reason = ReasonNoAnswer; isStatus(err) && c.alive() {
				return result, nil
			}
			return nil, err
		}
	}
	c.close()
	c.sm = &session{keys: deriveKeys(k.suite, secret)}
	_, err = c.readBinary(ctx, apdu.Command{INS: 0xB0, P1: 0x80 | fileDG1.sfi, Ne: 4})
	switch {
	case err == nil:
		result.verdict, result.reason = check.Passed, check.OK
	case answered(err):
		result.verdict, result.reason = check.Failed, ReasonClone
	default:
		return nil, err
	}
	return result, nil
}

// commands are those of §6.2.4.1 and §6.2.4.2: one MSE:Set KAT for 3DES, else MSE:Set AT and GENERAL AUTHENTICATE.
func (k *chipKey) commands(public []byte) []apdu.Command {
	var id []byte
	if k.id >= 0 {
		id = tlv.Append(nil, 0x84, keyReference(k.id))
	}
	if k.suite == tripleDES {
		return []apdu.Command{{INS: 0x22, P1: 0x41, P2: 0xA6, Data: append(tlv.Append(nil, 0x91, public), id...)}}
	}
	return []apdu.Command{
		{INS: 0x22, P1: 0x41, P2: 0xA4, Data: append(tlv.Append(nil, 0x80, k.protocol), id...)},
		{INS: 0x86, Data: tlv.Append(nil, 0x7C, tlv.Append(nil, 0x80, public)), Ne: apdu.MaxShortNe},
	}
}

// keyReference writes a key identifier in as few bytes as it takes.
func keyReference(id int) (b []byte) {
	for b = []byte{byte(id)}; id > 0xFF; b = append([]byte{byte(id)}, b...) {
		id >>= 8
	}
	return b
}

// judge makes the check of the chip. A chip passes only where passive authentication did: a key that nobody signed proves
// nothing.
func (r *reading) judge(e evidence, passive []check.Check) check.Check {
	result := r.chip
	if r.mapping != nil && r.mapping.data != nil {
		result = r.mapping.verify(e, r.security)
	}
	if result == nil {
		c := check.Unsure(checkChip, check.NotChecked, "")
		c.Optional = true
		return c
	}
	c := check.Check{Name: checkChip, Verdict: result.verdict, Reason: result.reason, Detail: result.detail}
	c.Optional = c.Verdict == check.Indeterminate && c.Reason == check.NotSupported
	for _, p := range passive {
		if c.Verdict == check.Passed && p.Verdict != check.Passed && !p.Optional { // no list is no reason to doubt the key
			c = check.Unsure(checkChip, check.NotChecked, "rests on "+p.Name)
			c.Optional = true // the whole is lowered by what it rests on
		}
	}
	return c
}
