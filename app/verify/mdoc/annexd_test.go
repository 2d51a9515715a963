package mdoc_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/verify/mdoc"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

// annexD gives ISO/IEC 18013-5 Annex D, bytes made by the standard's editors.
func annexD(t testing.TB) func(string) []byte {
	t.Helper()
	file, err := os.ReadFile("../../../../shared/vectors/mdoc/iso18013-5-annex-d.json")
	if err != nil {
		t.Skip("no foreign vectors here: ../shared/vectors/mdoc is absent")
	}
	var m map[string]string
	if err := json.Unmarshal(file, &m); err != nil {
		t.Fatal(err)
	}
	return func(name string) []byte {
		b, err := hex.DecodeString(m["ISO_18013_5_ANNEX_D_"+name])
		if err != nil || len(b) == 0 {
			t.Fatal(name, err)
		}
		return b
	}
}

func key(t testing.TB, d func(string) []byte, who string) *ecdh.PrivateKey {
	t.Helper()
	k, err := ecdh.P256().NewPrivateKey(d(who + "_KEY_D"))
	if err != nil {
		t.Fatal(err)
	}
	if want := append(append([]byte{4}, d(who+"_KEY_X")...), d(who+"_KEY_Y")...); !bytes.Equal(k.PublicKey().Bytes(), want) {
		t.Fatal("the key is not the vector's")
	}
	return k
}

