package emrtd

import "fmt"

// maxMarks bounds the pictures of EF.DG7, ICAO Doc 9303-10 §4.7.7.
const maxMarks = 9

// rawSignature is the name in Document.Raw of the picture of the holder's signature, as it lay in EF.DG7.
const rawSignature = "signature"

// openDG7 gives the first displayed signature or usual mark of EF.DG7, ICAO Doc 9303-10 §4.7.7:
//
//	67 { 02 count, 5F43 picture … }
//
// The count must be that of the pictures: it is not believed, it is compared.
func openDG7(b []byte) ([]byte, error) {
	list, err := open(b, fileDG7)
	if err != nil {
		return nil, err
	}
	count, err := list.Only(0x02)
	if err != nil {
		return nil, fmt.Errorf("%w: DG7: %w", ErrFile, err)
	}
	marks := list.All(0x5F43)
	if len(count.Value) != 1 || len(marks) < 1 || len(marks) > maxMarks || int(count.Value[0]) != len(marks) {
		return nil, fmt.Errorf("%w: DG7 of %d pictures", ErrFile, len(marks))
	}
	if codingOf(marks[0].Value) == imageOther {
		return nil, fmt.Errorf("%w: DG7: %s", ErrFile, imageOther)
	}
	return marks[0].Value, nil
}
