// Package emrtd reads and proves electronic travel documents: passports, travel permits and identity cards after ICAO
// Doc 9303 (eighth edition) parts 3, 4, 5, 6 (machine readable zone), 10 (data), 11 (security) and 12 (certificates).
//
// # How a reading goes
//
//	SELECT MF, READ BINARY EF.ATR/INFO      only where the ATR does not say that lengths are short   10 §3.11.2
//	SELECT A0000002471001                                                                            10 §3.6
//	GET CHALLENGE, EXTERNAL AUTHENTICATE    Basic Access Control with the machine readable zone      11 §4.3
//	READ BINARY 81                          EF.DG1, exactly as long as that kind of document has it
//	READ BINARY 9D …                        EF.SOD
//	READ BINARY 82 …                        EF.DG2, the portrait
//
// Every file is selected by short identifier in its first READ BINARY. That first one asks for no more than every such
// file holds; the header then says how long the file is, and the rest comes in pieces as large as chip and reader both
// say they carry. A length is never found out by failing: some chips end the session at an error. Should a chip that
// promised extended lengths refuse them all the same, the reading starts over once with short ones.
//
// A passport of 93 + 951 + 21,369 bytes is read with 10 commands in all where lengths are extended, 102 where not. The
// person's name is reported, as not yet proven, before the portrait is read.
//
// # Secure messaging (11 §9.8)
//
// Answers are decoded strictly: data objects 87 or 85, 99, 8E, in this order, each at most once, nothing beside them, 99
// equal to the status word, MAC over all of it, padding exact. An answer in the clear is a downgrade, whatever its
// status word says. The first fault ends the session; nothing is sent after it.
//
// # What is proven (11 §5.1)
//
//	sod-signature  the document signer's signature on EF.SOD; Detail names its certificate
//	dg-hashes      every data group read has the hash that EF.SOD says; Detail names the groups, or the false one
//	csca           the signer's certificate leads to a country signing certificate at hand, both are valid now, the time
//	               of signing lies inside the signer's validity, and the signer's country is the state that DG1 names
//	chip           that the chip is no copy: not checked yet, Indeterminate and optional
//	validity       the document itself has not expired
//	photo          only where there is no JPEG portrait: Indeterminate and optional
//
// # What is not there
//
// PACE, Chip Authentication, Active Authentication, Extended Access Control, revocation lists. A document that takes PACE
// only is an Error with code unsupported.
//
// # Personal data
//
// MRZ does not print. Keys live in one session and are overwritten when it ends. Errors name fields, files and status
// words, never content.
package emrtd
