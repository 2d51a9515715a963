package emrtd_test

import (
	"testing"
	"time"

	"bangban/assets"
	"bangban/cardreader/cms"
	"bangban/cardreader/emrtd"
)

// The specimen whose signer is withdrawn, with the list of the training authority and without.
func TestRevokedSpecimen(t *testing.T) {
	l, err := cms.ParseCRL(assets.TrainingCRL())
	if err != nil {
		t.Fatal(err)
	}
	anchors := training(t)
	for name, want := range map[string]string{"emrtd-revoked": "revoked", "emrtd": "no-list", "emrtd-pace": "no-list"} {
		for _, held := range []bool{true, false} {
			lists := cms.Revocations{}
			if held {
				lists.Held = []*cms.CRL{l}
			}
			k := emrtd.New(emrtd.Deps{Anchors: func() []*cms.Certificate { return anchors }, Lists: func() cms.Revocations { return lists },
				Now: func() time.Time { return day() }})
			c := checkOf(t, read(t, k, open(name)(t), name), "revocation")
			if reason := map[bool]string{true: want, false: "no-list"}[held]; string(c.Reason) != reason {
				t.Errorf("%s, list held %v: %+v", name, held, c)
			}
		}
	}
}
