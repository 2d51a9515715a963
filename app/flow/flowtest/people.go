package flowtest

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Clerk and Supervisor are the staff of the training station.
func Clerk() desk.Clerk {
	return desk.Clerk{ID: "01", Name: "SPECIMEN Clerk", Roles: []desk.Role{desk.RoleClerk}}
}

// Supervisor is also a clerk.
func Supervisor() desk.Clerk {
	return desk.Clerk{ID: "02", Name: "SPECIMEN Supervisor", Roles: []desk.Role{desk.RoleSupervisor}}
}

// Passport is a proven document of an invented person.
func Passport() *cardreader.Document {
	return &cardreader.Document{Kind: "emrtd",
		Subject: cardreader.Subject{Surname: "SPECIMEN", GivenNames: "MEI", FullName: "样本美", Sex: "F", BirthDate: "1941-07-09",
			Nationality: "UTO", Number: "X00000001", Authority: "UTOPIA", Expires: "2031-05-31"},
		Photo: portrait(0x60), Raw: map[string][]byte{"SOD": []byte("specimen security object"), "DG1": []byte("specimen dg1")},
		Checks: []check.Check{check.Pass("sod-signature", "specimen signer"), check.Pass("dg-hashes", "DG1 DG2"), check.Pass("csca", "specimen CSCA")}}
}

// OtherPassport is a proven document of another invented person.
func OtherPassport() *cardreader.Document {
	d := Passport()
	d.Subject = cardreader.Subject{Surname: "SPECIMEN", GivenNames: "ZWEI", FullName: "样本二", Sex: "M", BirthDate: "1950-01-02",
		Nationality: "UTO", Number: "X00000002", Expires: "2030-01-31"}
	d.Photo = portrait(0x90)
	return d
}

// Broken is Passport with one byte of DG1 changed.
func Broken() *cardreader.Document {
	d := Passport()
	d.Checks[1] = check.Fail("dg-hashes", check.WrongDigest, "DG1")
	return d
}

// Foreign is Passport whose issuer is not on the lists.
func Foreign() *cardreader.Document {
	d := Passport()
	d.Checks[2] = check.Unsure("csca", check.UnknownIssuer, "UTO")
	return d
}

// SocialSecurity is a card of another invented person that nobody can prove offline.
func SocialSecurity() *cardreader.Document {
	return &cardreader.Document{Kind: "sscard",
		Subject: cardreader.Subject{FullName: "样本社", Sex: "F", BirthDate: "1949-12-31", Number: "11010519491231002X", Issued: "2020-01-01"},
		ReadAt:  time.Date(2027, 3, 1, 9, 30, 0, 0, time.UTC), Photo: portrait(0xb0), Raw: map[string][]byte{"EF06/09": []byte("specimen record")},
		Checks: []check.Check{check.Unsure("issuer", check.NotSupported, "specimen: nothing is signed"), check.Pass("number", "")}}
}

// Rare is Passport whose name holds one character that was read as another code point than the card has, and one that is
// rare.
func Rare() *cardreader.Document {
	d := Passport()
	d.Subject.FullName = "样\u9FB5\U00020087"
	d.Doubts = []cardreader.Doubt{{At: 1, From: 0xE82C, To: 0x9FB5}}
	return d
}

// Expired is Passport after its last day.
func Expired() *cardreader.Document {
	d := Passport()
	d.Subject.Expires = "2027-02-28"
	return d
}

// Purposes are those of the training bundle.
func Purposes() []desk.Purpose {
	return []desk.Purpose{
		{Code: "housing-fund", Title: desk.Text{"zh-Hans": "领取公积金", "en": "Housing fund"}, Allows: desk.Text{"en": "Draw once"},
			Fields: []string{desk.FieldName, desk.FieldBirthDate}, Binding: desk.BindDocument, Life: 72 * time.Hour, MaxUses: 1,
			Operations: []string{"withdraw"}, Recipients: []string{"demo-bank"}},
		{Code: "hotel", Title: desk.Text{"zh-Hans": "住店", "en": "Hotel"}, Fields: []string{desk.FieldName, desk.FieldSex},
			Binding: desk.BindFace, Life: 24 * time.Hour, MaxUses: 1, Recipients: []string{"demo-hotel"}},
		{Code: "train-ticket", Title: desk.Text{"zh-Hans": "买火车票", "en": "Train ticket"}, Fields: []string{desk.FieldName},
			Binding: desk.BindDocument, Life: 30 * 24 * time.Hour, MaxUses: 3},
	}
}

// Recipients are those of the training bundle.
func Recipients() []desk.Recipient {
	return []desk.Recipient{
		{ID: "demo-bank", Name: desk.Text{"zh-Hans": "示范银行", "en": "Demo bank"}},
		{ID: "demo-hotel", Name: desk.Text{"zh-Hans": "示范旅店", "en": "Demo hotel"}},
		{ID: "demo-rail", Name: desk.Text{"zh-Hans": "示范铁路", "en": "Demo rail"}},
	}
}

// portrait is a grey oval: nobody.
func portrait(grey uint8) []byte {
	img := image.NewGray(image.Rect(0, 0, 48, 60))
	for y := range 60 {
		for x := range 48 {
			c := color.Gray{Y: 0xe0}
			if dx, dy := float64(x-24)/18, float64(y-30)/24; dx*dx+dy*dy < 1 {
				c.Y = grey
			}
			img.SetGray(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err) // a grey picture in memory always encodes
	}
	return b.Bytes()
}

// Start runs a machine over the stand-ins until the test ends.
func Start(t testing.TB, f *Fakes, o flow.Options) *flow.Machine {
	t.Helper()
	if o.Lang == "" {
		o.Lang = "zh-Hans"
	}
	m := flow.New(f.Ports(), o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("flow: Run: %v", err)
		}
	})
	return m
}

// Await waits until the machine stands on step and gives its State. A step that never comes ends with the test's own
// deadline.
func Await(t testing.TB, m *flow.Machine, step flow.Step) flow.State {
	t.Helper()
	return AwaitState(t, m, func(s flow.State) bool { return s.Step == step })
}

// AwaitState waits until ok says so.
func AwaitState(t testing.TB, m *flow.Machine, ok func(flow.State) bool) flow.State {
	t.Helper()
	found := make(chan flow.State, 1)
	cancel := m.Subscribe(func(s flow.State) {
		if ok(s) {
			select {
			case found <- s:
			default:
			}
		}
	})
	defer cancel()
	if s := m.State(); ok(s) {
		return s
	}
	return <-found
}

// TakeUnproven gives the train ticket terms for documents that nobody can prove offline.
func TakeUnproven(second bool) func(*flow.Station, *desk.Policy, *[]desk.Purpose, *[]desk.Recipient) {
	return func(_ *flow.Station, _ *desk.Policy, purposes *[]desk.Purpose, _ *[]desk.Recipient) {
		for i := range *purposes {
			if (*purposes)[i].Code == "train-ticket" {
				(*purposes)[i].Unproven = &desk.Unproven{Kinds: []string{"sscard"}, Life: 24 * time.Hour, Second: second}
			}
		}
	}
}
