package ofd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"

	"github.com/emmansun/gmsm/sm3"
)

// skew is how far two clocks may differ.
const skew = 5 * time.Minute

// judgement is what one signature came to.
type judgement struct {
	checks  []check.Check
	trusted bool // intact, and signer and seal maker are vouched for here
	rests   []trust.Snapshot
	at      time.Time
	seal    string
	signer  string // organisation of the certificate, else its fingerprint
}

func (j *judgement) add(c check.Check) bool {
	j.checks = append(j.checks, c)
	return c.Verdict == check.Passed
}

// digestOf gives the digest that a CheckMethod names (GB/T 33190 §18.2.3).
func digestOf(method string) func() hash.Hash {
	switch strings.ToUpper(method) {
	case "SM3", "1.2.156.10197.1.401":
		return sm3.New
	case "SHA256", "SHA-256", "2.16.840.1.101.3.4.2.1":
		return sha256.New
	}
	return nil
}

// isSM2 tells the names of SM2 with SM3 (GM/T 0006).
func isSM2(oid string) bool {
	return oid == "1.2.156.10197.1.501" || oid == "1.2.156.10197.1.301" || oid == "1.2.156.10197.1.301.1"
}

// judgeReferences compares every file that is named with its digest. A list of signatures that has grown is told apart.
func (s *signature) judgeReferences(ctx context.Context, a *archive, list string, last bool) ([]check.Check, error) {
	algorithm := digestOf(s.check)
	if algorithm == nil {
		return []check.Check{check.Unsure(CheckReferences, check.NotSupported, "digest "+shown(s.check))}, nil
	}
	var grown bool
	for i, r := range s.references {
		sum, err := a.digest(ctx, r.file, algorithm())
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		want, bad := base64.StdEncoding.DecodeString(r.sum)
		switch {
		case err == ErrMissing:
			return []check.Check{check.Fail(CheckReferences, check.WrongDigest, fmt.Sprintf("file %d of %d is not there", i+1, len(s.references)))}, nil
		case err != nil:
			return []check.Check{check.Fail(CheckReferences, check.Structure, fmt.Sprintf("file %d does not unpack", i+1))}, nil
		case bad != nil:
			return []check.Check{check.Fail(CheckReferences, check.Structure, fmt.Sprintf("digest of file %d", i+1))}, nil
		case subtle.ConstantTimeCompare(sum, want) == 1:
		case r.file == list && !last:
			grown = true
		default:
			return []check.Check{check.Fail(CheckReferences, check.WrongDigest, fmt.Sprintf("file %d of %d", i+1, len(s.references)))}, nil
		}
	}
	out := []check.Check{check.Pass(CheckReferences, fmt.Sprintf("%d files", len(s.references)))}
	if grown {
		note := check.Unsure("signatures", ReasonListExtended, "signed earlier, the list of signatures has grown since")
		note.Optional = true
		out = append(out, note)
	}
	return out, nil
}

