package station

import (
	"context"
	"errors"

	"bangban/cardreader"
	"bangban/cardreader/pcsc"
)

// read reads the card, and once more where another program reset it meanwhile: the session with it is lost, the card is
// not, and nobody at the counter need know. The second time the error says what is so. A PIN is never sent twice by
// itself: a card counts.
func (c *Cards) read(ctx context.Context, reader string, s cardreader.Secrets, report func(cardreader.Progress)) (*Reading, error) {
	r, err := c.readOnce(ctx, reader, s, report)
	if _, counts := s[cardreader.PIN]; counts || !errors.Is(err, pcsc.ErrReset) || ctx.Err() != nil {
		return r, err
	}
	return c.readOnce(ctx, reader, s, report)
}
