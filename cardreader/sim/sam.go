package sim

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
)

// OfSAM tells whether the card has no files that a chip command reads: it belongs on a SAM.
func (s Specimen) OfSAM() bool { return s.Kind == "cnid" }

// SAM is a reader with a security module, in software: frames of GA/T 467-2019 in, frames out. Its card is a specimen
// whose master file holds the records by name: base, photo, fingerprint, address. It shares no code with the package
// that reads such readers. It is safe for concurrent use; each Serve is one line to it.
type SAM struct {
	mu       sync.Mutex
	card     *Specimen
	answered bool // the card was read and not lifted since
	found    bool
	selected bool
	faults   map[[2]byte][3]byte
	wire     func(frame []byte) []byte
	frames   int // commands about the card since it was laid down
	liftAt   int // the one before which it is lifted; 0: none
}

// NewSAM makes a module without a card.
func NewSAM() *SAM { return &SAM{faults: map[[2]byte][3]byte{}} }

// Lay lays a specimen down, in place of what lies there. One that is taken away in a command is lifted before that frame
// about a card: finding it is the first.
func (m *SAM) Lay(s Specimen) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.card, m.answered, m.found, m.selected = &s, false, false, false
	m.frames, m.liftAt = 0, s.PullAt
}

// LiftAt lifts the card that lies there before the nth command about it from now; 0 is never.
func (m *SAM) LiftAt(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.frames, m.liftAt = 0, n
}

// Frames is how many commands about the card came since it was laid down.
func (m *SAM) Frames() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.frames
}

// Lift takes the card away.
func (m *SAM) Lift() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.card, m.found, m.selected = nil, false, false
}

// Fail makes a command end with this status, until it is 0.
func (m *SAM) Fail(cmd, para, sw1, sw2, sw3 byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.faults[[2]byte{cmd, para}] = [3]byte{sw1, sw2, sw3}; sw3 == 0 {
		delete(m.faults, [2]byte{cmd, para})
	}
}

// OnWire lets f change what goes over the line in place of each answer; nil changes nothing.
func (m *SAM) OnWire(f func(frame []byte) []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wire = f
}

// Serve answers on one line until it ends.
func (m *SAM) Serve(line io.ReadWriter) error {
	in := bufio.NewReader(line)
	for {
		body, status, err := command(in)
		if err == nil {
			_, err = line.Write(m.answer(body, status))
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// command reads the next command; status is not 0 where the frame was not good.
func command(in *bufio.Reader) (body []byte, status byte, err error) {
	head := []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}
	var seen [5]byte
	for !bytes.Equal(seen[:], head) {
		b, err := in.ReadByte()
		if err != nil {
			return nil, 0, err
		}
		copy(seen[:], seen[1:])
		seen[4] = b
	}
	var length [2]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return nil, 0, err
	}
	n := int(binary.BigEndian.Uint16(length[:]))
	if n < 3 || n > 64 {
		return nil, 0x11, nil
	}
	rest := make([]byte, n)
	if _, err := io.ReadFull(in, rest); err != nil {
		return nil, 0, err
	}
	sum := length[0] ^ length[1]
	for _, b := range rest {
		sum ^= b
	}
	if sum != 0 {
		return nil, 0x10, nil
	}
	return rest[:n-1], 0, nil
}

func (m *SAM) answer(body []byte, status byte) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	sw, data := [3]byte{0, 0, status}, []byte(nil)
	if status == 0 {
		m.count(body[0])
		fault, ok := m.fault(body[0], body[1])
		if sw = fault; !ok {
			sw[2], data = m.obey(body[0], body[1])
		}
	}
	frame := frameOf(append(sw[:], data...))
	if m.wire != nil {
		return m.wire(frame)
	}
	return frame
}

// count counts a command about the card, and lifts it when its time has come.
func (m *SAM) count(cmd byte) {
	if m.card == nil || cmd != 0x20 && cmd != 0x30 {
		return
	}
	if m.frames++; m.frames == m.liftAt {
		m.card, m.found, m.selected = nil, false, false
	}
}

// fault is what was asked for with Fail, else what the card does.
func (m *SAM) fault(cmd, para byte) (sw [3]byte, ok bool) {
	if sw, ok = m.faults[[2]byte{cmd, para}]; ok || m.card == nil {
		return sw, ok
	}
	b, err := hex.DecodeString(m.card.Faults[fmt.Sprintf("%02X%02X", cmd, para)])
	if err != nil || len(b) != len(sw) {
		return sw, false
	}
	return [3]byte(b), true
}

func frameOf(body []byte) []byte {
	n := len(body) + 1
	f := append([]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, byte(n >> 8), byte(n)}, body...)
	sum := byte(0)
	for _, b := range f[5:] {
		sum ^= b
	}
	return append(f, sum)
}

// obey is the module's part: one read of a card that was found and selected, then silence about it until it is lifted.
func (m *SAM) obey(cmd, para byte) (sw3 byte, data []byte) {
	switch [2]byte{cmd, para} {
	case [2]byte{0x10, 0xFF}, [2]byte{0x11, 0xFF}:
		return 0x90, nil
	case [2]byte{0x12, 0xFF}: // 05.01-20200101-0000000000-0000000000
		return 0x90, []byte{5, 0, 1, 0, 0xA5, 0x3A, 0x34, 0x01, 0, 0, 0, 0, 0, 0, 0, 0}
	case [2]byte{0x20, 0x01}:
		if m.card == nil || m.answered {
			return 0x80, nil
		}
		m.found = true
		return 0x9F, []byte{0, 0, 0, 0}
	case [2]byte{0x20, 0x02}:
		if m.card == nil || !m.found {
			return 0x81, nil
		}
		m.selected = true
		return 0x90, make([]byte, 8)
	case [2]byte{0x30, 0x01}, [2]byte{0x30, 0x10}:
		return m.base(para == 0x10)
	case [2]byte{0x30, 0x03}:
		switch address := m.record("address"); {
		case m.card == nil || !m.selected:
			return 0x41, nil
		case len(address) > 0:
			return 0x90, address
		}
		return 0x91, nil
	}
	return 0x21, nil
}

func (m *SAM) record(name string) []byte {
	if m.card == nil {
		return nil
	}
	return m.card.File(name)
}

func (m *SAM) base(withPrint bool) (sw3 byte, data []byte) {
	if m.card == nil || !m.selected {
		return 0x41, nil
	}
	text, photo, prints := m.record("base"), m.record("photo"), m.record("fingerprint")
	data = binary.BigEndian.AppendUint16(data, uint16(len(text)))
	data = binary.BigEndian.AppendUint16(data, uint16(len(photo)))
	if withPrint {
		data = binary.BigEndian.AppendUint16(data, uint16(len(prints)))
	}
	data = append(append(data, text...), photo...)
	if withPrint {
		data = append(data, prints...)
	}
	m.answered = true
	return 0x90, data
}
