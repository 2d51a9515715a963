package app

import (
	"context"

	"bangban/app/station"
)

// Second proves the second clerk's PIN, then gives the machine that clerk's word.
func (s staff) Second(ctx context.Context, id, pin string) error {
	secret := []byte(pin)
	defer clear(secret)
	c, err := s.st.Confirm(ctx, id, station.PIN(secret))
	if err != nil {
		return err
	}
	return s.m.Seconded(c)
}
