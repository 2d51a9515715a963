package station

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"slices"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/app/people"
	"bangban/cardreader"
	"bangban/cardreader/piv"
)

// Codes of what can be wrong with a card of the staff; each has a sentence.
const (
	codeCardNone    = "login-card-none"    // no card of the staff on any reader
	codeCardMany    = "login-card-many"    // more than one
	codeCardOther   = "login-card-other"   // Args Clerk: it is theirs
	codeCardNew     = "login-card-new"     // Args Clerk: on the roster, no slot here
	codeCardBlocked = "login-card-blocked" // by wrong PINs
	codeCardKey     = "login-card-key"     // no key of use on it
	codeCardSlot    = "login-card-slot"    // it does not open its slot
	codeCardForm    = "login-card-form"    // a PIN that no card has
	codeCardHere    = "login-card-here"    // Args Clerk: they have a card here and no PIN
	codeCardLast    = "login-card-last"    // nothing else opens this counter
)

// heldCard is a card of the staff on a reader, connected.
type heldCard struct {
	ctx    context.Context
	card   *piv.Card
	conn   cardreader.Conn
	reader string
	public []byte
	raw    []byte // the certificate
}

// Public implements keys.ClerkCard.
func (h heldCard) Public() []byte { return h.public }

// Agree implements keys.ClerkCard.
func (h heldCard) Agree(peer []byte) ([]byte, error) { return h.card.Agree(h.ctx, peer) }

// prove has the card check its PIN.
func (h heldCard) prove(pin []byte) error { return cardError(h.card.Verify(h.ctx, pin)) }

func (h heldCard) slot(s *Station, id string) keys.CardSlot {
	return keys.CardSlot{Station: s.store.Station(), ClerkID: id, Card: h}
}

// StaffCard tells whose card lies on a reader, before any PIN is asked for; not names readers that are left alone. Where
// several lie there it is codeCardMany. The card is let go before it returns.
func (s *Station) StaffCard(ctx context.Context, not []string) (desk.StaffCard, error) {
	held, err := s.cards.staffCards(ctx, not)
	defer letGo(held)
	switch {
	case err != nil:
		return desk.StaffCard{}, err
	case len(held) > 1:
		return desk.StaffCard{}, &desk.Error{Op: "login", Code: codeCardMany}
	}
	h := held[0]
	who := desk.StaffCard{Reader: h.reader}
	if who.Clerk, err = s.door.Holder(h.public); err != nil {
		return who, err
	}
	who.Known = s.vault.HasCard(who.Clerk.ID, h.public)
	if who.Left, err = h.card.Tries(ctx); err != nil {
		return who, cardError(err)
	}
	return who, nil
}

// StaffCertificate is the certificate of a card of the staff, whoever has it.
type StaffCertificate struct {
	Reader string
	PEM    []byte
	Key    string // the first half of the key's SHA-256, in hexadecimal
}

// StaffCertificate takes the certificate of the one card of the staff that lies on a reader, or on the named one. It is what
// the institution puts on its roster, and takes no PIN.
func (c *Cards) StaffCertificate(ctx context.Context, reader string) (*StaffCertificate, error) {
	held, err := c.staffCards(ctx, nil)
	defer letGo(held)
	if err != nil {
		return nil, err
	}
	mine := slices.DeleteFunc(slices.Clone(held), func(h heldCard) bool { return reader != "" && h.reader != reader })
	switch len(mine) {
	case 0:
		return nil, &desk.Error{Op: "card.staff", Code: codeCardNone}
	case 1:
		h := mine[0]
		if _, err := bundle.CardKey(h.raw); err != nil {
			return nil, &desk.Error{Op: "card.staff", Code: codeCardKey, Err: err}
		}
		return &StaffCertificate{Reader: h.reader, PEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.raw}), Key: keyName(h.public)}, nil
	}
	return nil, &desk.Error{Op: "card.staff", Code: codeCardMany}
}

// keyName is how a card's key is told from others: the first half of its SHA-256.
func keyName(public []byte) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:16])
}

// WantsCard tells whether somebody on the roster logs in here by card only: policy says so, or they have a card here and no
// PIN.
func (s *Station) WantsCard(id string) bool {
	m, ok := s.bundle.Member(id)
	return ok && (s.bundle.Policy.ByCard(m.Clerk) || s.vault.Cards(id) > 0 && !slices.Contains(s.vault.ClerkIDs(), id))
}

