package station_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/institution"
	"bangban/app/station"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

// desktop is a station with somebody logged in, and one voucher as a visit drafts it.
func desktop(b testing.TB) (*station.Station, flow.Ports, *voucher.Voucher, flow.Job) {
	b.Helper()
	s := open(b, options(b))
	if _, err := s.Login(context.Background(), institution.TrainingClerk, station.PIN(institution.TrainingPIN)); err != nil {
		b.Fatal(err)
	}
	p := s.Ports()
	purpose, recipient, now := p.Rules.Purposes()[0], p.Rules.Recipients()[0], time.Now().Truncate(time.Second)
	doc := specimen()
	v := &voucher.Voucher{Issuer: p.Rules.Station().Issuer, Audience: recipient.ID, IssuedAt: now, NotBefore: now, Expires: now.Add(purpose.Life),
		Holder: voucher.Holder{FullName: doc.Subject.Name(), BirthDate: doc.Subject.BirthDate},
		Terms: voucher.Terms{PurposeCode: purpose.Code, PurposeText: purpose.Title.In("zh-Hans"), MaxUses: purpose.MaxUses,
			Operations: purpose.Operations, Serial: 1, Binding: voucher.BindDocument([voucher.SaltSize]byte{1}, doc.Kind, doc.Subject.Number)},
		Status: &voucher.StatusRef{Index: 1, URI: "urn:bangban:training:list"}}
	for _, id := range []*[16]byte{&v.Subject, &v.ID} {
		rand.Read(id[:])
	}
	rand.Read(v.Terms.Before[:])
	job := flow.Job{Voucher: v, Serial: "T01-000001", Kind: doc.Kind, Purpose: purpose, Recipient: recipient, Lang: "zh-Hans", Second: "en",
		Answer: desk.YesTraining, Paper: "a5", Person: desk.Person{Name: doc.Subject.Name(), Number: doc.Subject.Number, BirthDate: doc.Subject.BirthDate}}
	return s, p, v, job
}

// BenchmarkIssue splits the machine's share of a visit: the signature with its code text; sheet, code, read-back, PDF and
// preview; and the whole way with the login's key derivation at its cheapest, T1, T2 and the journal.
func BenchmarkIssue(b *testing.B) {
	b.Run("sign", func(b *testing.B) {
		_, p, v, _ := desktop(b)
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := p.Signer.Sign(context.Background(), v); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, size := range []string{"a5", "a4"} {
		b.Run("compose-"+size, func(b *testing.B) {
			_, p, v, job := desktop(b)
			job.Paper = size
			_, text, err := p.Signer.Sign(context.Background(), v)
			if err != nil {
				b.Fatal(err)
			}
			job.Text = text
			b.ReportAllocs()
			for b.Loop() {
				paper, err := p.Press.Compose(context.Background(), job)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(paper.PDF)), "B/pdf")
				paper.Wipe()
			}
		})
	}
	b.Run("whole", func(b *testing.B) {
		s := open(b, options(b))
		issue(b, s) // fonts are read once
		b.ReportAllocs()
		for b.Loop() {
			issue(b, s)
		}
	})
}

// BenchmarkVerify is another office judging a voucher by institution.pem: from text, and from a picture of the code.
func BenchmarkVerify(b *testing.B) {
	p, pem := issuedHere(b)
	o := station.Options{Dir: b.TempDir() + "/none", Training: true}
	for name, in := range map[string][]byte{"text": []byte(p.text), "picture": picture(b, p.text)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := station.Verify(context.Background(), o, station.Presented{Input: in, Audience: "demo-bank", Trust: [][]byte{pem}})
				if err != nil || r.Verdict != check.Passed {
					b.Fatal(r, err)
				}
			}
		})
	}
}

// BenchmarkOpen is what every command that writes begins with.
func BenchmarkOpen(b *testing.B) {
	o := options(b)
	shut(b, open(b, o))
	b.ReportAllocs()
	for b.Loop() {
		s, err := station.Open(context.Background(), o)
		if err != nil {
			b.Fatal(err)
		}
		shut(b, s)
	}
}
