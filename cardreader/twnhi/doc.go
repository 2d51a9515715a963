// Package twnhi reads the National Health Insurance card of Taiwan (全民健康保險卡), a contact card.
//
// # How a reading goes
//
//	00 A4 04 00 10 D1580000010000000000000000001100   the application
//	00 CA 11 00 02 0000                               its public record, 57 bytes or more; with Le where none came
//
// The record has fixed places:
//
//	 0  12  number of the card, digits
//	12  20  name, Big5, filled with 00 or spaces
//	32  10  number of the person: a letter, a digit or a second letter, eight digits
//	42   7  birth, YYYMMDD in years of the Republic (year 1 is 1912)
//	49   1  M or F
//	50   7  issued, YYYMMDD
//
// It needs no secret, has no portrait and no address. Layout after magiclen/tw-nhi-icc-service.
//
// # What is proven
//
//	issuer  Indeterminate, not-supported: the record carries no signature, nothing about it can be proven without a
//	        network. The check is not optional, so the whole is never Passed
//	number  the check letter or digit of the person's number fits; Indeterminate where not, and optional
//	text    only where a byte of the name stands for no character in Big5: Indeterminate. The name is then left out:
//	        nothing is put in the place of a character
package twnhi
