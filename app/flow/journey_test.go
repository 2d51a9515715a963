package flow_test

import (
	"crypto/sha256"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

// Zero keys to read, two keys of the clerk and the person's Yes.
func TestCardToVoucher(t *testing.T) {
	remembered := ""
	driveWith(t, flow.Options{App: "bangban test", Remember: func(p, r string) { remembered = p + " " + r }}, nil, func(w *walk) {
		w.problem(flow.Ready, "")
		w.put(passport())
		s := w.problem(flow.Compare, "")
		if s.Proof != check.Passed || len(s.Photo) == 0 || s.Subject.Number != "X00000001" || s.Step.Rail() != 1 || !s.OnReader {
			t.Fatalf("compare shows %+v", s)
		}
		w.lift()
		if s = w.at(flow.Compare); s.OnReader {
			t.Fatal("the card is gone, the State says it lies there")
		}
		w.ok(w.m.Same())
		s = w.at(flow.Choose)
		if got := len(s.Purposes); got != 2 {
			t.Fatalf("%d purposes offered, want 2: none with a portrait", got)
		}
		if got := s.RecipientsFor(s.Purposes[0]); len(got) != 1 || got[0].ID != "demo-bank" {
			t.Fatalf("recipients of %s: %v", s.Purposes[0].Code, got)
		}
		if got := s.RecipientsFor(s.Purposes[1]); len(got) != 3 {
			t.Fatalf("a purpose for any recipient offers %d", len(got))
		}
		w.ok(w.m.Choose("housing-fund", "demo-bank"))
		s = w.at(flow.Agree)
		if want := time.Date(2027, 3, 4, 9, 30, 0, 0, time.UTC); !s.Expires.Equal(want) {
			t.Fatalf("good until %v, want %v", s.Expires, want)
		}
		w.calls()
		w.ok(w.m.Aloud())
		w.ok(w.m.SetLang("en"))
		w.ok(w.m.SayYes())
		s = w.problem(flow.HandOver, "")
		if s.Serial != "T01-000001" || !s.Printed || s.Copies != 1 || s.Proved || len(s.Preview) == 0 || s.Parcel == "" {
			t.Fatalf("hand-over shows %+v", s)
		}
		w.ok(w.m.Scanned(w.f.Press.Jobs()[0].Text + "\r\n"))
		s = w.at(flow.Farewell)
		w.nobody(s)
		if s.Serial != "T01-000001" || s.Lang != "en" {
			t.Fatalf("farewell: serial %q lang %q", s.Serial, s.Lang)
		}
		w.calls("issue", "sign 1", "compose T01-000001", "commit T01-000001", "mark T01-000001 printing",
			"print T01-000001 copy 1", "mark T01-000001 printed", "mark T01-000001 proved", "finish T01-000001 handed-over")
		w.wiped()
		if remembered != "housing-fund demo-bank" {
			t.Fatalf("remembered %q", remembered)
		}
		w.record()

		w.put(&flowtest.Card{Document: flowtest.OtherPassport()})
		if s = w.at(flow.Compare); s.Subject.Number != "X00000002" || s.Lang != "zh-Hans" {
			t.Fatal("the next card did not begin a visit of its own")
		}
		w.ok(w.m.Same())
		if s = w.at(flow.Agree); !s.Remembered || s.Purpose.Code != "housing-fund" {
			t.Fatal("the last purpose and recipient were not remembered")
		}
	})
}

// record checks what was signed and kept of the walk above.
func (w *walk) record() {
	t := w.t
	t.Helper()
	v := w.f.Signer.Signed()[0]
	if v.Issuer != "urn:bangban:training:flowtest" || v.Audience != "demo-bank" || v.Terms.Serial != 1 || v.Terms.MaxUses != 1 ||
		v.Terms.PurposeCode != "housing-fund" || v.Terms.PurposeText != "Housing fund" || v.Status == nil || v.Status.Index != 77 {
		t.Fatal("the voucher is not what was agreed")
	}
	if iat := time.Date(2027, 3, 1, 9, 30, 0, 0, time.UTC); !v.IssuedAt.Equal(iat) || !v.NotBefore.Equal(iat) ||
		!v.Expires.Equal(iat.Add(72*time.Hour)) {
		t.Fatalf("times %v %v %v", v.IssuedAt, v.NotBefore, v.Expires)
	}
	if !reflect.DeepEqual(v.Holder, voucher.Holder{FullName: "样本美", BirthDate: "1941-07-09"}) {
		t.Fatal("the holder has other fields than the purpose needs")
	}
	if !v.MatchesDocument("emrtd", "X00000001") || v.MatchesDocument("emrtd", "X00000002") {
		t.Fatal("the voucher is not bound to the document")
	}
	if v.Subject == v.ID || v.Subject == [16]byte{} {
		t.Fatal("sub and cti are not random")
	}
	enc := w.f.Commit.Befores()["T01-000001"]
	if sha256.Sum256([]byte(enc)) != v.Terms.Before {
		t.Fatal("the voucher does not name the record")
	}
	var b desk.Before
	if err := cbor.Unmarshal([]byte(enc), &b); err != nil {
		t.Fatal(err)
	}
	if b.Consent.Answer != desk.YesOwn || b.Consent.ReadAloud != 1 || b.Consent.Lang != "en" || b.Clerk != "01" ||
		b.Mode != "in-person" || b.Identified.Compare != "face" || !b.Identified.Photo || !b.Training ||
		b.Person.Number != "X00000001" || !slices.Equal(b.Fields, []string{desk.FieldName, desk.FieldBirthDate}) ||
		!slices.Equal(b.Identified.Checks, []string{"sod-signature=passed", "dg-hashes=passed", "csca=passed"}) {
		t.Fatal("the record is not what happened")
	}
	sod := sha256.Sum256(append(b.Salt[:], flowtest.Passport().Raw["SOD"]...))
	if !slices.Equal(sod[:], b.Identified.Hash) {
		t.Fatal("the record does not name the security object")
	}
	row := w.f.Commit.Rows()["T01-000001"]
	if row.State != desk.StateHandedOver || row.Day != "2027-03-01" || row.ExpiryDay != "2027-03-04" || row.Copies != 1 ||
		row.Audience != "demo-bank" || row.Clerk != "01" || !slices.Equal(row.Flags, []string{flow.FlagSoftware}) {
		t.Fatalf("ledger row %+v", row)
	}
	a := w.f.Commit.Afters()[0]
	if a.Hash != v.Terms.Before || a.Proved != "scanned" || !a.Printed || a.Copies != 1 || a.Recovery {
		t.Fatal("the second record is not what happened")
	}
}

func TestLifeEndsWithDelegation(t *testing.T) {
	drive(t, func(w *walk) {
		w.toCompare()
		w.ok(w.m.Same())
		w.ok(w.m.Choose("train-ticket", "demo-rail")) // wants 30 days of 7
		if s := w.at(flow.Agree); !s.Expires.Equal(time.Date(2027, 3, 8, 9, 30, 0, 0, time.UTC)) {
			t.Fatalf("good until %v", s.Expires)
		}
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		if v := w.f.Signer.Signed()[0]; v.Expires.Sub(v.IssuedAt) > 7*24*time.Hour {
			t.Fatal("lives longer than the delegation allows")
		}
	})
}

// What the clerk's keys and the scanner can do on the question is: nothing.
func TestOnlyThePersonSaysYes(t *testing.T) {
	drive(t, func(w *walk) {
		w.toAgree()
		w.refused(w.m.Same(), flow.CodeKeyNotNow)
		w.refused(w.m.HandedOver(), flow.CodeKeyNotNow)
		w.refused(w.m.Scanned("FLOWTEST 1"), flow.CodeKeyNotNow)
		w.refused(w.m.ConfirmSpoken(), flow.CodeKeyNotNow)
		w.refused(w.m.PrintAgain(), flow.CodeKeyNotNow)
		w.refused(w.m.Choose("housing-fund", "demo-bank"), flow.CodeKeyNotNow)
		w.at(flow.Agree)
		w.ok(w.m.Spoken())
		for _, input := range []func() error{w.m.Same, w.m.HandedOver, w.m.Spoken, func() error { return w.m.Scanned("x") }} {
			w.refused(input(), flow.CodeKeyNotNow)
		}
		w.at(flow.Spoken)
		w.calls()
	})
}

func TestNoLeavesNothing(t *testing.T) {
	for _, where := range []flow.Step{flow.Agree, flow.Spoken} {
		drive(t, func(w *walk) {
			w.toAgree()
			if where == flow.Spoken {
				w.ok(w.m.Spoken())
			}
			w.ok(w.m.SayNo())
			w.nobody(w.at(flow.NotToday))
			w.calls()
			w.wiped()
			w.refused(w.m.SayYes(), flow.CodeKeyNotNow)
		})
	}
}

func TestSpokenYesIsAnotherValue(t *testing.T) {
	drive(t, func(w *walk) {
		w.toAgree()
		w.ok(w.m.Aloud())
		w.ok(w.m.Aloud())
		w.ok(w.m.Spoken())
		w.ok(w.m.CancelSpoken())
		w.at(flow.Agree)
		w.ok(w.m.Spoken())
		w.calls()
		w.ok(w.m.ConfirmSpoken())
		if s := w.at(flow.HandOver); s.Answer != desk.YesSpoken {
			t.Fatalf("answer %q", s.Answer)
		}
		if j := w.f.Press.Jobs()[0]; j.Answer != desk.YesSpoken {
			t.Fatal("the paper does not say that the yes was spoken")
		}
		if r := w.f.Commit.Rows()["T01-000001"]; !slices.Contains(r.Flags, flow.FlagSpoken) {
			t.Fatal("the ledger does not flag a spoken yes")
		}
	})
}

func TestBackLosesNothing(t *testing.T) {
	drive(t, func(w *walk) {
		w.toAgree()
		w.ok(w.m.Spoken())
		for _, want := range []flow.Step{flow.Agree, flow.Choose, flow.Compare} {
			w.ok(w.m.Back())
			if s := w.at(want); s.Subject == nil || len(s.Photo) == 0 || blank(s.Photo) {
				t.Fatalf("on %v what was read is gone", want)
			}
		}
		w.refused(w.m.Back(), flow.CodeKeyNotNow)
		w.refused(w.m.Choose("housing-fund", "demo-bank"), flow.CodeKeyNotNow)
		w.ok(w.m.NotSame())
		w.problem(flow.Trouble, flow.CodeNotSamePerson)
		w.refused(w.m.Same(), flow.CodeNotSamePerson)
		w.ok(w.m.Back())
		w.at(flow.Compare)
		w.ok(w.m.Same())
		w.at(flow.Choose)
	})
}

func TestChoiceIsWhatTheBundleAllows(t *testing.T) {
	drive(t, func(w *walk) {
		w.toCompare()
		w.refused(w.m.Choose("housing-fund", "demo-bank"), flow.CodeKeyNotNow)
		w.ok(w.m.Same())
		for _, c := range [][2]string{{"housing-fund", "demo-hotel"}, {"hotel", "demo-hotel"}, {"lottery", "demo-bank"}, {"", ""},
			{"housing-fund", ""}, {"train-ticket", "nobody"}} {
			w.refused(w.m.Choose(c[0], c[1]), flow.CodeChoice)
		}
		w.at(flow.Choose)
		w.calls()
	})
	driveWith(t, flow.Options{Portrait: portrait, LastPurpose: "housing-fund", LastRecipient: "demo-hotel"}, nil, func(w *walk) {
		w.toCompare()
		w.ok(w.m.Same()) // what is remembered is not allowed any more
		if s := w.at(flow.Choose); len(s.Purposes) != 3 {
			t.Fatalf("%d purposes with portraits, want 3", len(s.Purposes))
		}
	})
}

func portrait([]byte) ([]byte, error) {
	return voucher.EncodeFace(vouchertest.Portrait(), voucher.FaceLimit)
}

// TestPortraitTravels: a purpose bound to the face puts the portrait into the voucher; one whose picture nobody can read
// stops before anything is signed.
func TestPortraitTravels(t *testing.T) {
	driveWith(t, flow.Options{Portrait: portrait}, nil, func(w *walk) {
		w.toCompare()
		w.ok(w.m.Same())
		w.ok(w.m.Choose("hotel", "demo-hotel"))
		w.ok(w.m.Aloud())
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		if v := w.f.Signer.Signed()[0]; len(v.Holder.Face) == 0 || v.Terms.Binding != nil {
			t.Errorf("the voucher has a portrait of %d bytes", len(v.Holder.Face))
		}
	})
	broken := func([]byte) ([]byte, error) { return nil, voucher.ErrFace }
	driveWith(t, flow.Options{Portrait: broken}, nil, func(w *walk) {
		w.toCompare()
		w.ok(w.m.Same())
		w.ok(w.m.Choose("hotel", "demo-hotel"))
		w.ok(w.m.Aloud())
		w.ok(w.m.SayYes())
		if s := w.at(flow.Choose); s.Problem == nil || s.Problem.Code != flow.CodePortrait || len(w.f.Signer.Signed()) != 0 {
			t.Errorf("%v, %d signed", s.Problem, len(w.f.Signer.Signed()))
		}
	})
}

// Nobody is asked in vain, and a counter that may not sign says so.
func TestLimits(t *testing.T) {
	for code, spoil := range map[string]func(*flowtest.Fakes){
		flow.CodeClockUnsure: func(f *flowtest.Fakes) { f.Clock.Doubt(true) },
		flow.CodeSerialsUsedUp: func(f *flowtest.Fakes) {
			f.Rules.Change(func(s *flow.Station, _ *desk.Policy, _ *[]desk.Purpose, _ *[]desk.Recipient) { s.Serials = 0 })
		},
		flow.CodeKeyEnded: func(f *flowtest.Fakes) {
			f.Rules.Change(func(s *flow.Station, _ *desk.Policy, _ *[]desk.Purpose, _ *[]desk.Recipient) {
				s.KeyEnds = f.Clock.Now()
			})
		},
	} {
		drive(t, func(w *walk) {
			w.toCompare()
			w.ok(w.m.Same())
			spoil(w.f)
			w.refused(w.m.Choose("housing-fund", "demo-bank"), code)
			w.problem(flow.Choose, code)
		})
		drive(t, func(w *walk) {
			w.toAgree()
			spoil(w.f)
			w.refused(w.m.SayYes(), code)
			w.problem(flow.Agree, code)
			w.ok(w.m.Spoken())
			w.refused(w.m.ConfirmSpoken(), code)
			w.problem(flow.Agree, code)
			w.calls()
		})
	}
}

// The date on the person's screen is the date on the paper. Where it has passed behind the lock, the person is asked again.
func TestOldQuestionIsAskedAgain(t *testing.T) {
	drive(t, func(w *walk) {
		w.f.Rules.Change(func(s *flow.Station, _ *desk.Policy, p *[]desk.Purpose, _ *[]desk.Recipient) {
			(*p)[0].Life = time.Hour
			s.KeyEnds = s.KeyEnds.Add(1000 * time.Hour)
		})
		w.toAgree()
		w.f.Clock.Pass(2 * time.Hour)
		w.refused(w.m.SayYes(), flow.CodeKeyNotNow)
		if s := w.at(flow.Agree); !s.Expires.Equal(w.f.Clock.Now().Truncate(time.Second).Add(time.Hour)) {
			t.Fatalf("good until %v", s.Expires)
		}
		w.calls()
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
	})
}
