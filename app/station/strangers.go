package station

import (
	"bytes"
	"context"
	"errors"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/kinds"
)

// Names of cards that are told by their answer to reset or by a card manager alone. Each has a sentence kind.<name>.
const (
	storageCard = "storage-card" // door keys, older transit cards: memory without an application
	blankCard   = "blank-card"   // a Java Card on which nothing was put
)

// CodeNeedsSAM says that a PRC identity card lies on a reader that cannot read it. Args Reader: one that can, empty where
// none is attached (then the code is CodeNoSAM).
const (
	CodeNeedsSAM = "card-needs-sam"
	CodeNoSAM    = "card-no-sam"
)

// identify tells the kind of the card. A clerk's token is told by its answer to reset before any kind is tried, so that
// one which also holds an application of a document is never read as a person's card.
func (c *Cards) identify(ctx context.Context, conn cardreader.Conn) (cardreader.Kind, error) {
	if name := byATR(conn.ATR()); name == kinds.ClerkToken {
		return nil, otherKind(name)
	}
	kind, err := kinds.Identify(ctx, conn, c.kinds)
	var known *cardreader.Error
	if err == nil || !errors.As(err, &known) || known.Code() != cardreader.CodeOtherKind || known.Args()["Kind"] != kinds.Unknown {
		return kind, err
	}
	if name := byATR(conn.ATR()); name != "" {
		return nil, otherKind(name)
	}
	chip, ok := conn.(cardreader.APDUer)
	if !ok {
		return nil, err
	}
	return nil, c.stranger(ctx, chip, err)
}

// stranger asks a card that answered to no known application two more questions.
func (c *Cards) stranger(ctx context.Context, chip cardreader.APDUer, unknown error) error {
	// A PRC identity card says nothing but the serial number of its chip to a reader without a security module: eight
	// bytes that are not the citizen's number and are kept nowhere.
	answer, err := chip.Transmit(ctx, []byte{0x00, 0x36, 0x00, 0x00, 0x08})
	if err != nil {
		return err
	}
	if len(answer) == 10 && bytes.HasSuffix(answer, []byte{0x90, 0x00}) {
		clear(answer)
		return c.needsSAM(ctx)
	}
	for _, manager := range [][]byte{{0xA0, 0, 0, 1, 0x51, 0, 0}, {0xA0, 0, 0, 0, 3, 0, 0}} { // GlobalPlatform Card Specification 2.3.1 annex H.1.3
		answer, err := chip.Transmit(ctx, append(append([]byte{0x00, 0xA4, 0x04, 0x00, byte(len(manager))}, manager...), 0x00))
		if err != nil {
			return err
		}
		if len(answer) >= 2 && (answer[len(answer)-2] == 0x90 || answer[len(answer)-2] == 0x61) {
			return otherKind(blankCard)
		}
	}
	return unknown
}

// needsSAM names a reader that can read the card, where there is one.
func (c *Cards) needsSAM(ctx context.Context) error {
	for _, s := range c.systems {
		if s.Name() != "sam" {
			continue
		}
		readers, err := s.Readers(ctx)
		if err == nil && len(readers) > 0 {
			return &desk.Error{Op: "card.read", Code: CodeNeedsSAM, Args: map[string]string{"Reader": readers[0].Name()}}
		}
	}
	return &desk.Error{Op: "card.read", Code: CodeNoSAM}
}

func otherKind(name string) error {
	return cardreader.NewError(cardreader.CodeOtherKind, nil, map[string]string{"Kind": name})
}

// storage begins the historical bytes of memory cards at contactless readers, PC/SC part 3 §3.1.3.2.3.2.
const storage = "\x80\x4F\x0C\xA0\x00\x00\x03\x06"

// byATR tells a card by its answer to reset alone; empty where that says nothing. Makers of tokens write their name there.
func byATR(atr []byte) string {
	if bytes.Contains(atr, []byte(storage)) {
		return storageCard
	}
	for _, maker := range []string{"YubiKey", "Yubikey", "Nitrokey", "ePass", "eToken", "IDPrime", "SafeNet", "GoldKey"} {
		if bytes.Contains(atr, []byte(maker)) {
			return kinds.ClerkToken
		}
	}
	return ""
}

// NameOf says what lies on a reader, without reading anything of a person: the kind, or the name of another card.
func (c *Cards) NameOf(ctx context.Context, reader string) (string, error) {
	r, err := c.find(ctx, reader)
	if err != nil {
		return "", err
	}
	conn, err := r.Connect(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	kind, err := c.identify(ctx, conn)
	var coded desk.Coded
	switch {
	case err == nil:
		return kind.ID(), nil
	case errors.As(err, &coded) && coded.Code() == cardreader.CodeOtherKind:
		return coded.Args()["Kind"], nil
	}
	if d := desk.Explain("card.name", err); d.Code == CodeNeedsSAM || d.Code == CodeNoSAM {
		return "cnid", nil
	}
	return "", err
}
