package sim

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"bangban/cardreader/apdu"
)

// Plain is a chip that is read without a session, ISO/IEC 7816-4: files, records and data objects under an application.
// What differs from card to card is data.
type Plain struct {
	T0       bool                `json:"t0,omitempty"`       // answers with 61xx and 6Cxx, ISO/IEC 7816-3 §10
	Respond  byte                `json:"respond,omitempty"`  // P2 that GET RESPONSE must have
	Dialect  string              `json:"dialect,omitempty"`  // commands beside those of the standard
	Apps     map[string]hexBytes `json:"apps,omitempty"`     // application identifier → answer to SELECT
	Open     bool                `json:"open,omitempty"`     // files are there before an application is selected
	Selected hexBytes            `json:"selected,omitempty"` // answer to SELECT of a file
	Files    map[string]File     `json:"files,omitempty"`    // identifier, or path below the master file
	Data     map[string][]byte   `json:"data,omitempty"`     // P1-P2 of GET DATA → data object
	PIN      *PIN                `json:"pin,omitempty"`
}

// File holds bytes or records.
type File struct {
	Bytes   []byte   `json:"bytes,omitempty"`
	Records [][]byte `json:"records,omitempty"`
	SFI     string   `json:"sfi,omitempty"`    // short identifier, two digits of hexadecimal
	Access  string   `json:"access,omitempty"` // empty: free; "pin": after VERIFY; "key": never
}

// PIN is a secret that opens files, and how often it may be wrong.
type PIN struct {
	Value hexBytes `json:"value"`
	Tries int      `json:"tries"` // 0: blocked
}

// Dialects of Plain.
const (
	dialectLength = "length-in-data" // 80 B0 oo oo 02 ll ll: READ BINARY with its length in the data field
	dialectSteps  = "three-steps"    // C8 32, CC 00, CC 06: announce a length, name a place, fetch
)

// Access rules of a File.
const (
	accessPIN = "pin"
	accessKey = "key"
)

// plainState is what a plain chip remembers between two commands. Tries of the PIN outlive a reset.
type plainState struct {
	app     bool
	file    *File
	waiting []byte // for GET RESPONSE
	want    int    // bytes announced, three steps
	piece   []byte // bytes named, three steps
	opened  bool
	wrong   int // wrong PINs in a row
}

func (p *Plain) valid() error {
	if !slices.Contains([]string{"", dialectLength, dialectSteps}, p.Dialect) {
		return fmt.Errorf("%w: dialect %q", ErrBroken, p.Dialect)
	}
	seen := map[string]bool{}
	for id, f := range p.Files {
		if _, err := hex.DecodeString(id); err != nil || id != strings.ToUpper(id) {
			return fmt.Errorf("%w: file %q", ErrBroken, id)
		}
		if !slices.Contains([]string{"", accessPIN, accessKey}, f.Access) || f.Access == accessPIN && p.PIN == nil {
			return fmt.Errorf("%w: access to file %s", ErrBroken, id)
		}
		if f.SFI != "" && seen[f.SFI] {
			return fmt.Errorf("%w: short identifier %s twice", ErrBroken, f.SFI)
		}
		seen[f.SFI] = true
	}
	return nil
}

// plainAnswer answers one command and does with the data what the protocol does.
func (c *Card) plainAnswer(command []byte) apdu.Response {
	cmd, err := apdu.ParseCommand(command)
	if err != nil || apdu.Extended(command) {
		c.plain.waiting = nil
		return status(0x6700)
	}
	p := c.specimen.Plain
	if cmd.INS == 0xC0 && cmd.CLA == 0 {
		return c.getResponse(cmd)
	}
	c.plain.waiting = nil
	r := c.plainExecute(cmd)
	switch {
	case !p.T0 && cmd.Ne == 0, len(r.Data) == 0:
		return status(r.SW)
	case !p.T0 && len(r.Data) > cmd.Ne:
		r.Data = r.Data[:cmd.Ne]
	case p.T0 && len(cmd.Data) > 0: // §10.3.4: case 4, and its Le, become GET RESPONSE
		c.plain.waiting = r.Data
		return status(0x6100 | uint16(byte(len(r.Data))))
	case p.T0 && cmd.Ne != len(r.Data): // case 2: exactly what there is
		return status(0x6C00 | uint16(byte(len(r.Data))))
	}
	return r
}

