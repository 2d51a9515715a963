package emrtd

import (
	"crypto/rand"
	"errors"
	"math/big"

	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

// oidCardSecurity is id-SecurityObject, the content type of EF.CardSecurity, ICAO Doc 9303-11 §9.2.11.
const oidCardSecurity = "0.4.0.127.0.7.3.2.1"

// verify judges chip authentication mapping, ICAO Doc 9303-11 §4.4.3.5: with the static key of EF.CardSecurity, which the
// state signed, CA_IC · PK_IC is the chip's public key of the mapping.
func (m *mappingProof) verify(e evidence, security []byte) *chipResult {
	result := &chipResult{reason: check.NotChecked, detail: "PACE-CAM, EC " + m.domain.curve.Name}
	infos, failed := cardSecurity(e, security)
	if failed != nil {
		result.verdict, result.reason, result.detail = failed.Verdict, failed.Reason, "CardSecurity: "+failed.Detail
		return result
	}
	data := new(big.Int).SetBytes(m.data)
	usable := data.Sign() > 0 && data.Cmp(m.domain.n) < 0
	for _, k := range chipKeys(infos) {
		if k.domain.curve != m.domain.curve {
			continue
		}
		result.verdict, result.reason = check.Failed, ReasonClone
		if !usable {
			return result
		}
		// The numbers are public: they came over the air to whoever holds the session.
		if p, err := k.domain.multiply(rand.Reader, data, k.public); err == nil && p.equal(m.mapped) {
			result.verdict, result.reason = check.Passed, check.OK
			return result
		}
	}
	return result
}

// cardSecurity opens EF.CardSecurity: signature, content and chain, as of EF.SOD.
func cardSecurity(e evidence, b []byte) ([]securityInfo, *check.Check) {
	fail := func(c check.Check) ([]securityInfo, *check.Check) { return nil, &c }
	if b == nil {
		return fail(check.Unsure("", ReasonNoAnswer, "absent"))
	}
	sd, err := cms.Parse(b)
	if err != nil {
		return fail(verdict("", err))
	}
	signature, err := sd.Verify(nil, e.others...)
	if err != nil {
		return fail(verdict("", err))
	}
	if sd.ContentType != oidCardSecurity {
		return fail(check.Fail("", check.Structure, "content type"))
	}
	traced, revoked := e.trace(signature)
	if traced.Verdict != check.Passed {
		return fail(traced)
	}
	if revoked.Verdict == check.Failed {
		return fail(revoked)
	}
	infos, err := parseSecurityInfos(sd.Content)
	if errors.Is(err, ErrInfos) {
		return fail(check.Fail("", check.Structure, "content"))
	}
	return infos, nil
}