// shown makes a word of the file fit for a detail.
func shown(s string) string {
	if s = verify.Clean(s); len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// judge takes the checks of one signature, all of them whatever the first says.
func (s *signature) judge(ctx context.Context, a *archive, list string, last bool, req verify.Request) (*judgement, error) {
	j := &judgement{at: moment(s.at)}
	refs, err := s.judgeReferences(ctx, a, list, last)
	if err != nil {
		return nil, err
	}
	j.checks = append(j.checks, refs...)
	v, err := parseSigned(s.value)
	if err != nil {
		j.add(check.Fail(CheckSignedValue, check.Structure, sentence(err)))
		return j, nil
	}
	if v.gm != nil {
		s.judgeGM(v.gm, j, req)
		return j, nil
	}
	if v.plain {
		s.judgePlain(v, j, req)
		return j, nil
	}
	if !v.at.IsZero() {
		j.at = v.at
	}
	j.seal = v.seal.name
	if !isSM2(v.algorithm) || !isSM2(v.seal.algorithm) || s.method != "" && !isSM2(s.method) {
		j.add(check.Unsure("algorithm", check.NotSupported, shown(s.method+" "+v.algorithm)))
		return j, nil
	}
	j.add(check.Pass("algorithm", "SM2 with SM3"))
	sum := sm3.Sum(s.raw)
	if subtle.ConstantTimeCompare(sum[:], v.dataHash) != 1 {
		j.add(check.Fail(CheckDataHash, check.WrongDigest, "Signature.xml"))
	} else {
		j.add(check.Pass(CheckDataHash, "SM3"))
	}
	signer := judgeKey("signature", "issuer", v.cert, v.tbs, v.value, j.at, j, req)
	maker := judgeKey(CheckSealSignature, CheckSealIssuer, v.seal.cert, v.seal.signed, v.seal.value, v.seal.created, j, req)
	j.judgeSeal(v, maker)
	if s.sealFile != "" {
		j.judgeSealFile(a, s.sealFile, v.seal)
	}
	j.trusted = signer && maker && check.Overall(j.checks) == check.Passed
	return j, nil
}

// judgeKey takes a signature and its issuer. A signature that its own certificate disproves is Failed, whoever issued that.
func judgeKey(name, issuer string, der, message, value []byte, at time.Time, j *judgement, req verify.Request) (trusted bool) {
	c, err := trust.ParseSM2Certificate(der)
	if err != nil {
		j.add(check.Unsure(name, check.NotSupported, "certificate"))
		j.add(check.Unsure(issuer, check.NotChecked, ""))
		return false
	}
	if name == "signature" {
		j.signer = c.Organization()
	}
	signed := check.Pass(name, c.String())
	switch {
	case !trust.VerifySM2(c.Public, message, value):
		signed = check.Fail(name, check.WrongSignature, c.String())
	case !c.MaySign():
		signed = check.Fail(name, check.WrongKeyUsage, c.String())
	}
	j.add(signed)
	snap, by := req.Anchors.JudgeSM2(c, at)
	by.Name = issuer
	j.add(by)
	if by.Verdict == check.Passed {
		j.rests = append(j.rests, snap)
		now := req.At
		if req.ClockUnsure {
			now = time.Time{}
		}
		if withdrawn := req.Anchors.JudgeSM2Revocation(c, now); withdrawn.Reason != check.NoList { // one no-list stands for all
			j.add(withdrawn)
		}
	}
	return signed.Verdict == check.Passed && by.Verdict == check.Passed
}

// judgeSeal: the seal names who used it, and lived when it was used.
func (j *judgement) judgeSeal(v *signedValue, vouched bool) {
	named := slices.ContainsFunc(v.seal.certs, func(c []byte) bool { return bytes.Equal(c, v.cert) })
	sum, sum2 := sm3.Sum(v.cert), sha256.Sum256(v.cert)
	named = named || slices.ContainsFunc(v.seal.digests, func(d []byte) bool { return bytes.Equal(d, sum[:]) || bytes.Equal(d, sum2[:]) })
	switch {
	case named:
		j.add(check.Pass(CheckSealSigner, ""))
	case v.seal.unread:
		j.add(check.Unsure(CheckSealSigner, check.NotSupported, "the seal names its users in another way"))
	default:
		j.add(check.Fail(CheckSealSigner, ReasonNotOfSeal, ""))
	}
	life := check.Pass(CheckSealLife, v.seal.from.Format(time.DateOnly)+" to "+v.seal.end.Format(time.DateOnly))
	switch {
	case j.at.IsZero():
		life = check.Unsure(CheckSealLife, check.NotChecked, "no time of signing")
	case j.at.Before(v.seal.from):
		life = check.Fail(CheckSealLife, check.NotYetValid, v.seal.from.Format(time.DateOnly))
	case j.at.After(v.seal.end):
		life = check.Fail(CheckSealLife, check.Expired, v.seal.end.Format(time.DateOnly))
	}
	if !vouched && life.Verdict == check.Failed { // dates that nobody here vouches for
		life.Verdict = check.Indeterminate
	}
	j.add(life)
}

func (j *judgement) judgeSealFile(a *archive, name string, s *seal) {
	b, err := a.read(name, maxXML)
	switch {
	case err != nil:
		j.add(check.Fail(CheckSealFile, check.Structure, ""))
	case !bytes.Equal(b, s.raw):
		j.add(check.Fail(CheckSealFile, ReasonSealDiffers, ""))
	default:
		j.add(check.Pass(CheckSealFile, ""))
	}
}

// judgePlain: r and s over Signature.xml, without a certificate. Which key it was can only be tried.
func (s *signature) judgePlain(v *signedValue, j *judgement, req verify.Request) {
	if s.method != "" && !isSM2(s.method) {
		j.add(check.Unsure("algorithm", check.NotSupported, shown(s.method)))
		return
	}
	j.add(check.Pass("algorithm", "SM2 with SM3, no certificate"))
	for _, k := range req.Anchors.SM2Keys() {
		pub, err := trust.SM2Public(k)
		if err != nil || !trust.VerifySM2(pub, s.raw, v.value) {
			continue
		}
		by := req.Anchors.JudgeKey(k, j.at)
		j.add(check.Pass("signature", k.Name))
		if j.add(by) {
			j.rests = append(j.rests, req.Anchors.SnapshotOf(k))
		}
		j.trusted = check.Overall(j.checks) == check.Passed
		return
	}
	j.add(check.Unsure("signature", check.NotChecked, "no certificate, and no key held here verifies it"))
	j.add(check.Unsure("issuer", check.UnknownIssuer, ""))
}