// withStaffCard has f use the card of one clerk, and lets go of it.
func withStaffCard(ctx context.Context, s *Station, c Card, id string, f func(heldCard) (*keys.Unlocked, error)) (*keys.Unlocked, error) {
	held, err := s.cards.staffCards(ctx, c.Not)
	defer letGo(held)
	if err != nil {
		return nil, err
	}
	var why error
	for _, h := range held {
		who, err := s.door.Holder(h.public)
		switch {
		case err != nil:
			why = err
		case who.ID != id:
			why = &desk.Error{Op: "login", Code: codeCardOther, Args: map[string]string{"Clerk": who.ID}}
		default:
			return f(h)
		}
	}
	return nil, why
}

func letGo(held []heldCard) {
	for _, h := range held {
		h.conn.Close() // which resets the card: the PIN is asked for again
	}
}

// staffCards connects to every card of the staff that lies on a reader with contacts or a field. Where there is none it says
// what stands between: a service that is off, no reader, a card that cannot be used, another card, nothing.
func (c *Cards) staffCards(ctx context.Context, not []string) (held []heldCard, err error) {
	if c == nil {
		return nil, &desk.Error{Op: "login", Code: codeCardNone}
	}
	readers, off := c.chipReaders(ctx)
	var unusable error
	for _, r := range readers {
		if slices.Contains(not, r.Name()) {
			continue
		}
		conn, err := r.Connect(ctx)
		if err != nil {
			continue // nothing lies there, or nothing that answers
		}
		h, err := holdCard(ctx, conn)
		if err != nil {
			conn.Close()
			if !errors.Is(err, piv.ErrNotPIV) {
				unusable = err
			}
			continue
		}
		h.reader = r.Name()
		held = append(held, h)
	}
	switch {
	case len(held) > 0:
		return held, nil
	case ctx.Err() != nil:
		return nil, cardreader.Fault(ctx.Err())
	case unusable != nil:
		return nil, cardError(unusable)
	case off != nil && len(readers) == 0: // a training counter without the service works with its tray
		return nil, off
	case len(readers) == 0:
		return nil, cardreader.NewError(cardreader.CodeNoReader, nil, nil)
	}
	return nil, &desk.Error{Op: "login", Code: codeCardNone}
}

func holdCard(ctx context.Context, conn cardreader.Conn) (heldCard, error) {
	card, err := piv.Open(ctx, conn)
	if err != nil {
		return heldCard{}, err
	}
	cert, err := card.Certificate(ctx)
	if err != nil {
		return heldCard{}, err
	}
	return heldCard{ctx: ctx, card: card, conn: conn, public: cert.Public, raw: cert.Raw}, nil
}

// chipReaders lists the readers of cards with chips: a reader with a security module reads only its own.
func (c *Cards) chipReaders(ctx context.Context) (all []cardreader.Reader, off error) {
	for _, sys := range c.systems {
		if sys.Name() == "sam" {
			continue
		}
		rs, err := sys.Readers(ctx)
		if err != nil {
			off = err
			continue
		}
		all = append(all, rs...)
	}
	return all, off
}

// cardError gives an error of a card its sentence.
func cardError(err error) error {
	var wrong *piv.WrongPIN
	var known *cardreader.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return &desk.Error{Op: "login", Code: people.CodeCardPIN, Args: map[string]string{"Left": digits(wrong.Left)}, Err: err}
	case errors.Is(err, piv.ErrBlocked):
		return &desk.Error{Op: "login", Code: codeCardBlocked, Err: err}
	case errors.Is(err, piv.ErrPIN):
		return &desk.Error{Op: "login", Code: codeCardForm, Err: err}
	case errors.As(err, &known):
		return err
	}
	return &desk.Error{Op: "login", Code: codeCardKey, Err: err}
}

// cardSlotError gives an error of a card's slot its sentence, and leaves errors that are not a card's as they are.
func cardSlotError(err error) error {
	if errors.Is(err, keys.ErrCard) {
		return &desk.Error{Op: "login", Code: codeCardSlot, Err: err}
	}
	for _, e := range []error{piv.ErrAnswer, piv.ErrAlgorithm} {
		if errors.Is(err, e) {
			return cardError(err)
		}
	}
	return err
}
