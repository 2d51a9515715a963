package keys_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/keys"
	"bangban/app/keys/keystest"
)

// filePlace shows a folder of wrapped key files as a place, so that they are held against the same contract.
type filePlace struct{ dir string }

func (filePlace) Kind() string { return keys.Software }
func (filePlace) Close() error { return nil }

func (p filePlace) path(ref []byte) string { return filepath.Join(p.dir, hex.EncodeToString(ref)) }

func (p filePlace) Generate(rnd io.Reader, _ string, pin []byte) ([]byte, *ecdsa.PublicKey, error) {
	ref := make([]byte, 8)
	if _, err := io.ReadFull(rnd, ref); err != nil {
		return nil, nil, err
	}
	k, err := keys.CreateFile(p.path(ref), rnd, keys.P256, keys.Options{Passphrase: pin, Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}})
	if err != nil {
		return nil, nil, err
	}
	defer k.Close()
	return ref, k.Public().(*ecdsa.PublicKey), nil
}

func (p filePlace) Open(ref []byte, pub *ecdsa.PublicKey, pin []byte) (keys.Key, error) {
	k, err := keys.Open(p.path(ref), pin)
	switch {
	case errors.Is(err, keys.ErrWrongPassphrase):
		return nil, coded{err, keys.CodePlacePIN}
	case errors.Is(err, os.ErrNotExist):
		return nil, coded{err, keys.CodePlaceKey}
	case err != nil:
		return nil, err
	case !pub.Equal(k.Public()):
		return nil, coded{keys.ErrDamaged, keys.CodePlaceKey}
	}
	return k, nil
}

type coded struct {
	error
	code string
}

func (c coded) Code() string            { return c.code }
func (c coded) Args() map[string]string { return nil }

func TestFileContract(t *testing.T) {
	keystest.Run(t, keystest.Subject{Kind: keys.Software, PIN: "246810", Wrong: "111111", Deterministic: true,
		Fresh: func(t *testing.T) keystest.Bench {
			p := filePlace{t.TempDir()}
			return keystest.Bench{Place: p, Again: func(*testing.T) keys.Place { return p }}
		}})
}

// swtpm starts a TPM 2.0 emulator on a socket of its own and gives its address, and what stops and starts it.
func swtpm(t *testing.T) (address string, stop, start func()) {
	t.Helper()
	program, err := exec.LookPath("swtpm")
	if err != nil {
		t.Skip("swtpm (Debian package swtpm) is not installed: the TPM contract is not tested")
	}
	dir, err := os.MkdirTemp("", "tpm") // short: a Unix socket's path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	var cmd *exec.Cmd
	stop = func() {
		if cmd != nil {
			cmd.Process.Kill()
			cmd.Wait()
			cmd = nil
		}
		os.Remove(socket)
	}
	start = func() {
		cmd = exec.Command(program, "socket", "--tpm2", "--tpmstate", "dir="+dir, "--server", "type=unixio,path="+socket,
			"--flags", "not-need-init,startup-clear", "--log", "file="+filepath.Join(dir, "log"))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			if c, err := net.Dial("unix", socket); err == nil {
				c.Close()
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("swtpm does not listen")
			}
		}
	}
	start()
	t.Cleanup(func() { stop(); os.RemoveAll(dir) })
	return "tpm:" + socket, stop, start
}