func store(t testing.TB, files ...[]byte) *trust.Store {
	t.Helper()
	s := trust.New(map[string]time.Duration{trust.KindStatus: 7 * 24 * time.Hour})
	for _, f := range files {
		if err := s.Add(f, "test", time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// Annex D.5: the issuer's signature, every digest, deviceMac. The annex has no IACA: its signer is trusted by name.
func TestAnnexDResponse(t *testing.T) {
	d := annexD(t)
	req := verify.Request{At: time.Date(2020, 12, 1, 0, 0, 0, 0, time.UTC), Anchors: store(t, d("DS_CERT")), Transcript: d("SESSION_TRANSCRIPT_BYTES")}
	f := mdoc.Format{ReaderKey: key(t, d, "EPHEMERAL_READER")}
	r, err := f.Verify(context.Background(), d("DEVICE_RESPONSE"), req)
	if err != nil || r.Verdict != check.Passed {
		t.Fatalf("%v %+v", err, r.Checks)
	}
	for name, want := range map[string]string{"doc_type": "org.iso.18013.5.1.mDL", "family_name": "Doe", "document_number": "123456789", "issue_date": "2019-10-20", "expiry_date": "2024-10-20"} {
		if r.Claims[name] != want {
			t.Errorf("%s is %q", name, r.Claims[name])
		}
	}
	with := func(edit func(*verify.Request)) verify.Request {
		q := req
		edit(&q)
		return q
	}
	response := d("DEVICE_RESPONSE")
	other := bytes.Clone(d("SESSION_TRANSCRIPT_BYTES"))
	other[len(other)-1] ^= 1
	formattest.Run(t, f, []formattest.Good{{Name: "annex D", Bytes: response, Request: req, Secrets: []string{"123456789"}}}, []formattest.Bad{
		formattest.Refuse("after its life", response, with(func(q *verify.Request) { q.At = q.At.AddDate(1, 0, 0) }), "time", check.Failed, check.Expired),
		formattest.Refuse("before its life", response, with(func(q *verify.Request) { q.At = q.At.AddDate(0, -6, 0) }), "time", check.Failed, check.NotYetValid),
		formattest.Refuse("another session", response, with(func(q *verify.Request) { q.Transcript = other }), mdoc.CheckDeviceMAC, check.Failed, check.WrongSignature),
		formattest.Refuse("no session", response, with(func(q *verify.Request) { q.Transcript = nil }), mdoc.CheckDeviceMAC, check.Indeterminate, check.NotChecked),
	})
	noKey, err := mdoc.Format{}.Verify(context.Background(), response, req)
	if err != nil || noKey.Verdict != check.Indeterminate {
		t.Errorf("without the reader's key: %v %+v", err, noKey.Checks)
	}
}

// Annex D.5: the session decrypts to the request and the response of the annex, both ways.
func TestAnnexDSession(t *testing.T) {
	d := annexD(t)
	readerKey, deviceKey := key(t, d, "EPHEMERAL_READER"), key(t, d, "EPHEMERAL_DEVICE")
	transcript := d("SESSION_TRANSCRIPT_BYTES")
	device, err := mdoc.NewDeviceSession(deviceKey, readerKey.PublicKey(), transcript)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := mdoc.NewReaderSession(readerKey, deviceKey.PublicKey(), transcript)
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []struct {
		name     string
		message  []byte
		plain    []byte
		from, to *mdoc.Session
	}{
		{"request", d("SESSION_ESTABLISHMENT"), d("DEVICE_REQUEST"), reader, device},
		{"response", d("SESSION_DATA"), d("DEVICE_RESPONSE"), device, reader},
	} {
		data, _, err := mdoc.Data(way.message)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := way.to.Open(data); err != nil || !bytes.Equal(got, way.plain) {
			t.Errorf("%s does not decrypt to the annex's: %v", way.name, err)
		}
		if got := way.from.Seal(way.plain); !bytes.Equal(got, data) {
			t.Errorf("%s does not encrypt to the annex's", way.name)
		}
		if _, err := way.to.Open(data); err == nil {
			t.Errorf("control: %s was taken twice", way.name)
		}
		if _, err := way.to.Open(way.from.Seal(way.plain)); err == nil {
			t.Errorf("%s: the session went on after a broken message", way.name)
		}
	}
	if _, status, err := mdoc.Data(d("SESSION_TERMINATION")); err != nil || status != 20 {
		t.Errorf("termination: %d, %v", status, err)
	}
}

// Annex D: the engagement gives the device's key, and with the reader's key and the handover the transcript, byte for byte.
func TestAnnexDEngagement(t *testing.T) {
	d := annexD(t)
	raw := d("DEVICE_ENGAGEMENT")
	e, err := mdoc.ParseEngagement(raw)
	if err != nil || !bytes.Equal(e.Device.Bytes(), key(t, d, "EPHEMERAL_DEVICE").PublicKey().Bytes()) {
		t.Fatalf("%v", err)
	}
	reader, err := mdoc.ReaderKey(d("SESSION_ESTABLISHMENT"))
	if err != nil {
		t.Fatal(err)
	}
	var inner []byte
	if err := cbor.Unmarshal(d("SESSION_TRANSCRIPT_BYTES")[2:], &inner); err != nil {
		t.Fatal(err)
	}
	var parts []cbor.RawMessage
	if err := cbor.Unmarshal(inner, &parts); err != nil || len(parts) != 3 {
		t.Fatal(err)
	}
	var nfc []byte // the annex's session began by touch: its engagement names no retrieval methods
	if err := cbor.Unmarshal(parts[0][2:], &nfc); err != nil {
		t.Fatal(err)
	}
	touched, err := mdoc.ParseEngagement(nfc)
	if err != nil || !touched.Device.Equal(e.Device) || len(touched.Methods) != 0 || len(e.Methods) == 0 {
		t.Fatalf("%v", err)
	}
	if got, err := touched.Transcript(reader, parts[2]); err != nil || !bytes.Equal(got, inner) {
		t.Errorf("not the annex's transcript: %v", err)
	}
	if got, err := touched.Transcript(reader, nil); err != nil || bytes.Equal(got, inner) {
		t.Errorf("control: without the handover it is the same: %v", err)
	}
	text := []byte("mdoc:" + base64.RawURLEncoding.EncodeToString(raw))
	if again, err := mdoc.ParseEngagement(text); err != nil || !bytes.Equal(again.Raw, raw) {
		t.Errorf("from the code: %v", err)
	}
	f := mdoc.Format{}
	r, err := f.Verify(context.Background(), text, verify.Request{})
	if err != nil || !f.Sniff(text) || r.Verdict != check.Indeterminate || r.Checks[1].Reason != mdoc.ReasonEngagement {
		t.Errorf("%v %+v", err, r)
	}
	for i := range raw { // no byte of it makes it panic, and a key off the curve is refused
		bad := bytes.Clone(raw)
		bad[i] ^= 0x55
		if e, err := mdoc.ParseEngagement(bad); err == nil && e.Device == nil {
			t.Fatalf("byte %d: no key", i)
		}
	}
	off := bytes.Clone(raw)
	off[bytes.Index(off, d("EPHEMERAL_DEVICE_KEY_X"))] ^= 1
	if _, err := mdoc.ParseEngagement(off); err == nil {
		t.Error("a key that is not on the curve was taken")
	}
}
