package mdoc

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"fmt"
	"strings"

	"bangban/app/trust"

	"github.com/fxamacker/cbor/v2"
)

// engagementPrefix begins the code that a telephone shows to start a session, §8.2.2.3. It is no credential.
const engagementPrefix = "mdoc:"

// maxEngagement bounds an engagement: it comes in a QR code or an NFC message.
const maxEngagement = 4 << 10

// Engagement is DeviceEngagement, §8.2.1.1: the device's ephemeral key, and how it can be reached.
//
//	{ 0: "1.0", 1: [ cipher suite, #6.24(bstr .cbor COSE_Key) ], ? 2: [+ [ type, version, options ]], … }
type Engagement struct {
	Raw     []byte          // as it came: the transcript is over these bytes
	Device  *ecdh.PublicKey // EDeviceKey
	Methods []uint64        // of retrieval: 1 NFC, 2 Bluetooth Low Energy, 3 Wi-Fi Aware
}

// ParseEngagement reads the text of the code, or its CBOR.
func ParseEngagement(b []byte) (*Engagement, error) {
	if rest, ok := strings.CutPrefix(string(b[:min(len(b), 2*maxEngagement)]), engagementPrefix); ok {
		raw, err := trust.DecodeBase64URL(strings.TrimRight(strings.TrimSpace(rest), "="))
		if err != nil {
			return nil, err
		}
		b = raw
	}
	if len(b) > maxEngagement {
		return nil, fmt.Errorf("%w: engagement", ErrStructure)
	}
	var m map[int64]cbor.RawMessage
	if err := trust.DecodeCBOR(b, &m); err != nil {
		return nil, err
	}
	var version string
	if err := trust.DecodeCBOR(m[0], &version); err != nil || !strings.HasPrefix(version, "1.") {
		return nil, fmt.Errorf("%w: version of the engagement", ErrStructure)
	}
	var security []cbor.RawMessage
	var suite uint64
	if err := trust.DecodeCBOR(m[1], &security); err != nil || len(security) != 2 || trust.DecodeCBOR(security[0], &suite) != nil || suite != 1 {
		return nil, fmt.Errorf("%w: cipher suite of the engagement", ErrStructure)
	}
	e := &Engagement{Raw: b}
	var err error
	if e.Device, err = sessionKey(security[1]); err != nil {
		return nil, err
	}
	return e, e.readMethods(m[2])
}

func (e *Engagement) readMethods(raw []byte) error {
	if len(raw) == 0 {
		return nil
	}
	var methods [][]cbor.RawMessage
	if err := trust.DecodeCBOR(raw, &methods); err != nil || len(methods) > 8 {
		return fmt.Errorf("%w: retrieval methods", ErrStructure)
	}
	for _, m := range methods {
		var kind uint64
		if len(m) < 2 || trust.DecodeCBOR(m[0], &kind) != nil {
			return fmt.Errorf("%w: retrieval method", ErrStructure)
		}
		e.Methods = append(e.Methods, kind)
	}
	return nil
}

// sessionKey reads #6.24(bstr .cbor COSE_Key) of an ephemeral key.
func sessionKey(raw []byte) (*ecdh.PublicKey, error) {
	inner, err := tagged(raw)
	if err != nil {
		return nil, err
	}
	pub, err := trust.COSEPublicKey(inner)
	if err != nil {
		return nil, err
	}
	k, ok := pub.(*ecdsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%w: ephemeral key", ErrStructure)
	}
	return k.ECDH()
}

// Transcript is the SessionTranscript of a proximity session, §9.1.5.1. reader is EReaderKeyBytes as SessionEstablishment
// carries them; handover is null (nil) after a QR code, and the two NFC messages after a touch.
//
//	[ #6.24(bstr DeviceEngagement), #6.24(bstr COSE_Key), handover ]
func (e *Engagement) Transcript(reader, handover []byte) ([]byte, error) {
	if _, err := sessionKey(reader); err != nil {
		return nil, err
	}
	engagement, err := wrap(e.Raw)
	if err != nil {
		return nil, err
	}
	if handover == nil {
		handover = []byte{0xf6}
	}
	return cbor.Marshal([]cbor.RawMessage{engagement, reader, handover})
}

// ReaderKey takes EReaderKeyBytes out of a SessionEstablishment message, §9.1.1.4.
func ReaderKey(message []byte) ([]byte, error) {
	var m struct {
		Key cbor.RawMessage `cbor:"eReaderKey"`
	}
	if err := trust.DecodeCBOR(message, &m); err != nil {
		return nil, err
	}
	if _, err := sessionKey(m.Key); err != nil {
		return nil, err
	}
	return m.Key, nil
}