func at(t *testing.T, address string) keys.Place {
	t.Helper()
	p, err := keys.At(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestTPMContract(t *testing.T) {
	keystest.Run(t, keystest.Subject{Kind: keys.KindTPM, PIN: "246810", Wrong: "111111", Tells: true, Locks: 3,
		Fresh: func(t *testing.T) keystest.Bench {
			address, stop, start := swtpm(t)
			p := at(t, address)
			return keystest.Bench{Place: p, Again: func(t *testing.T) keys.Place { return again(t, p, address) }, Remove: stop, Return: start}
		}})
}

// again gives the same emulator: it takes one connection at a time, so it is the same place.
func again(_ *testing.T, p keys.Place, _ string) keys.Place { return p }

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "file", "usb", "pkcs11:", "pkcs11:token=a", "pkcs11:token=a?module-path=", "pkcs11:?module-path=/x.so",
		"pkcs11:token=a?module-path=/x.so&pin-value=1234", "pkcs11:token=a;token=b?module-path=/x.so", "pkcs11:token=a;slot-id=x?module-path=/x.so",
		"pkcs11:token=%zz?module-path=/x.so", "pkcs11:token=a?module-path=/x.so&pin-source=/p", "piv:9f"} {
		_, err := keys.At(bad)
		var e *keys.PlaceError
		if !errors.As(err, &e) || e.Code() != keys.CodePlaceAddress && e.Code() != keys.CodePlaceBuilt {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := keys.At("tpm"); err != nil {
		t.Error(err)
	}
}

func TestNoTPM(t *testing.T) {
	_, _, err := at(t, "tpm:"+filepath.Join(t.TempDir(), "none")).Generate(rand.Reader, "", nil)
	var e *keys.PlaceError
	if !errors.As(err, &e) || e.Code() != keys.CodePlaceNone || e.Args()["Kind"] != keys.KindTPM {
		t.Fatal(err)
	}
}

// TestTokenVault lets a clerk's PIN unlock a voucher key that lies in a TPM, and renews it there.
func TestTokenVault(t *testing.T) {
	address, _, _ := swtpm(t)
	cheap := keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}
	fresh, err := keys.FreshToken(rand.Reader, keys.Token{Address: address, Label: "SPECIMEN"})
	if err != nil {
		t.Fatal(err)
	}
	pub := fresh.Key().Public().(*ecdsa.PublicKey)
	code, public := enrolment(t)
	path := filepath.Join(t.TempDir(), "voucher.vault")
	if _, err := keys.CreateWaitingFor(path, rand.Reader, fresh, []keys.Waiting{{ClerkID: "01", Public: public}}); err != nil {
		t.Fatal(err)
	}
	fresh.Close()
	v, err := keys.OpenVault(path)
	if err != nil {
		t.Fatal(err)
	}
	if v.Kind() != keys.KindTPM || v.Address() != address || !v.Public().Equal(pub) {
		t.Fatalf("%s at %s", v.Kind(), v.Address())
	}
	u, err := v.Enrol(rand.Reader, code, keys.Slot{ClerkID: "01", PIN: []byte("246810"), Cost: cheap})
	if err != nil {
		t.Fatal(err)
	}
	u.Lock()
	if _, err := v.Unlock("01", []byte("111111")); !errors.Is(err, keys.ErrWrongPIN) {
		t.Fatalf("a wrong PIN: %v", err)
	}
	if u, err = v.Unlock("01", []byte("246810")); err != nil || u.Kind() != keys.KindTPM {
		t.Fatal(u, err)
	}
	sum := bytes.Repeat([]byte{7}, 32)
	sig, err := u.Sign(nil, sum, nil)
	if err != nil || !ecdsa.VerifyASN1(pub, sum, sig) {
		t.Fatal("signature", err)
	}
	next, err := v.NextToken(u, rand.Reader, "SPECIMEN 2")
	if err != nil {
		t.Fatal(err)
	}
	nextPub := next.Key().Public().(*ecdsa.PublicKey)
	if err := v.PrepareFor(u, rand.Reader, next); err != nil {
		t.Fatal(err)
	}
	next.Close()
	u.Lock()
	if _, err := u.Sign(nil, sum, nil); !errors.Is(err, keys.ErrLocked) {
		t.Fatalf("locked: %v", err)
	}
	if err := v.Promote(nextPub); err != nil {
		t.Fatal(err)
	}
	if u, err = v.Unlock("01", []byte("246810")); err != nil || !nextPub.Equal(u.Public()) {
		t.Fatal("the renewed key does not open", err)
	}
	u.Lock()
	elsewhere, err := os.ReadFile(path)
	if err != nil || bytes.Contains(elsewhere, []byte("246810")) {
		t.Fatal("the vault file holds a PIN", err)
	}
}

func TestTokenFile(t *testing.T) {
	address, stop, start := swtpm(t)
	path := filepath.Join(t.TempDir(), "identity.key")
	made, err := keys.CreateToken(path, rand.Reader, keys.Token{Address: address}, keys.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pub := made.Public().(*ecdsa.PublicKey)
	made.Close()
	k, err := keys.Open(path, nil)
	if err != nil || k.Kind() != keys.KindTPM || !pub.Equal(k.Public()) {
		t.Fatal(k, err)
	}
	stop()
	start() // a new TPM boot: the key is there without a PIN
	sum := bytes.Repeat([]byte{7}, 32)
	if sig, err := k.Sign(nil, sum, nil); err != nil || !ecdsa.VerifyASN1(pub, sum, sig) {
		t.Fatal(err)
	}
	k.Close()
	if _, err := keys.CreateToken(path, rand.Reader, keys.Token{Address: address}, keys.Options{}); !errors.Is(err, keys.ErrExists) {
		t.Fatal(err)
	}
	if _, err := keys.CreateToken(path+"2", rand.Reader, keys.Token{Address: address, PIN: []byte("1234")}, keys.Options{}); !errors.Is(err, keys.ErrPassphrase) {
		t.Fatal("a PIN lies in an open file:", err)
	}
}
