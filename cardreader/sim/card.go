package sim

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"bangban/cardreader/apdu"
)

// Kinds of chip.
const (
	kindPassport = "emrtd"
	kindMute     = "mute"
)

// Option changes how a Card behaves.
type Option func(*Card)

// PullAt makes the nth command (1 is the first after Open) the one in which the card is taken from the reader; 0 leaves it
// as the specimen says.
func PullAt(n int) Option {
	return func(c *Card) {
		if n > 0 {
			c.pullAt = n
		}
	}
}

// Slow makes the chip call wait, with the length of command and answer, before it answers. wait should end with ctx. It
// replaces the clock that a slow specimen waits for.
func Slow(wait func(ctx context.Context, bytes int)) Option { return func(c *Card) { c.wait = wait } }

// Rand is where the chip takes challenges and key material from; without it crypto/rand.
func Rand(r io.Reader) Option { return func(c *Card) { c.rand = r } }

// Stats counts what went over the wire.
type Stats struct {
	APDUs    int // commands, with the one that was not answered
	BytesIn  int // to the chip
	BytesOut int // from the chip
}

// Card is a virtual chip. It is safe for concurrent use, one command at a time.
type Card struct {
	specimen Specimen
	pullAt   int
	wait     func(context.Context, int)
	rand     io.Reader

	mu        sync.Mutex
	stats     Stats
	dir       *Dir
	file      []byte // selected elementary file
	challenge []byte // RND.IC, nil when none is outstanding
	session   *session
	next      *session // begins after the answer that is being made
	pace      *paceRun
	agreeing  bool // Chip Authentication has begun
	plain     plainState
	piv       pivState
}

// Open makes the chip of a shipped specimen, which may be named with the prefix "sim:".
func Open(name string, options ...Option) (*Card, error) {
	s, err := Load(name)
	if err != nil {
		return nil, err
	}
	return NewCard(s, options...), nil
}

// NewCard makes the chip of a specimen.
func NewCard(s Specimen, options ...Option) *Card {
	c := &Card{specimen: s, rand: rand.Reader, pullAt: s.PullAt}
	if s.SlowMS > 0 {
		c.wait = delay(time.Duration(s.SlowMS) * time.Millisecond)
	}
	for _, o := range options {
		o(c)
	}
	c.reset()
	return c
}

// delay waits so long for each command.
func delay(d time.Duration) func(context.Context, int) {
	return func(ctx context.Context, _ int) {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
}

// Specimen is what the card was made of.
func (c *Card) Specimen() Specimen { return c.specimen }

// ATR is the answer to reset, ISO/IEC 7816-3 §8; nil for a card that is mute.
func (c *Card) ATR() []byte { return slices.Clone([]byte(c.specimen.ATR)) }

// Mute tells that the card never answers.
func (c *Card) Mute() bool { return c.specimen.Kind == kindMute }

// Stats gives the counters since Open.
func (c *Card) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

// Reset ends every session and selects the master file.
func (c *Card) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reset()
}

func (c *Card) reset() {
	c.challenge, c.session, c.next, c.pace, c.agreeing = nil, nil, nil, nil, false
	c.plain = plainState{wrong: c.plain.wrong}
	c.piv.reset()
	c.selectMaster()
}

func (c *Card) selectMaster() {
	c.dir, c.file = nil, nil
	for i := range c.specimen.Dirs {
		if c.specimen.Dirs[i].AID == "" {
			c.dir = &c.specimen.Dirs[i]
		}
	}
}

// APDU answers one command APDU. Nil means that the card was taken away instead.
func (c *Card) APDU(command []byte) []byte { return c.apdu(context.Background(), command) }

func (c *Card) apdu(ctx context.Context, command []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.APDUs++
	c.stats.BytesIn += len(command)
	if c.Mute() || c.stats.APDUs == c.pullAt {
		c.reset()
		return nil
	}
	answer := c.answer(command).Encode()
	if c.wait != nil {
		c.wait(ctx, len(command)+len(answer))
	}
	c.stats.BytesOut += len(answer)
	return answer
}

