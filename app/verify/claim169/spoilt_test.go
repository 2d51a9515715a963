package claim169_test

import (
	"bytes"
	"testing"

	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

// parts is a COSE_Sign1 cut into its four parts.
func parts(t testing.TB, msg []byte) (p []cbor.RawMessage) {
	t.Helper()
	if err := cbor.Unmarshal(bytes.TrimPrefix(bytes.TrimPrefix(msg, []byte{0xd8, 61}), []byte{0xd2}), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func joined(t testing.TB, p []cbor.RawMessage) []byte {
	t.Helper()
	b, err := cbor.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte{0xd8, 61, 0xd2}, b...)
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	b, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// spoiltBytes changes one part each of a voucher's bytes.
func spoiltBytes(t *testing.T, a *vouchertest.Authority, signer voucher.Signer, msg []byte, req verify.Request) (bad []formattest.Bad) {
	failed := check.Failed
	add := func(name string, b []byte, by string, v check.Verdict, r check.Reason) {
		if bytes.Equal(b, msg) {
			t.Errorf("%s: nothing was changed", name)
		}
		bad = append(bad, formattest.Refuse(name, b, req, by, v, r))
	}
	with := func(name string, n int, change func([]byte) []byte, by string, v check.Verdict, r check.Reason) {
		p := parts(t, msg)
		p[n] = change(bytes.Clone(p[n]))
		add(name, joined(t, p), by, v, r)
	}
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte {
			if at < 0 {
				at += len(b)
			}
			b[at] ^= 1
			return b
		}
	}
	put := func(b []byte) func([]byte) []byte { return func([]byte) []byte { return b } }
	replace := func(old, by string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(by), 1) }
	}
	head := func(m map[int]any) []byte { return encoded(t, encoded(t, m)) }
	delegated := func(d []byte) []byte { return encoded(t, map[int]any{-70002: d}) }
	another := a.Signer(t)
	broken := bytes.Clone(signer.Delegation)
	broken[len(broken)-1] ^= 1
	longer := bytes.Replace(signer.Delegation, []byte("T01"), []byte("T02"), 1)
	stranger := vouchertest.New(t, vouchertest.Issuer)
	with("bit of the signature", 3, flip(-1), "signature", failed, check.WrongSignature)
	with("signature of zeros", 3, put(encoded(t, make([]byte, 64))), "signature", failed, check.WrongSignature)
	with("signature empty", 3, put(encoded(t, []byte{})), "structure", failed, check.Structure)
	with("signature too long", 3, put(encoded(t, make([]byte, 65))), "structure", failed, check.Structure)
	with("name of the person", 2, replace("样本甲", "样本乙"), "signature", failed, check.WrongSignature)
	with("recipient", 2, replace("demo-bank", "demo-bonk"), "signature", failed, check.WrongSignature)
	with("purpose", 2, replace("housing-fund", "housing-fonds"[:12]), "signature", failed, check.WrongSignature)
	with("who may come instead", 2, replace("SPECIMEN 帮办", "SPECIMEN 帮人"), "signature", failed, check.WrongSignature)
	with("payload empty", 2, put(encoded(t, []byte{})), "structure", failed, check.Structure)
	with("payload nil", 2, put([]byte{0xf6}), "structure", failed, check.Structure)
	with("algorithm HMAC", 0, put(head(map[int]any{1: 5})), "structure", failed, check.Structure)
	with("algorithm ES384", 0, put(head(map[int]any{1: -35})), "structure", failed, check.Structure)
	with("algorithm none", 0, put(encoded(t, []byte{})), "structure", failed, check.Structure)
	with("delegation taken off", 1, put(encoded(t, map[int]any{})), "structure", failed, check.Structure)
	with("delegation of another key", 1, put(delegated(another.Delegation)), "structure", failed, check.Structure)
	with("bit of the delegation's signature", 1, put(delegated(broken)), "delegation", failed, check.WrongSignature)
	with("delegation of another counter", 1, put(delegated(longer)), "delegation", failed, check.WrongSignature)
	with("delegation by a stranger of the same name", 1, put(delegated(stranger.Signer(t).Delegation)), "structure", failed, check.Structure)
	add("a fifth part", joined(t, append(parts(t, msg), cbor.RawMessage{0xf6})), "structure", failed, check.Structure)
	add("bytes behind it", append(bytes.Clone(msg), 0), "structure", failed, check.Structure)
	return bad
}