// getResponse is GET RESPONSE, ISO/IEC 7816-4 §11.7.1.
func (c *Card) getResponse(cmd apdu.Command) apdu.Response {
	waiting := c.plain.waiting
	switch {
	case len(waiting) == 0:
		return status(0x6985)
	case cmd.P1 != 0 || cmd.P2 != c.specimen.Plain.Respond:
		return status(0x6B00)
	case cmd.Ne == 0 || cmd.Ne > len(waiting):
		return status(0x6C00 | uint16(byte(len(waiting))))
	}
	r := apdu.Response{Data: waiting[:cmd.Ne], SW: apdu.OK}
	if c.plain.waiting = waiting[cmd.Ne:]; len(c.plain.waiting) > 0 {
		r.SW = 0x6100 | uint16(byte(min(len(c.plain.waiting), 0xFF)))
	}
	return r
}

func (c *Card) plainExecute(cmd apdu.Command) apdu.Response {
	dialect := c.specimen.Plain.Dialect
	switch {
	case dialect == dialectSteps && (cmd.CLA == 0xC8 || cmd.CLA == 0xCC):
		return c.step(cmd)
	case dialect == dialectLength && cmd.CLA == 0x80 && cmd.INS == 0xB0 && len(cmd.Data) == 2:
		return c.readLength(cmd)
	case cmd.CLA != 0:
		return status(0x6E00)
	}
	switch cmd.INS {
	case 0xA4:
		return c.plainSelect(cmd)
	case 0xB0:
		return c.plainBinary(cmd)
	case 0xB2:
		return c.readRecord(cmd)
	case 0xCA:
		return c.getData(cmd)
	case 0x20:
		return c.verify(cmd)
	}
	return status(0x6D00)
}

// plainSelect is SELECT by name, by path from the master file, or by identifier, ISO/IEC 7816-4 §11.2.2.
func (c *Card) plainSelect(cmd apdu.Command) apdu.Response {
	p, id := c.specimen.Plain, strings.ToUpper(hex.EncodeToString(cmd.Data))
	switch cmd.P1 {
	case 0x04:
		fci, ok := p.Apps[id]
		if !ok {
			return status(0x6A82)
		}
		c.plain.app, c.plain.file = true, nil
		if cmd.P2&0x0C == 0x0C {
			fci = nil
		}
		return apdu.Response{Data: fci, SW: apdu.OK}
	case 0x00, 0x02, 0x08, 0x09:
	default:
		return status(0x6A86)
	}
	f, ok := p.Files[strings.TrimPrefix(id, "3F00")]
	if !ok || !c.plain.app && !p.Open {
		return status(0x6A82)
	}
	c.plain.file = &f
	if cmd.P2&0x0C == 0x0C {
		return status(apdu.OK)
	}
	return apdu.Response{Data: p.Selected, SW: apdu.OK}
}

// bySFI makes the file with a short identifier the selected one; 0 is the one that is selected already.
func (c *Card) bySFI(sfi byte) (sw uint16) {
	if sfi == 0 {
		return apdu.OK
	}
	p := c.specimen.Plain
	for _, f := range p.Files {
		if f.SFI == fmt.Sprintf("%02X", sfi) && (c.plain.app || p.Open) {
			c.plain.file = &f
			return apdu.OK
		}
	}
	return 0x6A82
}

// access tells whether the selected file may be read.
func (c *Card) access() uint16 {
	switch f := c.plain.file; {
	case f == nil:
		return 0x6986
	case f.Access == accessKey, f.Access == accessPIN && !c.plain.opened:
		return 0x6982
	}
	return apdu.OK
}

func (c *Card) plainBinary(cmd apdu.Command) apdu.Response {
	offset := int(cmd.P1)<<8 | int(cmd.P2)
	if cmd.P1&0x80 != 0 {
		if sw := c.bySFI(cmd.P1 & 0x1F); sw != apdu.OK {
			return status(sw)
		}
		offset = int(cmd.P2)
	}
	if sw := c.access(); sw != apdu.OK {
		return status(sw)
	}
	b := c.plain.file.Bytes
	switch {
	case cmd.Ne == 0:
		return status(0x6700)
	case offset >= len(b):
		return status(0x6B00)
	}
	r := apdu.Response{Data: b[offset:min(offset+cmd.Ne, len(b))], SW: apdu.OK}
	if len(r.Data) < cmd.Ne && !c.specimen.Plain.T0 && cmd.Ne != apdu.MaxShortNe {
		r.SW = 0x6282
	}
	return r
}