func (c *Card) answer(command []byte) apdu.Response {
	if c.specimen.Plain != nil {
		return c.plainAnswer(command)
	}
	if c.specimen.PIV != nil {
		return c.pivAnswer(command)
	}
	cmd, err := apdu.ParseCommand(command)
	if err != nil || (apdu.Extended(command) && !c.specimen.Extended) {
		c.session = nil
		return status(0x6700)
	}
	if c.session == nil || cmd.CLA&0x0C != 0x0C {
		if cmd.CLA&0x0C == 0x0C { // secure messaging without a session
			return status(0x6882)
		}
		c.session = nil // a command in the clear ends the session
		return c.execute(cmd)
	}
	plain, sw := c.session.open(cmd)
	if sw != apdu.OK {
		c.session = nil
		return status(sw)
	}
	s := c.session
	r := c.execute(plain)
	if c.session != s { // the command itself ended the session
		return r
	}
	s.count()
	sealed := s.seal(r, plain.INS&1 == 1)
	if len(sealed.Data) > cmd.Ne { // does not fit the Le of the outer command
		sealed = s.seal(status(0x6700), false)
	}
	if c.next != nil {
		c.session, c.next = c.next, nil
	}
	return sealed
}

func status(sw uint16) apdu.Response { return apdu.Response{SW: sw} }

// execute runs one command in the clear, ISO/IEC 7816-4 §11.
func (c *Card) execute(cmd apdu.Command) apdu.Response {
	if cmd.CLA&^0x0C != 0 && (cmd.CLA != 0x10 || cmd.INS != 0x86) { // chaining is for GENERAL AUTHENTICATE
		return status(0x6E00)
	}
	switch cmd.INS {
	case 0xA4:
		return c.selectFile(cmd)
	case 0xB0, 0xB1:
		return c.readBinary(cmd)
	case 0x84:
		return c.getChallenge(cmd)
	case 0x82:
		return c.mutualAuthenticate(cmd)
	case 0x22:
		return c.manage(cmd)
	case 0x86:
		return c.authenticate(cmd)
	case 0x88:
		return c.internalAuthenticate(cmd)
	}
	return status(0x6D00)
}

// selectFile is SELECT, ISO/IEC 7816-4 §11.2.2.
func (c *Card) selectFile(cmd apdu.Command) apdu.Response {
	id := strings.ToUpper(hex.EncodeToString(cmd.Data))
	switch cmd.P1 {
	case 0x04:
		return c.selectApplication(id, cmd)
	case 0x00, 0x02:
		if id == "3F00" || id == "" {
			c.selectMaster()
			return status(apdu.OK)
		}
		return c.selectElementary(id)
	}
	return status(0x6A86)
}

func (c *Card) selectApplication(aid string, cmd apdu.Command) apdu.Response {
	if answer, ok := c.specimen.Select[aid]; ok {
		b, err := hex.DecodeString(answer)
		if err != nil {
			return status(0x6F00)
		}
		return apdu.Response{Data: b, SW: apdu.OK}
	}
	for i := range c.specimen.Dirs {
		if d := &c.specimen.Dirs[i]; d.AID == aid && aid != "" {
			c.dir, c.file = d, nil
			if cmd.P2&0x0C == 0x0C || cmd.Ne == 0 {
				return status(apdu.OK)
			}
			fci := append([]byte{0x6F, byte(len(cmd.Data) + 2), 0x84, byte(len(cmd.Data))}, cmd.Data...)
			return apdu.Response{Data: fci, SW: apdu.OK}
		}
	}
	return status(0x6A82)
}

func (c *Card) selectElementary(id string) apdu.Response {
	if c.dir == nil {
		return status(0x6A82)
	}
	f, ok := c.dir.Files[id]
	switch {
	case !ok:
		return status(0x6A82)
	case c.closed(id):
		return status(0x6982)
	}
	c.file = f
	return status(apdu.OK)
}

// cardSecurity is the file of the master file that PACE alone opens, ICAO Doc 9303-10 §3.11.4.
const cardSecurity = "011D"

// closed tells that a file of the selected directory needs a session: ICAO Doc 9303-11 §4.1.
func (c *Card) closed(id string) bool {
	if c.dir.AID == "" {
		return id == cardSecurity && (c.session == nil || !c.session.pace)
	}
	return c.session == nil
}
