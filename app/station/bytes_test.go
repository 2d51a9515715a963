package station_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/institution"
	"bangban/app/station"
	"bangban/app/voucher"
	"bangban/cardreader"
)

// Variables by which the test below runs itself in another process.
const (
	bytesDir    = "STATION_BYTES_DIR"
	bytesClock  = "STATION_BYTES_CLOCK"
	bytesSerial = "STATION_BYTES_SERIAL"
)

// sameVoucher is one voucher down to its last bit, and what stands on its paper.
func sameVoucher(p flow.Ports, serial uint64, at time.Time) flow.Job {
	purpose, recipient, doc := p.Rules.Purposes()[0], p.Rules.Recipients()[0], specimen()
	v := &voucher.Voucher{Issuer: p.Rules.Station().Issuer, Audience: recipient.ID, IssuedAt: at, NotBefore: at, Expires: at.Add(purpose.Life),
		Subject: [16]byte{1}, ID: [16]byte{2}, Holder: voucher.Holder{FullName: doc.Subject.Name(), BirthDate: doc.Subject.BirthDate},
		Terms: voucher.Terms{PurposeCode: purpose.Code, PurposeText: purpose.Title.In("zh-Hans"), MaxUses: purpose.MaxUses, Before: [32]byte{3},
			Operations: purpose.Operations, Serial: serial, Binding: voucher.BindDocument([voucher.SaltSize]byte{4}, doc.Kind, doc.Subject.Number)},
		Status: &voucher.StatusRef{Index: 1, URI: "urn:bangban:training:list"}}
	return flow.Job{Voucher: v, Serial: voucher.FormatSerial(station.TrainingName, serial), Kind: doc.Kind, Purpose: purpose, Recipient: recipient,
		Lang: "zh-Hans", Second: "en", Answer: desk.YesTraining, Paper: "a5", Person: personOf(doc)}
}

func personOf(doc *cardreader.Document) desk.Person {
	return desk.Person{Name: doc.Subject.Name(), Number: doc.Subject.Number, BirthDate: doc.Subject.BirthDate}
}

// composeAlone is the other process: it opens the counter by its own clock, signs and composes, and says what came out.
func composeAlone(t *testing.T, dir string, issued time.Time) {
	ctx := context.Background()
	at, err := time.Parse(time.RFC3339, os.Getenv(bytesClock))
	if err != nil {
		t.Fatal(err)
	}
	serial, err := strconv.ParseUint(os.Getenv(bytesSerial), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	o := options(t)
	o.Dir, o.Now = dir, func() time.Time { return at }
	s := open(t, o)
	s.OrderSM2()
	if _, err := s.Login(ctx, institution.TrainingClerk, station.PIN(institution.TrainingPIN)); err != nil {
		t.Fatal(err)
	}
	p := s.Ports()
	job := sameVoucher(p, serial, issued)
	if _, job.Text, err = p.Signer.Sign(ctx, job.Voucher); err != nil {
		t.Fatal(err)
	}
	paper, err := p.Press.Compose(ctx, job)
	if err != nil {
		t.Fatal(err)
	}
	defer paper.Wipe()
	fmt.Printf("sum=%x bytes=%d files=%d\n", sha256.Sum256(paper.PDF), len(paper.PDF), strings.Count(string(paper.PDF), "/Filespec"))
}

// TestSameBytesTwoDaysLater: two processes with one counter's keys, two days apart by their clocks, give the same voucher the
// same paper, byte for byte, with both signatures. The control is the next serial.
func TestSameBytesTwoDaysLater(t *testing.T) {
	issued := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	if dir := os.Getenv(bytesDir); dir != "" {
		composeAlone(t, dir, issued)
		return
	}
	dir := t.TempDir() + "/st"
	run := func(clock time.Time, serial int) string {
		t.Helper()
		cmd := exec.Command(os.Args[0], "-test.run=^TestSameBytesTwoDaysLater$")
		cmd.Env = append(os.Environ(), bytesDir+"="+dir, bytesClock+"="+clock.Format(time.RFC3339), bytesSerial+"="+strconv.Itoa(serial))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		_, rest, ok := strings.Cut(string(out), "sum=")
		if !ok {
			t.Fatalf("no sum in %q", out)
		}
		line, _, _ := strings.Cut(rest, "\n")
		return line
	}
	today, later := run(issued, 7), run(issued.Add(48*time.Hour), 7)
	if today != later {
		t.Errorf("two days apart: %s and %s", today, later)
	}
	if !strings.HasSuffix(today, "files=2") {
		t.Errorf("the second signature was not part of it: %s", today)
	}
	if other := run(issued.Add(48*time.Hour), 8); other == later {
		t.Error("another serial gives the same bytes: the comparison is blind")
	}
}
