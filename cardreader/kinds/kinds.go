// Package kinds lists every kind of card that this program reads, and tells which one lies on a reader.
//
// A new kind is one new folder beside this one, one line in All, and a run of the contract suite kindtest.
//
// # Order
//
// Kinds are tried in the order of All; the first that matches is it. A kind that holds more proof stands before one that
// holds less: a card that is a travel document and something else besides is read as a travel document.
//
// # Cards that are not read
//
// A card of no kind is named where it can be, so that the clerk can say "this is a bank card" and not "unknown card".
// The names are the values of Args()["Kind"] of the error with code other-kind; each has a sentence kind.<name>. A name
// stands here only where the identifier of its application is certain:
//
//	bank-card       2PAY.SYS.DDF01, 1PAY.SYS.DDF01   EMV Contactless Book B §3.3.1, EMV Book 1 §12.2.2
//	clerk-token     A00000030800001000               PIV, NIST SP 800-73-4 part 1 §2.2
//	security-key    A0000006472F0001                 FIDO, CTAP 2.1 §11.3
//	sim-card        A0000000871002                   USIM, ETSI TS 101 220 annex E
//	transit-card    A000000632010105                 T-Union, JT/T 978
//	health-card-de  D27600000102                     German eGK, gematik DF.HCA
//	my-number       D392F000260100000001             Japanese Individual Number Card, JPKI
//	unknown         none of these
package kinds

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/beid"
	"bangban/cardreader/cms"
	"bangban/cardreader/cnid"
	"bangban/cardreader/emrtd"
	"bangban/cardreader/mykad"
	"bangban/cardreader/rsid"
	"bangban/cardreader/sscard"
	"bangban/cardreader/thaiid"
	"bangban/cardreader/twnhi"
)

// Deps is what the kinds take from outside.
type Deps struct {
	Anchors func() []*cms.Certificate // country signing certificates and roots of identity cards trusted now; nil: none
	Lists   func() cms.Revocations    // what is held of lists of withdrawn signers; nil: nothing, ever
	Now     func() time.Time          // station time; nil, or a zero time: the clock is not to be trusted
	Rand    io.Reader                 // nil: crypto/rand
}

// All lists the kinds in matching order.
func All(d Deps) []cardreader.Kind {
	if d.Rand == nil {
		d.Rand = rand.Reader
	}
	return []cardreader.Kind{
		cnid.New(cnid.Deps{Now: d.Now}), // readers of records; asks a chip nothing
		emrtd.New(emrtd.Deps{Anchors: d.Anchors, Lists: d.Lists, Now: d.Now, Rand: d.Rand}),
		beid.New(beid.Deps{Anchors: d.Anchors, Now: d.Now}),
		sscard.New(sscard.Deps{Now: d.Now}),
		thaiid.New(thaiid.Deps{Now: d.Now}),
		twnhi.New(twnhi.Deps{Now: d.Now}),
		mykad.New(mykad.Deps{Now: d.Now}),
		rsid.New(rsid.Deps{Now: d.Now}),
	}
}

// Names of cards that are recognised and not read.
const (
	BankCard    = "bank-card"
	ClerkToken  = "clerk-token"
	SecurityKey = "security-key"
	SIMCard     = "sim-card"
	TransitCard = "transit-card"
	HealthDE    = "health-card-de"
	MyNumber    = "my-number"
	Unknown     = "unknown"
)

// strangers lists what is recognised by the name of an application alone.
func strangers() []struct{ name, aid string } {
	return []struct{ name, aid string }{
		{BankCard, "2PAY.SYS.DDF01"},
		{BankCard, "1PAY.SYS.DDF01"},
		{ClerkToken, "\xA0\x00\x00\x03\x08\x00\x00\x10\x00"},
		{SecurityKey, "\xA0\x00\x00\x06\x47\x2F\x00\x01"},
		{TransitCard, "\xA0\x00\x00\x06\x32\x01\x01\x05"},
		{HealthDE, "\xD2\x76\x00\x00\x01\x02"},
		{MyNumber, "\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01"},
		{SIMCard, "\xA0\x00\x00\x00\x87\x10\x02"},
	}
}

// Identify gives the kind of the card, or an *Error of cardreader: other-kind with the name of the card, or whatever
// kept it from being asked. It selects applications and leaves the matching one selected.
func Identify(ctx context.Context, conn cardreader.Conn, all []cardreader.Kind) (cardreader.Kind, error) {
	line := &witness{Conn: conn}
	for _, k := range all {
		if k.Match(ctx, line) {
			return k, nil
		}
		if err := errors.Join(ctx.Err(), line.err); err != nil {
			return nil, stopped(err)
		}
	}
	chip, ok := conn.(cardreader.APDUer)
	if !ok {
		return nil, other(Unknown)
	}
	for _, s := range strangers() {
		r, err := apdu.Send(ctx, chip, apdu.Command{INS: 0xA4, P1: 0x04, Data: []byte(s.aid), Ne: apdu.MaxShortNe}, false)
		var status *apdu.StatusError
		switch {
		case err == nil, r.SW>>8 == 0x62, r.SW>>8 == 0x63: // also one whose application is blocked
			return nil, other(s.name)
		case !errors.As(err, &status):
			return nil, stopped(err)
		}
	}
	return nil, other(Unknown)
}

// witness passes a connection's abilities on and remembers that a command was not transacted: a Match that is false then
// says nothing about the card.
type witness struct {
	cardreader.Conn
	err error
}

// Transmit implements cardreader.APDUer where the connection below is one.
func (w *witness) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	t, ok := w.Conn.(cardreader.APDUer)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	r, err := t.Transmit(ctx, command)
	if err != nil && w.err == nil {
		w.err = err
	}
	return r, err
}

// ReadRecord implements cardreader.RecordReader where the connection below is one.
func (w *witness) ReadRecord(ctx context.Context) (map[string][]byte, error) {
	r, ok := w.Conn.(cardreader.RecordReader)
	if !ok {
		return nil, cardreader.NewError(cardreader.CodeUnsupported, nil, nil)
	}
	return r.ReadRecord(ctx)
}

// MaxAPDU implements cardreader.ExtendedLengther.
func (w *witness) MaxAPDU() int {
	if x, ok := w.Conn.(cardreader.ExtendedLengther); ok {
		return x.MaxAPDU()
	}
	return 0
}

func other(name string) error {
	return cardreader.NewError(cardreader.CodeOtherKind, nil, map[string]string{"Kind": name})
}

// stopped makes an *Error of what kept a card from being asked.
func stopped(err error) error {
	var known *cardreader.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled):
		return cardreader.NewError(cardreader.CodeCancelled, err, nil)
	case errors.Is(err, context.DeadlineExceeded):
		return cardreader.NewError(cardreader.CodeTimeout, err, nil)
	case errors.Is(err, apdu.ErrNoStatus):
		return cardreader.NewError(cardreader.CodePulled, err, nil)
	}
	return cardreader.NewError(cardreader.CodeFaulty, err, nil)
}
