package mdoc_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"bangban/app/verify"
	"bangban/app/verify/mdoc"
	"bangban/cardreader/check"
)

// TestHandovers judges answers that libraries of others made over OpenID4VP, of 1.0, of the draft that ISO/IEC TS 18013-7
// took over, and of that one's own draft. The transcripts are theirs byte for byte.
func TestHandovers(t *testing.T) {
	b, err := os.ReadFile("testdata/handover.json")
	if err != nil {
		t.Fatal(err)
	}
	var f fixture
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, f["at"])
	if err != nil {
		t.Fatal(err)
	}
	thumb := sha256.Sum256([]byte("SPECIMEN"))
	asked := verify.Handover{ClientID: f["client_id"], ResponseURI: f["response_uri"], Nonce: f["nonce"]}
	wallet, page, sealed := asked, verify.Handover{Origin: f["origin"], Nonce: f["nonce"]}, asked
	wallet.WalletNonce, sealed.Thumbprint = f["mdoc_nonce"], thumb[:]
	for name, h := range map[string]verify.Handover{"owf_final": asked, "owf_final_thumb": sealed, "owf_draft18": wallet, "owf_dcapi": page, "auth0_2023": wallet} {
		all, err := h.Transcripts()
		if err != nil {
			t.Fatal(name, err)
		}
		if want, _ := base64.StdEncoding.DecodeString(f[name+"_transcript"]); len(want) > 0 && !bytes.Equal(all[0], want) {
			t.Errorf("%s: transcript %x, theirs %x", name, all[0], want)
		}
		judge := func(h verify.Handover) (check.Verdict, check.Check) {
			r, err := mdoc.Format{}.Verify(context.Background(), f.bytes(t, name), verify.Request{At: at, Anchors: store(t, []byte(f["iaca"])), Handover: &h})
			if err != nil {
				t.Fatal(name, err)
			}
			for _, c := range r.Checks {
				if c.Name == mdoc.CheckDeviceSignature {
					return r.Verdict, c
				}
			}
			t.Fatalf("%s: no check of the device: %+v", name, r.Checks)
			return 0, check.Check{}
		}
		if v, c := judge(h); v != check.Passed {
			t.Errorf("%s: %v %+v", name, v, c)
		}
		for what, change := range map[string]func(*verify.Handover){
			"nonce": func(h *verify.Handover) { h.Nonce += "x" }, "client": func(h *verify.Handover) { h.ClientID += "x" },
			"address": func(h *verify.Handover) { h.ResponseURI += "x" }, "origin": func(h *verify.Handover) { h.Origin += "x" },
			"wallet's nonce": func(h *verify.Handover) { h.WalletNonce += "x" }, "key": func(h *verify.Handover) { h.Thumbprint = make([]byte, 32) },
		} {
			other := h
			if change(&other); what == "key" && h.WalletNonce != "" {
				continue // it is no part of the older ones
			}
			v, c := judge(other)
			if _, err := other.Transcripts(); err != nil {
				if v != check.Indeterminate || c.Reason != check.NotChecked {
					t.Errorf("%s, another %s makes no transcript: %v %+v", name, what, v, c)
				}
			} else if v != check.Failed || c.Reason != check.WrongSignature {
				t.Errorf("%s, another %s: %v %+v", name, what, v, c)
			}
		}
	}
	for _, h := range []verify.Handover{{}, {Nonce: "n"}, {Nonce: "n", ClientID: "c"}, {Nonce: "n", Origin: "o", ClientID: "c", ResponseURI: "r"}, {Origin: "o"}, {Nonce: "n", Origin: "o", WalletNonce: "w"}} {
		if _, err := h.Transcripts(); !errors.Is(err, verify.ErrHandover) {
			t.Errorf("%+v: %v", h, err)
		}
	}
}
