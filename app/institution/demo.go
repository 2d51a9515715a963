package institution

import (
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
)

// Training staff. The PIN stands on the login screen of a training station, and nowhere else does it open anything.
const (
	TrainingClerk      = "01"
	TrainingSupervisor = "02"
	TrainingPIN        = "246810"
)

const (
	trainingBlock    = 10_000
	trainingLife     = 35 * 24 * time.Hour // of the bundle
	trainingMaxLife  = 7 * 24 * time.Hour  // of a voucher
	trainingListAge  = 31 * 24 * time.Hour
	trainingHotline  = "12345"
	trainingSinkKind = "folder"
)

func trainingName() desk.Text {
	return desk.Text{"zh-Hans": "帮办训练机构", "en": "Bangban training institution"}
}

// demoBundle is the training bundle without what SignBundle adds.
func demoBundle(made time.Time) *bundle.Bundle {
	return &bundle.Bundle{
		MadeAt: made, NotAfter: made.Add(trainingLife),
		Purposes: demoPurposes(), Recipients: demoRecipients(),
		Roster: []bundle.Member{
			{Clerk: desk.Clerk{ID: TrainingClerk, Name: "训练柜员 Trainee", Roles: []desk.Role{desk.RoleClerk}}},
			{Clerk: desk.Clerk{ID: TrainingSupervisor, Name: "训练主管 Supervisor", Roles: []desk.Role{desk.RoleSupervisor}}},
		},
		Policy: desk.Policy{ // no limits: a trainee is never frozen
			MaxListAge: map[string]time.Duration{bundle.ListStatus: trainingListAge, bundle.ListDelegations: trainingListAge},
			BlankAfter: 90 * time.Second, LockAfter: 10 * time.Minute, Hotline: trainingHotline,
			Hall: desk.Text{"zh-Hans": "训练大厅", "en": "Training hall"},
		},
		Sinks: []bundle.Sink{{Kind: trainingSinkKind}}, // without an address: the folder is named when it is used
	}
}

func demoRecipients() []desk.Recipient {
	return []desk.Recipient{
		{ID: "demo-bank", Name: desk.Text{"zh-Hans": "演示银行", "en": "Demo Bank"}},
		{ID: "demo-hotel", Name: desk.Text{"zh-Hans": "演示宾馆", "en": "Demo Hotel"}},
		{ID: "demo-rail", Name: desk.Text{"zh-Hans": "演示铁路", "en": "Demo Railway"}},
	}
}

func demoPurposes() []desk.Purpose {
	return []desk.Purpose{{
		Code:  "housing-fund",
		Title: desk.Text{"zh-Hans": "查询和提取住房公积金", "en": "Ask about and draw on the housing fund"},
		Allows: desk.Text{"zh-Hans": "拿着这张纸和本人证件，可以查询、提取本人的住房公积金。",
			"en": "With this paper and your own document you can ask about your housing fund and draw money from it."},
		Fields: []string{desk.FieldName, desk.FieldBirthDate}, Binding: desk.BindDocument,
		Life: 3 * 24 * time.Hour, MaxUses: 1, Operations: []string{"query", "withdraw"}, Recipients: []string{"demo-bank"}, Money: true,
	}, {
		Code:  "hotel",
		Title: desk.Text{"zh-Hans": "酒店入住登记", "en": "Check in at a hotel"},
		Allows: desk.Text{"zh-Hans": "拿着这张纸，可以在酒店办理入住登记。纸上的照片须是本人。",
			"en": "With this paper you can check in at the hotel. The picture on it must be of you."},
		Fields: []string{desk.FieldName, desk.FieldBirthDate, desk.FieldSex, desk.FieldNationality}, Binding: desk.BindFace,
		Life: 24 * time.Hour, MaxUses: 1, Operations: []string{"check-in"}, Recipients: []string{"demo-hotel"},
	}, {
		Code:  "train-ticket",
		Title: desk.Text{"zh-Hans": "购买火车票和乘车身份核验", "en": "Buy a train ticket and board the train"},
		Allows: desk.Text{"zh-Hans": "拿着这张纸和本人证件，可以购买火车票，进站乘车时证明身份。",
			"en": "With this paper and your own document you can buy a train ticket and show who you are when you board."},
		Fields: []string{desk.FieldName}, Binding: desk.BindDocument,
		Life: 3 * 24 * time.Hour, MaxUses: 2, Operations: []string{"buy-ticket", "board"}, Recipients: []string{"demo-rail"},
		// The others take proven documents only: a trainee sees both.
		Evidence: &desk.Evidence{Least: desk.LeastEvidence, Life: 24 * time.Hour, Vouch: true, Attach: true},
		Unproven: &desk.Unproven{Kinds: []string{"sscard", "thaiid", "twnhi", "mykad", "rsid"}, Life: 24 * time.Hour, Second: true},
	}}
}
