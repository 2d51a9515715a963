package verify

import (
	"crypto/sha256"
	"errors"

	"github.com/fxamacker/cbor/v2"
)

// Handover is what an office asked a wallet over OpenID4VP, from which the session transcript follows that the device signs.
// Which parts are there tells which transcripts it may be:
//
//	Origin        [null, null, ["OpenID4VPDCAPIHandover", SHA-256([origin, nonce, thumbprint / null])]]       OpenID4VP 1.0 B.2.6.2
//	WalletNonce   [null, null, [SHA-256([client id, wallet nonce]), SHA-256([response URI, wallet nonce]), nonce]]
//	              ISO/IEC TS 18013-7:2024 Annex B (OpenID4VP draft 18), and [null, null, [wallet nonce, client id, response
//	              URI, nonce]], which its draft of 2023 had and wallets still send
//	neither       [null, null, ["OpenID4VPHandover", SHA-256([client id, nonce, thumbprint / null, response URI])]]    1.0 B.2.6.1
type Handover struct {
	ClientID, ResponseURI string
	Nonce                 string // ours
	WalletNonce           string // mdoc_generated_nonce, which the wallet sends as apu of its answer
	Origin                string // of the page, where a browser handed the question on
	Thumbprint            []byte // SHA-256 of our key that the answer was encrypted to (RFC 7638); nil: it was not
}

// ErrHandover says that what was asked does not make a transcript.
var ErrHandover = errors.New("verify: a handover wants a nonce, and client id and response URI, or an origin")

// Transcripts gives the CBOR SessionTranscripts that an answer may be to, the likelier first.
func (h Handover) Transcripts() ([][]byte, error) {
	page := h.Origin != "" && h.ClientID == "" && h.ResponseURI == "" && h.WalletNonce == ""
	address := h.Origin == "" && h.ClientID != "" && h.ResponseURI != ""
	if h.Nonce == "" || !page && !address {
		return nil, ErrHandover
	}
	var thumb any
	if h.Thumbprint != nil {
		thumb = h.Thumbprint
	}
	var handovers [][]any
	switch {
	case h.Origin != "":
		handovers = [][]any{{"OpenID4VPDCAPIHandover", digestOf(h.Origin, h.Nonce, thumb)}}
	case h.WalletNonce != "":
		handovers = [][]any{{digestOf(h.ClientID, h.WalletNonce), digestOf(h.ResponseURI, h.WalletNonce), h.Nonce},
			{h.WalletNonce, h.ClientID, h.ResponseURI, h.Nonce}}
	default:
		handovers = [][]any{{"OpenID4VPHandover", digestOf(h.ClientID, h.Nonce, thumb, h.ResponseURI)}}
	}
	var all [][]byte
	for _, handover := range handovers {
		b, err := cbor.Marshal([]any{nil, nil, handover})
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// digestOf is SHA-256 of a CBOR array; texts, bytes and null can always be written.
func digestOf(parts ...any) []byte {
	b, err := cbor.Marshal(parts)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(b)
	return sum[:]
}
