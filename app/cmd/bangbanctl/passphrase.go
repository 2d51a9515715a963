package main

import (
	"errors"

	"bangban/app/desk"
	"bangban/app/keys"
)

// wantsPassphrase tells a key file that is there but stays shut from one that is not there; nil: it is something else.
func wantsPassphrase(op, dir string, err error) error {
	switch {
	case errors.Is(err, keys.ErrPassphrase):
		return &desk.Error{Op: op, Code: "passphrase-wanted", Args: map[string]string{"Dir": dir}, Err: err}
	case errors.Is(err, keys.ErrWrongPassphrase):
		return &desk.Error{Op: op, Code: "passphrase-wrong", Args: map[string]string{"Dir": dir}, Err: err}
	}
	return nil
}
