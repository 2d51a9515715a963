package station

import (
	"errors"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/photo"
)

// checkPhoto is the check that says why there is no portrait to compare with, as every kind names it.
const checkPhoto = "photo"

// showable leaves d with a portrait that every screen and every paper can take, or with none. What is above the station
// sees JPEG alone: JPEG 2000 is decoded here, and neither of the two passes that cannot be decoded within the limits of
// a portrait. Raw keeps what lay on the card, so that its hash can still be proven. The kind's copy is overwritten.
//
// A portrait that is missing does not lower the whole: what the document says is proven without it, and the face can be
// compared with the printed one.
func showable(d *cardreader.Document) {
	coding := photo.Sniff(d.Photo)
	if coding == photo.Unknown { // none, or a coding of the kind's own
		return
	}
	jpeg, err := photo.Baseline(d.Photo)
	switch {
	case err == nil && coding == photo.JPEG: // as it lay on the card; the decoded one was to find out
		return
	case err == nil:
		clear(d.Photo)
		d.Photo = jpeg
		return
	}
	clear(d.Photo)
	d.Photo = nil
	problem := check.Unsure(checkPhoto, check.Unreadable, coding.String())
	if errors.Is(err, photo.ErrTooLarge) || errors.Is(err, photo.ErrTooCostly) {
		problem.Reason = check.NotSupported
	}
	problem.Optional = true
	d.Checks = append(d.Checks, problem)
}
