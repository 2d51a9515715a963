package bundle

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
)

func (o *office) release(number uint64) *Release {
	return &Release{Number: number, MadeAt: made, NotAfter: made.AddDate(0, 3, 0), Issuer: o.iss, Version: "0.2.0", Least: "0.1.0", Files: []ReleaseFile{
		{"bangban-0.2.0-setup.exe", 4, sha256.Sum256([]byte("setup"))}, {"bangban_0.2.0_amd64.deb", 3, sha256.Sum256([]byte("deb"))}}}
}

func signRelease(t testing.TB, o *office, r *Release) []byte {
	t.Helper()
	file, err := SignRelease(r, o.signing())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRelease(t *testing.T) {
	o := newOffice(t, iss)
	file := signRelease(t, o, o.release(7))
	r, err := OpenRelease(file, Anchor{Root: o.root.Raw})
	if err != nil {
		t.Fatal(err)
	}
	f, ok := r.File("bangban_0.2.0_amd64.deb")
	if r.Number != 7 || r.Version != "0.2.0" || r.Least != "0.1.0" || !ok || f.Sum != sha256.Sum256([]byte("deb")) || !strings.HasPrefix(f.SumText(), "ba") && len(f.SumText()) != 64 {
		t.Errorf("read back: %+v %v", r, f)
	}
	if _, ok := r.File("bangban_0.2.0_arm64.deb"); ok {
		t.Error("a file that is not named was found")
	}
	// What is true of every byte: changed, it is not opened as something else.
	for i := range file {
		bad := bytes.Clone(file)
		bad[i] ^= 1
		if _, err := OpenRelease(bad, Anchor{Root: o.root.Raw}); err == nil {
			t.Fatalf("opened with byte %d changed", i)
		}
	}
}

func TestReleaseRefused(t *testing.T) {
	o, other := newOffice(t, iss), newOffice(t, iss)
	change := func(f func(*Release)) func() []byte {
		return func() []byte {
			r := o.release(7)
			f(r)
			body, err := encMode.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			file, err := seal(MagicRelease, r.Issuer, r.Number, body, o.signing())
			if err != nil {
				t.Fatal(err)
			}
			return file
		}
	}
	for _, c := range []struct {
		name string
		file func() []byte
		want error
	}{
		{"as it is", change(func(*Release) {}), nil},
		{"of another root of the same name", func() []byte { return signRelease(t, other, other.release(7)) }, ErrForeign},
		{"of another institution", change(func(r *Release) { r.Issuer = "urn:bangban:training:other" }), ErrForeign},
		{"signed when the key was not in use", change(func(r *Release) { r.MadeAt, r.NotAfter = made.AddDate(3, 0, 0), made.AddDate(4, 0, 0) }), ErrUncertified},
		{"a bundle", func() []byte { return o.sign(t, o.bundle(t, 7)) }, ErrFormat},
		{"without a number", change(func(r *Release) { r.Number = 0 }), ErrContent},
		{"ended before it began", change(func(r *Release) { r.NotAfter = r.MadeAt }), ErrContent},
		{"a version in words", change(func(r *Release) { r.Version = "newest" }), ErrContent},
		{"a version that is not written out", change(func(r *Release) { r.Version = "0.2" }), ErrContent},
		{"the least newer than the newest", change(func(r *Release) { r.Least = "0.3.0" }), ErrContent},
		{"a file outside its folder", change(func(r *Release) { r.Files[0].Name = "../bangban" }), ErrContent},
		{"an option in place of a file", change(func(r *Release) { r.Files[0].Name = "-rf" }), ErrContent},
		{"a file twice", change(func(r *Release) { r.Files[1] = r.Files[0] }), ErrContent},
		{"too many files", change(func(r *Release) { r.Files = make([]ReleaseFile, maxReleaseFiles+1) }), ErrContent},
		{"too large", func() []byte { return make([]byte, MaxRelease+1) }, ErrTooLarge},
		{"nothing", func() []byte { return nil }, ErrFormat},
	} {
		if _, err := OpenRelease(c.file(), Anchor{Root: o.root.Raw}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := SignRelease(&Release{Number: 1, Issuer: o.iss, MadeAt: made, NotAfter: made}, o.signing()); !errors.Is(err, ErrContent) {
		t.Errorf("what no counter could open was signed: %v", err)
	}
	// A release is no bundle either.
	if _, err := Open(signRelease(t, o, o.release(7)), Anchor{Root: o.root.Raw}); !errors.Is(err, ErrFormat) {
		t.Errorf("a release as a bundle: %v", err)
	}
}

func TestCompareVersions(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"0.1.0", "0.1.0", 0}, {"0.9.0", "0.10.0", -1}, {"1.0.0", "1.0.0-rc.1", 1}} {
		if got := CompareVersions(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %d", c.a, c.b, got)
		}
	}
}

func FuzzOpenRelease(f *testing.F) {
	o := newOffice(f, iss)
	f.Add(signRelease(f, o, o.release(7)))
	f.Add([]byte{0x85})
	f.Fuzz(func(t *testing.T, file []byte) {
		if r, err := OpenRelease(file, Anchor{Root: o.root.Raw}); err == nil && (r.Number == 0 || !isVersion(r.Version)) {
			t.Fatal("opened what says nothing")
		}
	})
}