// readRecord is READ RECORD, ISO/IEC 7816-4 §11.4.3: P1 is a number, or the identifier that a record begins with.
func (c *Card) readRecord(cmd apdu.Command) apdu.Response {
	if sw := c.bySFI(cmd.P2 >> 3); sw != apdu.OK {
		return status(sw)
	}
	if sw := c.access(); sw != apdu.OK {
		return status(sw)
	}
	records, n := c.plain.file.Records, int(cmd.P1)
	switch {
	case cmd.Ne == 0:
		return status(0x6700)
	case cmd.P2&7 == 4 && n >= 1 && n <= len(records):
		return apdu.Response{Data: records[n-1], SW: apdu.OK}
	case cmd.P2&7 == 0:
		for _, r := range records {
			if len(r) > 0 && r[0] == cmd.P1 {
				return apdu.Response{Data: r, SW: apdu.OK}
			}
		}
	case cmd.P2&7 != 4:
		return status(0x6A81)
	}
	return status(0x6A83)
}

// getData is GET DATA, ISO/IEC 7816-4 §11.5.2.
func (c *Card) getData(cmd apdu.Command) apdu.Response {
	b, ok := c.specimen.Plain.Data[fmt.Sprintf("%02X%02X", cmd.P1, cmd.P2)]
	if !ok || !c.plain.app {
		return status(0x6A88)
	}
	return apdu.Response{Data: b, SW: apdu.OK}
}

// verify is VERIFY, ISO/IEC 7816-4 §11.6.6; without data it tells how many tries are left.
func (c *Card) verify(cmd apdu.Command) apdu.Response {
	pin := c.specimen.Plain.PIN
	switch {
	case pin == nil:
		return status(0x6A88)
	case pin.Tries <= c.plain.wrong:
		return status(0x6983)
	case len(cmd.Data) == 0 && c.plain.opened:
		return status(apdu.OK)
	case len(cmd.Data) > 0 && bytes.Equal(cmd.Data, pin.Value):
		c.plain.opened, c.plain.wrong = true, 0
		return status(apdu.OK)
	case len(cmd.Data) > 0:
		c.plain.opened = false
		c.plain.wrong++
	}
	return status(0x63C0 | uint16(min(pin.Tries-c.plain.wrong, 15)))
}

// readLength is the dialect that names the length in the data field.
func (c *Card) readLength(cmd apdu.Command) apdu.Response {
	at, n := int(cmd.P1)<<8|int(cmd.P2), int(cmd.Data[0])<<8|int(cmd.Data[1])
	f, ok := c.specimen.Plain.Files["0001"]
	switch {
	case !ok || !c.plain.app:
		return status(0x6985)
	case n == 0 || n > apdu.MaxShortNe:
		return status(0x6700)
	case at+n > len(f.Bytes):
		return status(0x6B00)
	}
	return apdu.Response{Data: f.Bytes[at : at+n], SW: apdu.OK}
}

// step is the dialect of three commands; numbers have their low byte first. The first two announce what comes next in
// their status.
func (c *Card) step(cmd apdu.Command) apdu.Response {
	low := func(b []byte) int { return int(b[0]) | int(b[1])<<8 }
	if !c.plain.app {
		return status(0x6985)
	}
	switch d := cmd.Data; {
	case cmd.CLA == 0xC8 && cmd.INS == 0x32 && len(d) == 5:
		c.plain.want, c.plain.piece = low(d[3:]), nil
		return status(0x9108)
	case cmd.CLA == 0xCC && cmd.INS == 0x00 && len(d) == 8:
		f, ok := c.specimen.Plain.Files[fmt.Sprintf("%04X", low(d))]
		at, n := low(d[4:]), low(d[6:])
		switch {
		case !ok:
			return status(0x6A82)
		case n != c.plain.want || n > 252:
			return status(0x6700)
		case at+n > len(f.Bytes):
			return status(0x6B00)
		}
		c.plain.piece = f.Bytes[at : at+n]
		return status(0x9400 | uint16(n))
	case cmd.CLA == 0xCC && cmd.INS == 0x06 && c.plain.piece != nil:
		b := c.plain.piece
		if cmd.Ne > len(b) {
			return status(0x6700)
		}
		c.plain.piece = nil
		return apdu.Response{Data: b, SW: apdu.OK}
	}
	return status(0x6985)
}
