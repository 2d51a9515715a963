package emrtd

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

// store is a chip in the clear with one file. cut changes what is given of it.
type store struct {
	file  []byte
	cut   func([]byte) []byte
	asked int
}

func (s *store) Transmit(_ context.Context, b []byte) ([]byte, error) {
	s.asked++
	c, err := apdu.ParseCommand(b)
	if err != nil {
		return nil, err
	}
	offset := int(c.P1)<<8 | int(c.P2)
	if c.P1&0x80 != 0 {
		offset = int(c.P2)
	}
	if offset >= len(s.file) {
		return []byte{0x6B, 0x00}, nil
	}
	part := s.file[offset:min(offset+c.Ne, len(s.file))]
	if s.cut != nil {
		part = s.cut(part)
	}
	return append(bytes.Clone(part), 0x90, 0x00), nil
}

func TestReadEnds(t *testing.T) {
	file := tlv.Append(nil, 0x75, bytes.Repeat([]byte("SPECIMEN"), 2500))
	late := 0
	for _, tc := range []struct {
		name string
		cut  func([]byte) []byte
		want error
		most int
	}{
		{"all", nil, nil, 90},
		{"half of it each time", func(b []byte) []byte { return b[:(len(b)+1)/2] }, nil, 182},
		{"a byte at a time", func(b []byte) []byte { return b[:min(1+len(b)/200*3, len(b))] }, ErrNoProgress, 200},
		{"nothing", func([]byte) []byte { return nil }, ErrNoProgress, 1},
		{"nothing after a while", func(b []byte) []byte {
			if late++; late > 10 {
				return nil
			}
			return b
		}, ErrNoProgress, 11},
		{"more than asked", func(b []byte) []byte { return append(bytes.Clone(b), 1) }, ErrNoProgress, 1},
		{"the header alone, cut", func(b []byte) []byte { return b[:1] }, ErrFile, 1},
	} {
		s := &store{file: file, cut: tc.cut}
		c := &channel{conn: s, limit: apdu.MaxShortNe}
		got, err := c.read(t.Context(), fileDG2, c.first(), nil)
		if !errors.Is(err, tc.want) || err == nil && !bytes.Equal(got, file) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
		if s.asked > tc.most {
			t.Errorf("%s: %d commands, at most %d", tc.name, s.asked, tc.most)
		}
	}
}
