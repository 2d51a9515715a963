// Package sscard reads the social security card of the People's Republic of China (社会保障卡), first to third generation,
// through its contacts: the application that LD/T 32-2015 calls the social security system environment.
//
// # How a reading goes
//
//	00 A4 04 00 0F "sx1.sh." C9E7BBE1B1A3D5CF   the environment, named in GBK: "sx1.sh.社会保障"
//	00 B2 nn 2C 00                              the records of EF05, the card: 03 version, 05 issued, 06 valid until, 07 number
//	00 B2 nn 34 00                              the records of EF06, the person: 08 number, 09 name, 4E rest of a long name,
//	                                            0A sex, 0B ethnic group, 0C birthplace, 0D birth
//
// A record is its identifier, its length and its value. Records are read by number until the card says that there are no
// more (6A83), and told apart by identifier: the second generation has the rest of a long name where the first has the
// sex. A card that does not take short file identifiers gets SELECT 00 A4 02 00 02 EFxx first.
//
// Text is GBK; it is read with GB 18030, which says the same and more. Dates are four bytes of BCD. The ethnic group is a
// code of GB/T 3304 and stays in Raw ("EF06/0B"): Subject has no place for it. There is no portrait.
//
// # The PIN
//
// EF05 and EF06 are free to read by rule (V2.0); some cards want the PIN before EF06 and answer 6982. Needs asks the card
// itself; a PIN that the card does not want is never sent. Before the PIN is sent the card is asked how many tries are left
// (VERIFY without data, ISO/IEC 7816-4 §11.6.6): with one left or none nothing is sent, so that this program never blocks
// a card. A card that still answers 6982 wants a key of its issuer, which nobody outside has: code unsupported.
//
// # What is proven
//
//	issuer      Indeterminate, not-supported: nothing on the card is signed. The check is not optional, so the whole is
//	            never Passed
//	validity    where the card names a day until which it is valid
//	number      the check digit fits, GB 11643 §6.2 (Indeterminate where not, and optional: wrong ones were handed out)
//	birth-date  the number says the same birth and sex as the records (likewise)
//	text        only where a byte of the name stands for no character: Indeterminate. The name is then left out
package sscard
