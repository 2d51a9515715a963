package station

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/emrtd"
)

// needs asks a card which secrets would do, before one is tried.
func needs(ctx context.Context, k cardreader.Kind, c cardreader.Conn) error {
	all, err := k.Needs(ctx, c)
	if err != nil || len(all) == 0 {
		return err
	}
	return &cardreader.NeedError{Secret: all[0], Any: all, RetriesLeft: -1}
}

// Vet implements flow.Cards: a secret that was mistyped is told apart by what is wrong with it, and no card is asked.
func (c *Cards) Vet(s cardreader.Secret, value string) error { return Vet(s, value) }

// Vet says what is wrong with a secret as it was typed. Codes: "mrz-length" (Args N, how many characters there are),
// "mrz-character", "mrz-check-digit" (Args Field), "secret-length" (Args Secret, N, how many are wanted), "secret-digits".
func Vet(s cardreader.Secret, value string) error {
	problem := func(code string, args map[string]string, err error) error {
		return &desk.Error{Op: "card.secret", Code: code, Args: args, Err: err}
	}
	if s.Kind == cardreader.MRZ {
		_, err := emrtd.ParseMRZ(value)
		var digit *emrtd.CheckDigitError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &digit):
			return problem("mrz-check-digit", map[string]string{"Field": digit.Field}, err)
		case errors.Is(err, emrtd.ErrMRZCharacter):
			return problem("mrz-character", nil, err)
		}
		return problem("mrz-length", map[string]string{"N": strconv.Itoa(zoneLength(value))}, err)
	}
	args := map[string]string{"Secret": string(s.Kind), "N": strconv.Itoa(s.Length)}
	switch {
	case strings.Trim(value, "0123456789") != "":
		return problem("secret-digits", args, nil)
	case s.Length > 0 && len(value) != s.Length:
		return problem("secret-length", args, nil)
	}
	return nil
}

// zoneLength counts what can stand in a machine readable zone.
func zoneLength(value string) (n int) {
	for _, r := range value {
		if r == '<' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			n++
		}
	}
	return n
}
