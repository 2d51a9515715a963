package emrtd

import (
	"fmt"

	"bangban/cardreader/tlv"
)

// openDG1 reads EF.DG1, ICAO Doc 9303-10 §4.7.1: 61 { 5F1F zone }. Check digits are not verified here: what was changed
// shows in dg-hashes, and some states print digits that do not fit.
func openDG1(b []byte) (*MRZ, error) {
	e, err := tlv.ParseOne(b, 0x61)
	if err != nil {
		return nil, fmt.Errorf("%w: DG1: %w", ErrFile, err)
	}
	list, err := e.List()
	if err != nil {
		return nil, fmt.Errorf("%w: DG1: %w", ErrFile, err)
	}
	zone, err := list.Only(0x5F1F)
	if err != nil {
		return nil, fmt.Errorf("%w: DG1: %w", ErrFile, err)
	}
	m, err := parseMRZ(string(zone.Value))
	if err != nil {
		return nil, fmt.Errorf("%w: DG1: %w", ErrFile, err)
	}
	return m, nil
}
