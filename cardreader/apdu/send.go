package apdu

import (
	"context"
	"fmt"
)

// Transmitter carries one encoded command to a chip and brings its answer.
type Transmitter interface {
	// Transmit returns the response with SW1 SW2 at its end. One goroutine uses it at a time.
	Transmit(ctx context.Context, command []byte) (response []byte, err error)
}

// maxRounds bounds GET RESPONSE: 256 answers of 256 bytes are the whole of an extended response.
const maxRounds = 256

// Send transmits c and gives its response. 61xx is answered by GET RESPONSE until all is there and 6Cxx by one more
// try with the Ne that the card wants; ctx is looked at before each of these commands too. A status other than 9000 comes back as Response and as a *StatusError; any other
// error means that there is no Response.
func Send(ctx context.Context, t Transmitter, c Command, extended bool) (Response, error) {
	r, err := exchange(ctx, t, c, extended)
	if err != nil {
		return Response{}, err
	}
	if r.SW>>8 == 0x6C && c.Ne > 0 {
		c.Ne = shortNe(byte(r.SW))
		if r, err = exchange(ctx, t, c, extended); err != nil {
			return Response{}, err
		}
	}
	if r.SW>>8 == 0x61 {
		if r, err = more(ctx, t, c, r); err != nil {
			return Response{}, err
		}
	}
	return r, r.Err()
}

// more fetches what 61xx announces, ISO/IEC 7816-4 §5.3.4: GET RESPONSE on the same logical channel, short lengths.
func more(ctx context.Context, t Transmitter, c Command, r Response) (Response, error) {
	get := Command{INS: 0xC0}
	if c.CLA&0xE0 == 0 { // first interindustry class: bits 1 and 2 are the channel, §5.4.1
		get.CLA = c.CLA & 0x03
	}
	all := append([]byte(nil), r.Data...)
	for range maxRounds {
		get.Ne = shortNe(byte(r.SW))
		next, err := exchange(ctx, t, get, false)
		if err != nil {
			return Response{}, err
		}
		if next.SW>>8 == 0x6C {
			get.Ne = shortNe(byte(next.SW))
			if next, err = exchange(ctx, t, get, false); err != nil {
				return Response{}, err
			}
		}
		all = append(all, next.Data...)
		if len(all) > MaxExtendedNe {
			break
		}
		if r = next; r.SW>>8 != 0x61 {
			return Response{Data: all, SW: r.SW}, nil
		}
	}
	return Response{}, fmt.Errorf("%w: %d bytes so far", ErrEndless, len(all))
}

func exchange(ctx context.Context, t Transmitter, c Command, extended bool) (Response, error) {
	if err := ctx.Err(); err != nil {
		return Response{}, fmt.Errorf("apdu: not sent: %w", err)
	}
	b, err := c.Encode(extended)
	if err != nil {
		return Response{}, err
	}
	answer, err := t.Transmit(ctx, b)
	if err != nil {
		return Response{}, fmt.Errorf("apdu: transmit: %w", err)
	}
	return ParseResponse(answer)
}
