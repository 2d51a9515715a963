package main

import (
	"errors"

	"bangban/app/institution"
	"bangban/app/keys"
	"bangban/app/queue"
)

// openers makes keys of an institution's folder, wherever they lie, open parcels or what is carried.
func openers(held []*keys.HolderKey, err error) (all []*queue.HolderKey, _ error) {
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		k, err := queue.NewHolderKey(h.Private())
		if err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	return all, nil
}

// holderKeys opens the back-office keys of an institution's folder.
func holderKeys(i *institution.Institution) ([]*queue.HolderKey, error) {
	return openers(i.HolderKeys())
}

// intakeKeys opens the keys for the outside of what is carried; a folder may have none.
func intakeKeys(i *institution.Institution) ([]*queue.HolderKey, error) {
	all, err := openers(i.IntakeKeys())
	if errors.Is(err, institution.ErrNoKey) {
		return nil, nil
	}
	return all, err
}
