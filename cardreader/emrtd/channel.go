package emrtd

import (
	"context"
	"errors"
	"fmt"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// channel is the way to one chip: in the clear, then inside a session.
type channel struct {
	conn  cardreader.APDUer
	sm    *session // nil: in the clear
	limit int      // greatest answer in bytes that chip and reader carry
}

// extended tells whether longer answers than short ones may be asked for.
func (c *channel) extended() bool { return c.limit > apdu.MaxShortNe }

// room is how many bytes of a file fit into one answer.
func (c *channel) room() int { return plainRoom(c.limit, c.block()) }

// shortRoom is room for short lengths.
func (c *channel) shortRoom() int { return plainRoom(apdu.MaxShortNe, c.block()) }

func (c *channel) block() int {
	if c.sm == nil {
		return block
	}
	return c.sm.block()
}

// alive tells whether the next command can be sent the way the last one was.
func (c *channel) alive() bool { return c.sm == nil || c.sm.over == nil }

// close ends the session.
func (c *channel) close() {
	if c.sm != nil {
		_ = c.sm.end(ErrSessionOver)
	}
}

// send transmits one command and gives its answer, unwrapped. A status word other than 9000 is a *apdu.StatusError
// beside the answer.
func (c *channel) send(ctx context.Context, cmd apdu.Command) (apdu.Response, error) {
	if err := ctx.Err(); err != nil {
		return apdu.Response{}, err
	}
	if c.sm == nil {
		return apdu.Send(ctx, c.conn, cmd, false)
	}
	if c.sm.over != nil {
		return apdu.Response{}, fmt.Errorf("%w: %w", ErrSessionOver, c.sm.over)
	}
	return c.sendProtected(ctx, cmd)
}

// sendProtected does not answer 61xx and 6Cxx by itself as apdu.Send does: inside a session they are answers in the
// clear, and repeating a command would set the counters apart.
func (c *channel) sendProtected(ctx context.Context, cmd apdu.Command) (apdu.Response, error) {
	long := cmd.Ne > c.shortRoom() && cmd.INS != 0x86 // GENERAL AUTHENTICATE answers little; its Le is "whatever there is"
	sealed := c.sm.protect(cmd)
	sealed.Ne = apdu.MaxShortNe
	if long {
		sealed.Ne = apdu.MaxExtendedNe
	}
	b, err := sealed.Encode(long)
	if err != nil {
		return apdu.Response{}, err
	}
	answer, err := c.conn.Transmit(ctx, b)
	if err != nil {
		return apdu.Response{}, c.sm.end(fmt.Errorf("emrtd: transmit: %w", err))
	}
	r, err := apdu.ParseResponse(answer)
	if err != nil {
		return apdu.Response{}, c.sm.end(err)
	}
	if r, err = c.sm.open(r); err == nil {
		err = r.Err()
	}
	if long && errors.Is(err, apdu.ErrWrongLength) {
		err = fmt.Errorf("%w: %w", errExtended, err)
	}
	return r, err
}
