package emrtd

import (
	"crypto/subtle"
	"encoding/binary"
	"fmt"

	"bangban/cardreader/apdu"
	"bangban/cardreader/tlv"
)

// Data objects of secure messaging, ICAO Doc 9303-11 §9.8.4.
const (
	doData    tlv.Tag = 0x87 // padding indicator 01 and cryptogram
	doDataOdd tlv.Tag = 0x85 // cryptogram, with odd instructions
	doLe      tlv.Tag = 0x97
	doStatus  tlv.Tag = 0x99
	doMAC     tlv.Tag = 0x8E
	smHead            = 4 + 2 + macSize // bytes of 99 and 8E in an answer
)

// session is one secure messaging session. The send sequence counter grows before every command and every answer.
type session struct {
	keys *keys
	ssc  uint64
	over error // the fault that ended it
}

// end overwrites the keys. Nothing can be sent afterwards.
func (s *session) end(why error) error {
	if s.over == nil {
		s.over = why
		s.keys.wipe()
	}
	return why
}

// counter is the send sequence counter, as long as a block.
func (s *session) counter() []byte {
	return binary.BigEndian.AppendUint64(make([]byte, s.block()-8), s.ssc)
}

func (s *session) block() int { return s.keys.suite.block() }

// mac is the MAC of what begins with the counter, padded by method 2 whatever the cipher (ICAO Doc 9303-11 §9.8.2).
func (s *session) mac(b []byte) []byte {
	if s.keys.suite == tripleDES {
		return s.keys.sum(b) // pads itself
	}
	return s.keys.sum(padTo(b, s.block()))
}

// protect wraps a command: CLA 0C, data in 87 or 85, Le in 97, MAC in 8E over counter, padded header and objects.
func (s *session) protect(c apdu.Command) apdu.Command {
	s.ssc++
	header := []byte{c.CLA | 0x0C, c.INS, c.P1, c.P2}
	var objects []byte
	if len(c.Data) > 0 {
		e := s.keys.encryptFrom(s.keys.iv(s.counter()), padTo(c.Data, s.block()))
		if c.INS&1 == 1 {
			objects = tlv.Append(objects, doDataOdd, e)
		} else {
			objects = tlv.Append(objects, doData, append([]byte{1}, e...))
		}
	}
	if c.Ne > 0 {
		objects = tlv.Append(objects, doLe, encodeLe(c.Ne))
	}
	mac := append(s.counter(), padTo(header, s.block())...)
	if len(objects) > 0 {
		mac = append(mac, objects...)
	} else {
		mac = mac[:len(mac)-s.block()+len(header)] // the padding is that of the header alone
	}
	objects = tlv.Append(objects, doMAC, s.mac(mac))
	return apdu.Command{CLA: header[0], INS: c.INS, P1: c.P1, P2: c.P2, Data: objects}
}

func encodeLe(ne int) []byte {
	if ne <= apdu.MaxShortNe {
		return []byte{byte(ne)}
	}
	return []byte{byte(ne >> 8), byte(ne)}
}

// open takes the protection off an answer. Every fault ends the session.
func (s *session) open(r apdu.Response) (apdu.Response, error) {
	s.ssc++
	plain, err := s.decode(r)
	if err != nil {
		return apdu.Response{}, s.end(err)
	}
	return plain, nil
}

func (s *session) decode(r apdu.Response) (apdu.Response, error) {
	if len(r.Data) == 0 { // ICAO Doc 9303-11 §9.8.3: chips answer so when they drop the session
		return apdu.Response{}, fmt.Errorf("%w: %w", ErrPlainAnswer, statusError(r.SW))
	}
	list, err := tlv.Parse(r.Data)
	if err != nil {
		return apdu.Response{}, fmt.Errorf("%w: %w", ErrObjects, err)
	}
	data, status, mac, err := arrange(list, s.block())
	if err != nil {
		return apdu.Response{}, err
	}
	if tail := r.Data[len(r.Data)-2-macSize:]; tail[0] != byte(doMAC) || tail[1] != macSize {
		return apdu.Response{}, fmt.Errorf("%w: length of 8E", ErrObjects)
	}
	signed := append(s.counter(), r.Data[:len(r.Data)-2-macSize]...) // as it stood, up to 8E 08
	if subtle.ConstantTimeCompare(s.mac(signed), mac) != 1 {
		return apdu.Response{}, ErrMAC
	}
	out := apdu.Response{SW: binary.BigEndian.Uint16(status)}
	if out.SW != r.SW && r.SW != apdu.OK { // some chips put 9000 outside whatever the protected status is
		return apdu.Response{}, ErrStatus
	}
	if data == nil {
		return out, nil
	}
	out.Data, err = unpad(s.keys.decryptFrom(s.keys.iv(s.counter()), data), s.block())
	return out, err
}

// arrange takes the objects of an answer apart: [87 or 85] 99 8E, nothing else and nothing twice. data is the cryptogram.
func arrange(list tlv.List, block int) (data, status, mac []byte, err error) {
	n := len(list)
	if list[n-1].Tag != doMAC {
		if len(list.All(doStatus)) == 0 && len(list.All(doData)) == 0 && len(list.All(doDataOdd)) == 0 {
			return nil, nil, nil, ErrPlainAnswer
		}
		return nil, nil, nil, ErrNoMAC
	}
	if n < 2 || list[n-2].Tag != doStatus {
		return nil, nil, nil, ErrNoStatus
	}
	status, mac = list[n-2].Value, list[n-1].Value
	if n > 3 || len(status) != 2 || len(mac) != macSize {
		return nil, nil, nil, ErrObjects
	}
	if n == 2 {
		return nil, status, mac, nil
	}
	data = list[0].Value
	switch list[0].Tag {
	case doData:
		if len(data) == 0 || data[0] != 1 {
			return nil, nil, nil, fmt.Errorf("%w: padding indicator", ErrObjects)
		}
		data = data[1:]
	case doDataOdd:
	default:
		return nil, nil, nil, ErrObjects
	}
	if len(data) == 0 || len(data)%block != 0 {
		return nil, nil, nil, fmt.Errorf("%w: cryptogram of %d bytes", ErrObjects, len(data))
	}
	return data, status, mac, nil
}

// statusError is the error of a status word, ErrObjects for a bare 9000.
func statusError(sw uint16) error {
	if sw == apdu.OK {
		return ErrObjects
	}
	return &apdu.StatusError{SW: sw}
}

// plainRoom is how many bytes of a file fit into a protected answer of limit bytes: 87, its length, the padding indicator
// and whole blocks, of which one byte at least is padding, then 99 and 8E.
func plainRoom(limit, block int) int {
	head := 1 + 3 + 1
	if limit <= apdu.MaxShortNe {
		limit, head = apdu.MaxShortNe, 1+2+1
	}
	return (limit-smHead-head)/block*block - 1
}
