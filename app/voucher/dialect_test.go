package voucher_test

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"
	qr "github.com/skip2/go-qrcode"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

func face(t testing.TB) []byte {
	t.Helper()
	b, err := voucher.EncodeFace(vouchertest.Portrait(), voucher.FaceLimit)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestFaceTravels: a voucher with every claim and a portrait fits version 27 and gives the portrait back.
func TestFaceTravels(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	v := a.Voucher()
	v.Holder.Face = face(t)
	text := voucher.Encode(vouchertest.Sign(t, v, a.Signer(t)))
	q, err := qr.New(text, qr.Medium)
	if err != nil || q.VersionNumber > 27 {
		t.Fatalf("version %d, %v", q.VersionNumber, err)
	}
	t.Logf("%d characters, version %d", len(text), q.VersionNumber)
	got, err := voucher.OpenText(text, a.Keys(t))
	if err != nil || !bytes.Equal(got.Holder.Face, v.Holder.Face) || got.Holder.FullName != v.Holder.FullName {
		t.Fatal(err)
	}
	got.Wipe()
	v.Holder.Face = []byte("RIFF....WEBPVP8L and more than thirty bytes of it")
	if _, err := voucher.Sign(nil, v, a.Signer(t)); !errors.Is(err, voucher.ErrIncomplete) {
		t.Errorf("a portrait that is none was signed: %v", err)
	}
}

func TestMapDialect(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	v, s := a.Voucher(), a.Signer(t)
	s.AsMap = true
	msg := vouchertest.Sign(t, v, s)
	var body []cbor.RawMessage
	var payload []byte
	var claims map[int]cbor.RawMessage
	if cbor.Unmarshal(msg[3:], &body) != nil || cbor.Unmarshal(body[2], &payload) != nil || cbor.Unmarshal(payload, &claims) != nil {
		t.Fatal("not a CWT")
	}
	if claims[169][0]>>5 != 5 {
		t.Errorf("claim 169 begins with %x, want a map", claims[169][0])
	}
	got, err := voucher.Open(msg, a.Keys(t))
	if err != nil || got.Holder.FullName != v.Holder.FullName || got.Holder.BirthDate != v.Holder.BirthDate {
		t.Fatal(err)
	}
	s.AsMap = false
	if other := vouchertest.Sign(t, v, s); bytes.Equal(other, msg) {
		t.Error("both dialects are the same bytes")
	}
}

func TestChain(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	v, s := a.Voucher(), a.Signer(t)
	leaf := vouchertest.Certificate(t, a.Name, "SPECIMEN voucher key", 9, s.Key.(*ecdsa.PrivateKey), a.Issuing, a.IssuingKey)
	for name, chain := range map[string][][]byte{"leaf": {leaf.Raw}, "whole": {leaf.Raw, a.Issuing.Raw, a.Root.Raw}} {
		s.Chain = chain
		msg := vouchertest.Sign(t, v, s)
		if !bytes.Contains(msg, leaf.Raw) {
			t.Errorf("%s: not inside", name)
		}
		if _, err := voucher.Open(msg, a.Keys(t)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(msg, vouchertest.Sign(t, v, s)) {
			t.Errorf("%s: not deterministic", name)
		}
	}
	other := vouchertest.Certificate(t, a.Name, "SPECIMEN other key", 10, vouchertest.Key(t), a.Issuing, a.IssuingKey)
	for name, chain := range map[string][][]byte{
		"other key": {other.Raw}, "not a certificate": {{1, 2, 3}}, "wrong order": {leaf.Raw, a.Root.Raw}, "too long": {leaf.Raw, a.Issuing.Raw, a.Root.Raw, a.Root.Raw},
	} {
		s.Chain = chain
		if _, err := voucher.Sign(nil, v, s); !errors.Is(err, voucher.ErrWrongKey) {
			t.Errorf("%s was signed: %v", name, err)
		}
		msg, err := voucher.SignUnchecked(nil, v, s)
		if err != nil {
			t.Fatal(err)
		}
		var refused *voucher.OpenError
		if _, err := voucher.Open(msg, a.Keys(t)); !errors.As(err, &refused) || refused.Checks[0].Verdict != check.Failed || refused.Checks[0].Reason != check.Structure {
			t.Errorf("%s was opened: %v", name, err)
		}
	}
}

func FuzzDecodeFace(f *testing.F) {
	b := face(f)
	f.Add(b)
	f.Add(b[:100])
	f.Add([]byte("RIFF\x10\x00\x00\x00WEBPVP8 \x0a\x00\x00\x00\x10\x02\x00\x9d\x01\x2a\x30\x00\x3c\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		img, err := voucher.DecodeFace(b)
		if (err == nil) != (img != nil) || err != nil && !errors.Is(err, voucher.ErrFace) {
			t.Fatal(err)
		}
	})
}
