package pdfsig

import (
	"bytes"
	"crypto"
	"fmt"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

// Kinds of signatures (ISO 32000-2 §12.8.3, ETSI EN 319 142-1 §5.3, §5.4.3).
const (
	padesFilter = "ETSI.CAdES.detached"
	pkcs7Filter = "adbe.pkcs7.detached"
	stampFilter = "ETSI.RFC3161"
)

// training begins the name of an institution that is there for training: its papers are worth nothing at a real station.
const training = "urn:bangban:training:"

// skew is how far two clocks may differ.
const skew = 5 * time.Minute

// judgement is what one signature came to.
type judgement struct {
	*signature
	checks  []check.Check
	proven  bool // range, digest, signature and issuer
	signer  *cms.Certificate
	rests   []trust.Snapshot
	at      time.Time // of signing
	stamped bool      // at is proven
	since   change
}

func (j *judgement) add(c check.Check) bool {
	j.checks = append(j.checks, c)
	return c.Verdict == check.Passed
}

// fingerprint names a certificate without the name of a person.
func fingerprint(c *cms.Certificate) string {
	sum := c.Fingerprint()
	return fmt.Sprintf("certificate SHA-256 %x…", sum[:8])
}

// refused turns an error of package cms into a check.
func refused(name string, err error) check.Check {
	r := check.Reason(cms.ReasonOf(err))
	if r == check.UnknownIssuer || r == check.NotSupported {
		return check.Unsure(name, r, "")
	}
	return check.Fail(name, r, "")
}

// judgeOne takes the checks of one signature but those of changes.
func judgeOne(f *file, s *signature, req verify.Request) *judgement {
	j := &judgement{signature: s}
	if s.subFilter != padesFilter && s.subFilter != pkcs7Filter && s.subFilter != stampFilter {
		j.add(check.Unsure("algorithm", check.NotSupported, verify.Clean(s.subFilter[:min(len(s.subFilter), 60)])))
		return j
	}
	if what := s.judgeRange(f.b); what != "" {
		j.add(check.Fail(CheckRange, ReasonRange, what))
		return j
	}
	if what := s.judgeRevision(f); what != "" {
		j.add(check.Fail(CheckRange, ReasonRange, what))
		return j
	}
	j.add(check.Pass(CheckRange, fmt.Sprintf("%d bytes", s.end)))
	if s.subFilter == stampFilter {
		j.judgeDocumentStamp(f, req)
		return j
	}
	sd, err := cms.Parse(s.message)
	if err != nil || sd.Content != nil {
		j.add(check.Fail("signature", check.Structure, "CMS"))
		return j
	}
	if !j.judgeMessage(f, sd, req) {
		return j
	}
	j.proven = check.Overall(j.checks) == check.Passed
	return j
}

// judgeRevision finds the section that the signature ends with: it must be over whole revisions.
func (s *signature) judgeRevision(f *file) string {
	s.revision = -1
	for i, sec := range f.sections {
		switch {
		case sec.at < s.end && s.revision < 0:
			s.revision = i
		case sec.at >= s.end && s.revision >= 0:
			return "revisions out of order"
		}
	}
	if s.revision < 0 {
		return "ends before any revision"
	}
	if !bytes.HasSuffix(bytes.TrimRight(f.b[:s.end], "\r\n\t \x00"), []byte("%%EOF")) {
		return "ends inside a revision"
	}
	return ""
}

// judgeMessage takes digest, signature, issuer, signing-certificate and time-stamp.
func (j *judgement) judgeMessage(f *file, sd *cms.SignedData, req verify.Request) bool {
	sig, err := sd.Verify(j.covered(f.b))
	if err != nil {
		name := "signature"
		if cms.ReasonOf(err) == cms.WrongDigest {
			name = "digest"
		}
		return j.add(refused(name, err))
	}
	j.signer = sig.Signer
	if sig.Digest == crypto.SHA1 {
		j.add(check.Unsure("digest", check.NotSupported, "SHA-1"))
	} else {
		j.add(check.Pass("digest", sig.Digest.String()))
	}
	j.add(check.Pass("signature", fingerprint(sig.Signer)))
	attrs, ok := readAttributes(j.message)
	if !ok {
		attrs = &attributes{}
	}
	if j.at = j.claimed(); j.at.IsZero() {
		j.at = attrs.signingTime()
	}
	var proven *stamp
	if token, there := attrs.unsigned[oidTimeStamp]; there {
		var c check.Check
		proven, c = judgeStamp(token, attrs.value, req)
		defer func() { j.add(c) }()
	}
	j.judgeIssuer(sd, proven, req)
	ess, there := attrs.judgeESS(sig.Signer)
	switch {
	case there:
		j.add(ess)
	case j.subFilter == padesFilter:
		j.add(check.Unsure(CheckESS, ReasonNoESS, ""))
	}
	return true
}

// judgeIssuer judges the chain at the time-stamp, else now; see the package comment.
func (j *judgement) judgeIssuer(sd *cms.SignedData, proven *stamp, req verify.Request) {
	at := req.At
	if proven != nil {
		at, j.at, j.stamped = proven.at, proven.at, true
		j.rests = append(j.rests, proven.rests)
	} else if req.ClockUnsure {
		at = time.Time{}
	}
	others := beside(sd, j.signer)
	signer, issuer := req.Anchors.JudgeSigner(j.signer, others, at, "")
	if issuer.Reason == check.Expired && proven == nil && !j.at.IsZero() {
		if then, _ := req.Anchors.JudgeSigner(j.signer, others, j.at, ""); then != nil {
			signer, issuer = nil, check.Unsure("issuer", check.Expired, "no time-stamp proves that it was signed before")
		}
	}
	if issuer.Detail == j.signer.String() { // which may name a person
		issuer.Detail = fingerprint(j.signer)
	}
	j.add(issuer)
	if signer == nil {
		return
	}
	j.rests = append(j.rests, signer.Rests)
	if withdrawn, asked := req.Anchors.JudgeRevocation(signer, req.At); asked {
		j.add(withdrawn)
	}
	if signer.Rests.Kind == trust.KindInstitution && strings.HasPrefix(signer.Rests.Name, training) && !req.Training {
		j.add(check.Fail("training", check.TrainingPaper, signer.Rests.Name))
	}
}

// judgeDocumentStamp judges a signature that is a time-stamp over the document.
func (j *judgement) judgeDocumentStamp(f *file, req verify.Request) {
	s, c := judgeStamp(j.message, j.covered(f.b), req)
	j.add(c)
	if s != nil {
		j.at, j.stamped, j.proven = s.at, true, true
		j.rests = append(j.rests, s.rests)
	}
}

// judgeChanges takes the check changes. answered tells that a later signature that passes covers all that is there now.
func (j *judgement) judgeChanges(f *file, answered bool) {
	if j.revision < 0 || len(j.checks) == 0 || j.checks[0].Name != CheckRange || j.checks[0].Verdict != check.Passed {
		return
	}
	var err error
	if j.since, err = changesSince(f, j.signature); err != nil {
		j.add(check.Fail(CheckChanges, check.Structure, "of the update"))
		return
	}
	switch {
	case j.since == unchanged:
		j.add(check.Pass(CheckChanges, "none"))
	case j.since == alteredSince, j.mdp == 1 && j.since > stampedSince:
		j.add(check.Fail(CheckChanges, ReasonChanged, ""))
	case j.since == shownSince && !answered:
		j.add(check.Unsure(CheckChanges, ReasonShown, ""))
	default:
		what := map[change]string{stampedSince: "time-stamps or nothing that is shown", signedSince: "signed again", shownSince: "signed again, with a mark"}[j.since]
		j.add(check.Pass(CheckChanges, what))
	}
}
