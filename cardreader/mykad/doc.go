// Package mykad reads the identity card of Malaysia (MyKad, MyPR, MyTentera) through its contacts: the application of the
// national registration department, JPN.
//
// # How a reading goes
//
//	00 A4 04 00 0A A0000000744A504E0010          the application
//	C8 32 00 00 05 08 00 00 ll ll                how many bytes will be wanted, low byte first
//	CC 00 00 00 08 ff ff 01 00 oo oo ll ll       which file, offset and length, low bytes first
//	CC 06 00 00 ll                               the bytes: 240 at most are asked for
//
// The last three are one chunk. The first two of them are answered with 9000, or with the length that comes next (9108,
// 94ll). Of the files, three are read: 1 the person (459 bytes), 4 the address (171), 2 the
// portrait (4011). Fingerprints (3) are none of our business. In a file, counted from its start:
//
//	1:   3 150  name                    4:   3  30  address, three lines
//	   273  13  number                      33  30
//	   286   1  L male, P female            63  30
//	   295   4  birth, CCYYMMDD in BCD      93   3  postcode, BCD, the last digit unused
//	   324   4  issued, the same            96  25  town
//	   328  18  citizenship                121  30  state
//	2:   3      portrait, JPEG
//
// Offsets after amree/mykad-c. Text is ASCII filled with spaces. Race and religion stand in file 1 too: they are in Raw,
// where they belong to the file, and are taken out of it nowhere. The card tells no authority and no day of expiry.
//
// # What is proven
//
//	issuer      Indeterminate, not-supported: the keys that could prove the card are closed. The check is not optional, so
//	            the whole is never Passed
//	birth-date  the number begins with the same birth and ends with the same sex; Indeterminate where not, and optional
//	text        only where a byte of a text is no ASCII character: Indeterminate. That text is then left out
//	photo       only where there is no JPEG portrait: Indeterminate and optional
package mykad
