package mdoc

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

// wrap gives #6.24(bstr b) in its shortest form.
func wrap(b []byte) ([]byte, error) { return cbor.Marshal(cbor.Tag{Number: 24, Content: b}) }

// transcriptOf takes a SessionTranscript, or SessionTranscriptBytes, and gives the former.
func transcriptOf(b []byte) ([]byte, error) {
	if len(b) > 2 && b[0] == 0xd8 && b[1] == 24 {
		return tagged(b)
	}
	var parts []cbor.RawMessage
	if err := trust.DecodeCBOR(b, &parts); err != nil || len(parts) != 3 {
		return nil, fmt.Errorf("%w: session transcript", ErrStructure)
	}
	return b, nil
}

// deviceAuthentication is what the device signs, §9.1.3.4.
//
//	#6.24(bstr .cbor [ "DeviceAuthentication", SessionTranscript, DocType, DeviceNameSpacesBytes ])
func (c *credential) deviceAuthentication(transcript []byte) ([]byte, error) {
	b, err := cbor.Marshal([]any{"DeviceAuthentication", cbor.RawMessage(transcript), c.docType, cbor.RawMessage(c.spaces)})
	if err != nil {
		return nil, err
	}
	return wrap(b)
}

// judgeDevice takes the check that the device which the issuer named answered in this session, and what it may say.
func (c *credential) judgeDevice(req verify.Request, reader *ecdh.PrivateKey) []check.Check {
	name := CheckDeviceSignature
	if c.mac != nil {
		name = CheckDeviceMAC
	}
	checks := []check.Check{c.judgeSession(name, req, reader)}
	allowed := c.mso.DeviceKeyInfo.Authorizations
	for space, elements := range c.device {
		for element := range elements {
			if !slices.Contains(allowed.NameSpaces, space) && !slices.Contains(allowed.DataElements[space], element) {
				return append(checks, check.Fail(CheckDeviceElements, ReasonNotAuthorised, ""))
			}
		}
	}
	return checks
}

// judgeSession takes the device's check for the session that is known: its transcript, or those that what was asked over
// OpenID4VP can have had.
func (c *credential) judgeSession(name string, req verify.Request, reader *ecdh.PrivateKey) check.Check {
	if len(req.Transcript) > 0 || req.Handover == nil {
		return c.judgeDeviceAuth(name, req.Transcript, reader)
	}
	all, err := req.Handover.Transcripts()
	if err != nil {
		return check.Unsure(name, check.NotChecked, err.Error())
	}
	var first check.Check
	for i, t := range all {
		judged := c.judgeDeviceAuth(name, t, reader)
		if judged.Verdict == check.Passed {
			return judged
		}
		if i == 0 {
			first = judged
		}
	}
	return first
}

func (c *credential) judgeDeviceAuth(name string, transcript []byte, reader *ecdh.PrivateKey) check.Check {
	key, err := trust.COSEPublicKey(c.mso.DeviceKeyInfo.DeviceKey)
	if err != nil {
		return check.Unsure(name, check.NotSupported, "device key")
	}
	if len(transcript) == 0 {
		return check.Unsure(name, check.NotChecked, "no session transcript")
	}
	session, err := transcriptOf(transcript)
	if err != nil {
		return check.Unsure(name, check.Unreadable, "session transcript")
	}
	payload, err := c.deviceAuthentication(session)
	if err != nil {
		return check.Unsure(name, check.Unreadable, "session transcript")
	}
	m := c.sig
	if m == nil {
		m = c.mac
	}
	if m.Payload != nil { // §9.1.3.6: detached
		return check.Fail(name, check.Structure, "payload is not detached")
	}
	alg, err := m.Algorithm()
	if err != nil {
		return check.Fail(name, check.Structure, "no algorithm in the protected header")
	}
	detail := "device key " + thumb(c.mso.DeviceKeyInfo.DeviceKey)
	if c.mac != nil {
		return c.judgeMAC(key, session, payload, reader, detail)
	}
	if j := alg.Judge(); j.Verdict != check.Passed {
		j.Name = name
		return j
	}
	switch {
	case !alg.Fits(key):
		return check.Fail(name, trust.ReasonWrongKey, detail)
	case !alg.Verify(key, m.Signed("Signature1", payload), m.Signature):
		return check.Fail(name, check.WrongSignature, detail)
	}
	return check.Pass(name, detail)
}

func thumb(key []byte) string { return fmt.Sprintf("%x", trust.KeyID(key)) }

// judgeMAC checks COSE_Mac0 with EMacKey, §9.1.3.5: HMAC 256/256 only.
func (c *credential) judgeMAC(key any, session, payload []byte, reader *ecdh.PrivateKey, detail string) check.Check {
	if n, _ := c.mac.Protected.Number(int64(1)); n != 5 {
		return check.Fail(CheckDeviceMAC, trust.ReasonWrongKey, detail)
	}
	if reader == nil {
		return check.Unsure(CheckDeviceMAC, check.NotChecked, "no reader key of the session")
	}
	pub, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return check.Unsure(CheckDeviceMAC, check.NotSupported, detail)
	}
	peer, err := pub.ECDH()
	if err != nil || peer.Curve() != reader.Curve() {
		return check.Fail(CheckDeviceMAC, trust.ReasonWrongKey, detail)
	}
	secret, err := reader.ECDH(peer)
	if err != nil {
		return check.Fail(CheckDeviceMAC, trust.ReasonWrongKey, detail)
	}
	macKey, err := derive(secret, session, "EMacKey")
	if err != nil {
		return check.Unsure(CheckDeviceMAC, check.NotChecked, "")
	}
	h := hmac.New(sha256.New, macKey)
	h.Write(c.mac.Signed("MAC0", payload))
	if !hmac.Equal(h.Sum(nil), c.mac.Signature) {
		return check.Fail(CheckDeviceMAC, check.WrongSignature, detail)
	}
	return check.Pass(CheckDeviceMAC, detail)
}

// derive is HKDF-SHA-256 with salt SHA-256(SessionTranscriptBytes), §9.1.1.5 and §9.1.3.5.
func derive(secret, session []byte, info string) ([]byte, error) {
	b, err := wrap(session)
	if err != nil {
		return nil, err
	}
	salt := sha256.Sum256(b)
	return hkdf.Key(sha256.New, secret, salt[:], info, 32)
}
