package trust

import (
	"bytes"

	"bangban/cardreader/cms"
)

// UnpackStatusList reads a bare status list claim, as the draft's vectors are.
func UnpackStatusList(claim []byte) (*StatusList, error) {
	var m listMap
	if err := decMode.Unmarshal(claim, &m); err != nil {
		return nil, err
	}
	return unpack(&m)
}

// Same tells whether two lists hold the same statuses.
func (l *StatusList) Same(o *StatusList) bool { return l.bits == o.bits && bytes.Equal(l.data, o.data) }

// AppendSignature is appendSignature.
func AppendSignature(to, raw []byte) []byte { return appendSignature(to, raw) }

// AddMasterList is addMasterList.
func (s *Store) AddMasterList(certs []*cms.Certificate, snap Snapshot) error {
	return s.addMasterList(certs, snap)
}
