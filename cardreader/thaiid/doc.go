// Package thaiid reads the national identity card of Thailand (บัตรประจำตัวประชาชน) through its contacts.
//
// # How a reading goes
//
//	00 A4 04 00 08 A000000054480001        the application of the Department of Provincial Administration
//	80 B0 oo oo 02 00 nn                   nn bytes at offset oo oo of one long file
//	00 C0 00 pp nn                         GET RESPONSE, where a T=0 card answered 61nn; pp is 01 for cards whose ATR
//	                                       begins 3B 67, 00 for all others, as both are in use
//
//	0004  13  number of the person, digits
//	0011 100  name in Thai: title#first#middle#last
//	0075 100  name in Latin letters: the same
//	00D9   8  birth, YYYYMMDD in Buddhist years (543 more than the common era)
//	00E1   1  1 male, 2 female
//	00E2 100  issuing office
//	0167   8  issued
//	016F   8  valid until; 99999999 is for life
//	017B 5118 portrait, JPEG, filled at the end
//	1579 100  address, parts divided by #
//
// Offsets after chakphanu/ThaiNationalIDCard and others. Neighbours are read together, so that the name is known after
// the first answer. Text is TIS-620, read as Windows-874, which says the same and more; places are filled with spaces.
// A month or a day that is not known is 00 and stays so.
//
// # What is proven
//
//	issuer    Indeterminate, not-supported: nothing that can be read without a key of the state is signed. The check is
//	          not optional, so the whole is never Passed
//	validity  the card has not expired
//	number    the check digit fits; Failed where not: every number has one, and the chip is a copy or broken
//	text      only where a byte of a text stands for no character: Indeterminate. That text is then left out
//	photo     only where there is no JPEG portrait: Indeterminate and optional
package thaiid
