// Package rsid reads the identity card of Serbia (lična karta), the foreigner's card and the residence permit, through
// their contacts: both generations of the card.
//
// # How a reading goes
//
//	00 A4 04 00 0B F381000002 "SER" "ID" 01   the application; "IF" the foreigner's, "RP" the permit's
//	00 A4 08 00 02 0F02 04                    a file: 0F02 document, 0F03 person, 0F04 residence, 0F06 portrait
//	00 B0 oo oo nn                            nn bytes, at most 255, at an offset
//
// The first generation (Apollo) has no application to select: a card with its answer to reset is one if the document file
// can be selected. A file begins with a header, six bytes there and four on all later cards, whose last two are the length
// of what follows, low byte first. The text files are a row of fields: tag and length, two bytes each, low byte first, and
// a value in UTF-8. Dates are DDMMYYYY. Layout after ubavic/bas-celik.
//
// # It ends
//
// A reader that asks again for as long as the length says something is missing never ends where a card answers an error
// in the middle of a file, as bas-celik does not. Here every answer must be 9000 and exactly as long as was asked for.
//
// # What is proven
//
//	issuer    Indeterminate, not-supported: the card is signed, the way to verify it is not public. The check is not
//	          optional, so the whole is never Passed
//	validity  the document has not expired
//	text      only where a value is not UTF-8: Indeterminate. It is then left out
//	photo     only where there is no JPEG portrait: Indeterminate and optional
package rsid
