package ofd_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/verify/ofd"
	"bangban/app/verify/ofd/ofdtest"
	"bangban/cardreader/check"
)

const holder = "李四 SPECIMEN"

func store(t testing.TB, files ...[]byte) *trust.Store {
	t.Helper()
	s := trust.New(nil)
	for _, f := range files {
		if err := s.Add(f, "test", time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func request(t testing.TB, k *ofdtest.Kit) verify.Request {
	return verify.Request{At: ofdtest.Now(), Anchors: store(t, k.CA.PEM())}
}

// made signs a driving licence once for each of the options.
func made(t testing.TB, k *ofdtest.Kit, options ...ofdtest.Options) *ofdtest.Doc {
	d := ofdtest.Base("机动车驾驶证", holder)
	for _, o := range options {
		k.Sign(t, d, o)
	}
	return d
}

func judge(t testing.TB, b []byte, req verify.Request) *verify.Result {
	t.Helper()
	r, err := ofd.Format{}.Verify(context.Background(), b, req)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// unpacked gives the files of a zip as they unpack; nil where they do not.
func unpacked(b []byte) map[string]string {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil
	}
	out := map[string]string{}
	for _, f := range r.File {
		e, err := f.Open()
		if err != nil {
			return nil
		}
		body, err := io.ReadAll(e)
		if err != nil {
			return nil
		}
		out[f.Name] = string(body)
	}
	return out
}

// same tells that two archives hold the same files: dates and other notes of the packer are nobody's word.
func same(good []byte) func([]byte) bool {
	want := unpacked(good)
	return func(b []byte) bool {
		got := unpacked(b)
		if len(got) != len(want) {
			return false
		}
		for n, body := range want {
			if got[n] != body {
				return false
			}
		}
		return true
	}
}

func TestFormat(t *testing.T) {
	k := ofdtest.New(t)
	b := made(t, k, ofdtest.Options{Version: 4, NoSealFile: true}).Zip()
	formattest.Run(t, ofd.Format{}, []formattest.Good{{Name: "version 4", Bytes: b, Request: request(t, k), Secrets: []string{holder}, Same: same(b)}}, formattest.Enough(t, mutations(t, k)))
}

// Every shape that must pass, with its own authority held; and the same with a stranger's is unknown, not altered.
func TestVersions(t *testing.T) {
	k := ofdtest.New(t)
	v4, v1 := ofdtest.Options{Version: 4}, ofdtest.Options{Version: 1}
	for name, d := range map[string]*ofdtest.Doc{
		"1":                    made(t, k, v1),
		"4":                    made(t, k, v4),
		"5":                    made(t, k, ofdtest.Options{Version: 5, SealTimeStamp: true}),
		"4, digests of certs":  made(t, k, ofdtest.Options{Version: 4, CertDigests: true}),
		"4, OID of SM3":        made(t, k, ofdtest.Options{Version: 4, CheckMethod: "1.2.156.10197.1.401"}),
		"GM/T 0010, digest":    made(t, k, ofdtest.Options{GM: "digest"}),
		"GM/T 0010, file":      made(t, k, ofdtest.Options{GM: "file"}),
		"GM/T 0010, detached":  made(t, k, ofdtest.Options{GM: "attributes"}, v4),
		"extensions untagged":  made(t, k, ofdtest.Options{Version: 4, BareExtensions: true}),
		"signature as r and s": made(t, k, ofdtest.Options{Version: 4, RawValue: true}),
		"two":                  made(t, k, v4, v1),
		"covers its list":      made(t, k, ofdtest.Options{Version: 4, CoverList: true}),
		"three":                made(t, k, v1, v4, ofdtest.Options{Version: 5}),
	} {
		b := d.Zip()
		r := judge(t, b, request(t, k))
		if r.Verdict != check.Passed || r.Claims["kind"] != "driving-licence" || r.Claims["holder"] != holder || r.Claims["signed_by"] != "SPECIMEN 公安局" ||
			r.Claims["seals"] != "SPECIMEN 专用章" && !strings.HasPrefix(name, "GM") || len(r.Trust) == 0 {
			t.Errorf("%s: %v %+v", name, r, r.Checks)
		}
		stranger := request(t, ofdtest.New(t))
		if r := judge(t, b, stranger); r.Verdict != check.Indeterminate || firstUnsure(r) != check.UnknownIssuer {
			t.Errorf("%s, nobody known: %v %+v", name, r, r.Checks)
		}
		changed := bytes.Clone(d.Get("Doc_0/Pages/Page_0/Content.xml"))
		changed[len(changed)-1] ^= 1
		d.Put("Doc_0/Pages/Page_0/Content.xml", string(changed))
		if r := judge(t, d.Zip(), stranger); r.Verdict != check.Failed {
			t.Errorf("%s, page changed: %v %+v", name, r, r.Checks)
		}
	}
}

func firstUnsure(r *verify.Result) check.Reason {
	c, _ := check.First(r.Checks, check.Indeterminate)
	return c.Reason
}

// Signed earlier, list extended since: a note, and no more.
func TestListExtended(t *testing.T) {
	k := ofdtest.New(t)
	r := judge(t, made(t, k, ofdtest.Options{Version: 4, CoverList: true}, ofdtest.Options{Version: 4, CoverList: true}).Zip(), request(t, k))
	if r.Verdict != check.Passed || firstUnsure(r) != ofd.ReasonListExtended {
		t.Errorf("%v %+v", r, r.Checks)
	}
}

// A plain signature needs its key from outside: as certificate or as public key.
func TestPlain(t *testing.T) {
	k := ofdtest.New(t)
	b := made(t, k, ofdtest.Options{}).Zip()
	if r := judge(t, b, request(t, k)); r.Verdict != check.Indeterminate || firstUnsure(r) != check.NotChecked {
		t.Errorf("the authority alone: %+v", r.Checks)
	}
	if r := judge(t, b, verify.Request{At: ofdtest.Now(), Anchors: store(t, k.Signer.PEM())}); r.Verdict != check.Passed || r.Claims["kind"] != "driving-licence" {
		t.Errorf("with the certificate: %+v", r.Checks)
	}
	if r := judge(t, b, verify.Request{At: ofdtest.Now(), Anchors: store(t, publicPEM(t, k.Signer))}); r.Verdict != check.Passed {
		t.Errorf("with the key: %+v", r.Checks)
	}
	if r := judge(t, b, verify.Request{At: ofdtest.Now(), Anchors: store(t, k.Maker.PEM())}); r.Verdict != check.Indeterminate {
		t.Errorf("with another key: %+v", r.Checks)
	}
}

// A certificate that a strict parser refuses still proves that nothing was altered; who issued it cannot be told.
func TestStrictParserRefuses(t *testing.T) {
	k := ofdtest.New(t)
	k.Signer.DER = unstrict(t, k.Signer.DER)
	r := judge(t, made(t, k, ofdtest.Options{Version: 4}).Zip(), request(t, k))
	c := named(r, "signature")
	if r.Verdict != check.Indeterminate || firstUnsure(r) != trust.ReasonNotEvaluated || c.Verdict != check.Passed || len(r.Claims) > 0 {
		t.Errorf("%v %+v", r, r.Checks)
	}
}

func named(r *verify.Result, name string) check.Check {
	for _, c := range r.Checks {
		if c.Name == name {
			return c
		}
	}
	return check.Check{}
}

func TestKinds(t *testing.T) {
	k := ofdtest.New(t)
	for title, kind := range map[string]string{"出生医学证明": "birth-certificate", "居民户口簿": "household-register", "中华人民共和国居民身份证": "id-card", "社会保障卡": "social-security-card",
		"博士学位证书": "degree", "专业技术人员职业资格证书": "professional-qualification", "中华人民共和国机动车驾驶证": "driving-licence", "结婚证": "marriage", "离婚证": "divorce",
		"不动产权证书": "real-estate-title", "营业执照": "other"} {
		d := ofdtest.Base(title, holder)
		k.Sign(t, d, ofdtest.Options{Version: 4})
		if r := judge(t, d.Zip(), request(t, k)); r.Claims["kind"] != kind || r.Claims["title"] != title {
			t.Errorf("%s: %q, %+v", title, r.Claims["kind"], r.Checks)
		}
	}
}

// The two synthetic files of ofdrw: nothing altered, and nobody here vouches for their authority.
func TestForeign(t *testing.T) {
	for file, life := range map[string]check.Reason{"SESV4SignDoc.ofd": check.Expired, "allprotected.ofd": check.OK} {
		b, err := os.ReadFile("../../../../shared/vectors/ofd/" + file)
		if err != nil {
			t.Skip("no foreign vectors here: ../shared/vectors/ofd is absent")
		}
		r := judge(t, b, verify.Request{At: ofdtest.Now()})
		if r.Verdict != check.Indeterminate || firstUnsure(r) != check.UnknownIssuer {
			t.Errorf("%s: %v %+v", file, r, r.Checks)
		}
		for _, name := range []string{"references", "data-hash", "signature", "seal-signature", "seal-signer", "seal-file", "coverage"} {
			if c := named(r, name); c.Verdict != check.Passed {
				t.Errorf("%s: %+v", file, c)
			}
		}
		if c := named(r, "seal-life"); c.Reason != life {
			t.Errorf("%s: %+v", file, c)
		}
		files := unpacked(b)
		for name, by := range map[string]string{"Doc_0/Pages/Page_0/Content.xml": "references", "OFD.xml": "references"} {
			d := &ofdtest.Doc{}
			for n, body := range files {
				if n[len(n)-1] != '/' {
					d.Put(n, body)
				}
			}
			d.Edit(name, func(b []byte) []byte { return append(b, '\n') })
			if r := judge(t, d.Zip(), verify.Request{At: ofdtest.Now()}); r.Verdict != check.Failed || named(r, by).Reason != check.WrongDigest {
				t.Errorf("%s, %s altered: %+v", file, name, r.Checks)
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	k := ofdtest.New(f)
	for _, v := range []int{0, 1, 4, 5} {
		f.Add(made(f, k, ofdtest.Options{Version: v}).Zip())
	}
	anchors := store(f, k.CA.PEM())
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ofd.Format{}.Verify(context.Background(), b, verify.Request{At: ofdtest.Now(), Anchors: anchors})
		if err != nil || r.Verdict != check.Overall(r.Checks) {
			t.Fatal(r, err)
		}
	})
}

// FuzzParts packs and signs whatever it is given, so that the fuzzer gets behind the archive.
func FuzzParts(f *testing.F) {
	k := ofdtest.New(f)
	d := made(f, k, ofdtest.Options{Version: 4})
	f.Add(string(d.Get("OFD.xml")), string(d.Get("Doc_0/Signs/Signatures.xml")), string(d.Get("Doc_0/Signs/Sign_0/Signature.xml")), d.Get("Doc_0/Signs/Sign_0/SignedValue.dat"))
	v1 := made(f, k, ofdtest.Options{Version: 1})
	f.Add(string(d.Get("OFD.xml")), string(d.Get("Doc_0/Signs/Signatures.xml")), string(v1.Get("Doc_0/Signs/Sign_0/Signature.xml")), v1.Get("Doc_0/Signs/Sign_0/SignedValue.dat"))
	gm := made(f, k, ofdtest.Options{GM: "attributes"})
	f.Add(string(d.Get("OFD.xml")), string(d.Get("Doc_0/Signs/Signatures.xml")), string(gm.Get("Doc_0/Signs/Sign_0/Signature.xml")), gm.Get("Doc_0/Signs/Sign_0/SignedValue.dat"))
	f.Fuzz(func(t *testing.T, root, list, signature string, value []byte) {
		d := &ofdtest.Doc{}
		d.Put("OFD.xml", root)
		d.Put("Doc_0/Signs/Signatures.xml", list)
		d.Put("Doc_0/Signs/Sign_0/Signature.xml", signature)
		d.Put("Doc_0/Signs/Sign_0/SignedValue.dat", string(value))
		if r := judge(t, d.Zip(), verify.Request{At: ofdtest.Now()}); r.Verdict == check.Passed || len(r.Claims) > 0 {
			t.Fatal("passed without anchors")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	k := ofdtest.New(b)
	in, req := made(b, k, ofdtest.Options{Version: 4}).Zip(), request(b, k)
	b.ReportAllocs()
	for b.Loop() {
		if r := judge(b, in, req); r.Verdict != check.Passed {
			b.Fatal(r.Checks)
		}
	}
}

// BenchmarkBare is four SM2 verifications (signature, seal, two certificates) and nothing else.
func BenchmarkBare(b *testing.B) {
	k := ofdtest.New(b)
	c, err := trust.ParseSM2Certificate(k.Signer.DER)
	if err != nil {
		b.Fatal(err)
	}
	value := k.Signer.Cert.Signature
	for b.Loop() {
		for range 4 {
			if trust.VerifySM2(c.Public, k.Signer.DER, value) {
				b.Fatal("verifies")
			}
		}
	}
}
