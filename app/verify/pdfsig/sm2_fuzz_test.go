package pdfsig

import (
	"bytes"
	"crypto/rand"
	"math/big"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"bangban/app/verify"
	"bangban/print"
)

func FuzzSM2(f *testing.F) {
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	c := &smx509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(1e9, 0), NotAfter: time.Unix(2e9, 0)}
	der, err := smx509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		f.Fatal(err)
	}
	p7, err := print.SignSM2([]byte("SPECIMEN"), print.SM2Signer{Key: key, Chain: [][]byte{der}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p7)
	f.Add(p7[:len(p7)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		m, ok := readSM2(b)
		if ok && (len(m.certs) > maxSM2Certificates || len(m.attributes) < 2 || !bytes.Contains(b, m.value)) {
			t.Fatal("taken apart wrongly")
		}
		for _, c := range judgeOneSM2(b, []byte("SPECIMEN"), nil, verify.Request{}) {
			if c.Name == "" {
				t.Fatal("a check without a name")
			}
		}
	})
}
