package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// copies counts where secret stands in this process's writable memory. The needle itself is kept inverted.
func copies(t *testing.T, inverted []byte) int {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Skip(err)
	}
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Skip(err)
	}
	defer mem.Close()
	n := 0
	buf := make([]byte, 1<<20)
	needle := make([]byte, len(inverted))
	for line := range strings.Lines(string(maps)) {
		var lo, hi int64
		var perm string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &lo, &hi, &perm); err != nil || !strings.HasPrefix(perm, "rw") || strings.Contains(line, "[v") {
			continue
		}
		for at := lo; at < hi; at += int64(len(buf)) - 64 {
			m, err := mem.ReadAt(buf[:min(int64(len(buf)), hi-at)], at)
			if m == 0 || err != nil {
				break
			}
			for i := range inverted {
				needle[i] = ^inverted[i]
			}
			n += bytes.Count(buf[:m], needle)
			clear(needle)
			clear(buf)
		}
	}
	return n
}

// TestLockLeavesNothing looks for the voucher key, the SM2 key beside it and the KEK in the memory of this process after Lock. The control is
// that both are found before it.
func TestLockLeavesNothing(t *testing.T) {
	v, _ := newVault(t)
	u := unlock(t, v, "01", "246810")
	if err := v.AddSM2(u, rand.Reader); err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("SPECIMEN"))
	for range 50 {
		smSign(t, u.SM2(), "SPECIMEN")
		if _, err := u.Sign(nil, digest[:], crypto.SHA256); err != nil {
			t.Fatal(err)
		}
	}
	// Inverted at once and in place, so that the needles are not what is found.
	big, little, kek, sm := make([]byte, scalarSize), make([]byte, scalarSize), bytes.Clone(u.kek), bytes.Clone(u.sm.scalar)
	//lint:ignore SA1019 the very words in memory are looked for
	u.key.(*File).key.(*ecdsa.PrivateKey).D.FillBytes(big)
	for i := range big {
		big[i] = ^big[i]
		kek[i] = ^kek[i]
		sm[i] = ^sm[i]
		little[scalarSize-1-i] = big[i]
	}
	if copies(t, big)+copies(t, little) == 0 || copies(t, kek) == 0 || copies(t, sm) == 0 {
		t.Fatal("nothing is found while unlocked: the test cannot fail")
	}
	u.Lock()
	left := func() int { return copies(t, big) + copies(t, little) + copies(t, kek) + copies(t, sm) }
	// Free memory of another processor's cache may take another round.
	for range 5 {
		if left() == 0 {
			return
		}
		scrub()
	}
	t.Fatalf("%d copies are left", left())
}

// TestMakingLeavesNothing looks for the voucher key of a vault that has just been made. The vault is still there, and its
// public key; a pointer into the private one would keep it.
func TestMakingLeavesNothing(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	big, little := make([]byte, scalarSize), make([]byte, scalarSize)
	//lint:ignore SA1019 the very words in memory are looked for
	key.D.FillBytes(big)
	for i := range big {
		big[i] = ^big[i]
		little[scalarSize-1-i] = big[i]
	}
	v, err := CreateVault(filepath.Join(t.TempDir(), "vault"), rand.Reader, key, []Slot{{ClerkID: "01", PIN: []byte("246810"), Cost: Cost{Passes: 1, Memory: 8 << 10, Threads: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	f := FreshSoftware(key)
	public := f.Key().Public()
	digest := sha256.Sum256([]byte("SPECIMEN"))
	if _, err := f.Key().Sign(nil, digest[:], crypto.SHA256); err != nil {
		t.Fatal(err)
	}
	if copies(t, big)+copies(t, little) == 0 {
		t.Fatal("nothing is found while it is open: the test cannot fail")
	}
	f.Close()
	f, key = nil, nil
	left := 1
	for range 5 {
		if scrub(); left == 0 {
			break
		}
		left = copies(t, big) + copies(t, little)
	}
	if left > 0 {
		t.Errorf("%d copies are left", left)
	}
	if !v.Public().Equal(public) {
		t.Error("the vault has another public key")
	}
}
