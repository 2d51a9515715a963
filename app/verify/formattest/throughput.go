package formattest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"testing"
	"time"

	"bangban/app/verify"
	"bangban/cardreader/check"
)

// MostBare is the target for compact formats: a verdict costs at most so many times the bare checks of its signatures.
const MostBare = 1.5

// Throughput measures a verdict beside the bare signature checks that it cannot do without, in turns within one run, by the
// processor's time, so that what else the machine does counts for neither. It reports both, in ns, and "x-bare".
func Throughput(b *testing.B, f verify.Format, in []byte, req verify.Request, bare func() bool) {
	const turns = 16
	ctx := context.Background()
	var whole, alone time.Duration
	n := 0
	for b.Loop() {
		n++
		start := ProcessorTime()
		for range turns {
			if r, err := f.Verify(ctx, in, req); err != nil || r.Verdict != check.Passed {
				b.Fatal(r, err)
			}
		}
		half := ProcessorTime()
		for range turns {
			if !bare() {
				b.Fatal("the bare check does not pass")
			}
		}
		whole, alone = whole+half-start, alone+ProcessorTime()-half
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(whole.Nanoseconds())/float64(n*turns), "verdict-ns")
	b.ReportMetric(float64(alone.Nanoseconds())/float64(n*turns), "bare-ns")
	b.ReportMetric(float64(whole)/float64(alone), "x-bare")
}

// ES256 gives n checks of an ECDSA signature on P-256.
func ES256(b *testing.B, n int) func() bool {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256([]byte("SPECIMEN"))
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	return times(n, func() bool { return ecdsa.VerifyASN1(&key.PublicKey, sum[:], sig) })
}

// EdDSA gives n checks of an Ed25519 signature.
func EdDSA(b *testing.B, n int) func() bool {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	msg := []byte("SPECIMEN")
	sig := ed25519.Sign(key, msg)
	return times(n, func() bool { return ed25519.Verify(pub, msg, sig) })
}

// RS256 gives n checks of an RSA-2048 signature, PKCS #1 v1.5.
func RS256(b *testing.B, n int) func() bool {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256([]byte("SPECIMEN"))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		b.Fatal(err)
	}
	return times(n, func() bool { return rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], sig) == nil })
}

func times(n int, one func() bool) func() bool {
	return func() bool {
		ok := true
		for range n {
			ok = one() && ok
		}
		return ok
	}
}
