// Package emrtd reads and proves electronic travel documents: passports, travel permits and identity cards after ICAO
// Doc 9303 (eighth edition) parts 3, 4, 5, 6 (machine readable zone), 10 (data), 11 (security) and 12 (certificates).
//
// # How a reading goes
//
//	SELECT MF, READ BINARY EF.CardAccess    which PACE the chip takes                                10 §3.11.3
//	READ BINARY EF.ATR/INFO                 only where the ATR does not say that lengths are short   10 §3.11.2
//	MSE:Set AT, 4 × GENERAL AUTHENTICATE    PACE with the number on the front (CAN) or the zone      11 §4.4
//	READ BINARY EF.CardSecurity             only with chip authentication mapping                    11 §4.4.3.5
//	SELECT A0000002471001                                                                            10 §3.6
//	GET CHALLENGE, EXTERNAL AUTHENTICATE    Basic Access Control, where there was no PACE            11 §4.3
//	READ BINARY 81                          EF.DG1
//	READ BINARY 9E                          EF.COM, where lengths are short: which groups are in words
//	READ BINARY 9D                          EF.SOD, which lists the groups; EF.COM only where there is none
//	READ BINARY 8B, 8C                      EF.DG11 and DG12, where they are listed: name, address, office
//	READ BINARY 8E, 8F                      EF.DG14 and DG15, where they are listed: keys of the chip
//	READ BINARY 82 …                        EF.DG2, the portrait
//	READ BINARY 87 …                        EF.DG7, where it is listed: the holder's signature, in Raw as "signature"
//	MSE:Set AT, GENERAL AUTHENTICATE, READ  Chip Authentication; or INTERNAL AUTHENTICATE            11 §6
//
// Every file is selected by short identifier in its first READ BINARY. Where a file may be shorter than what is asked for,
// the chip's warning says so; a chip that refuses instead is asked for what every such file holds. The header tells how
// long the file is, and the rest comes in pieces as large as chip and reader both say they carry. Extended lengths are
// never found out by failing: some chips end the session at an error. Should a chip that promised them refuse all the
// same, the reading starts over once with short ones.
//
// A passport of 93 + 951 + 21,369 bytes is read with 10 commands where lengths are extended, 105 where not; with PACE,
// DG11, DG12, DG14 and Chip Authentication with 19 and 117. The person's name is reported, as not yet proven, no later than
// six commands after access control.
//
// # Access control (11 §4)
//
// PACE with generic mapping or chip authentication mapping, ECDH on P-256, P-384, P-521 and brainpoolP256r1, P384r1,
// P512r1, with AES-128, AES-192, AES-256 or 3DES. Of several offers that with chip authentication mapping is taken, then
// the strongest cipher. A chip that offers nothing known here, or declines before a secret was tried, is opened by Basic
// Access Control, for which the number will not do. A secret that the chip refuses is never tried in another way.
//
// # Secure messaging (11 §9.8)
//
// Answers are decoded strictly: data objects 87 or 85, 99, 8E, in this order, each at most once, nothing beside them, 99
// equal to the status word, MAC over all of it, padding exact. An answer in the clear is a downgrade, whatever its
// status word says. The first fault ends the session; nothing is sent after it. 3DES with the retail MAC, or AES with CMAC.
//
// # What is proven (11 §5.1)
//
//	sod-signature  the document signer's signature on EF.SOD; Detail names its certificate
//	dg-hashes      every data group read has the hash that EF.SOD says; Detail names the groups, or the false one
//	csca           the signer's certificate leads to a country signing certificate at hand, both are valid now, the time
//	               of signing lies inside the signer's validity, and the signer's country is the state that DG1 names
//	revocation     neither the signer nor its authority is in a list of withdrawn certificates that the state signed.
//	               Detail names the list. Failed, reason revoked, whenever the document was signed and however old the
//	               list. Indeterminate and optional, reason no-list, where none of that state was ever held and policy
//	               demands none; Indeterminate, reason list-too-old, where one is over-age or was held once
//	chip           that the chip is no copy: by PACE-CAM, else by Chip Authentication (ECDH, version 1), else by Active
//	               Authentication (RSA after ISO/IEC 9796-2 scheme 1, ECDSA). Passed only where the first three passed: a
//	               key that nobody signed proves nothing. Failed, reason clone, where the chip answers and does not hold
//	               the key. Indeterminate, reason no-answer, where it hides or declines what its signed files say it can;
//	               that lowers the whole. Indeterminate and optional where the document has no such key
//	validity       the document itself has not expired
//	photo          only where there is no JPEG portrait: Indeterminate and optional
//
// EF.CardSecurity is proven like EF.SOD: signature, chain, state.
//
// # What is not there
//
// PACE and Chip Authentication with Diffie-Hellman over integers, integrated mapping, domain parameters of somebody's own,
// Terminal Authentication (so no DG3 and DG4). DG5, DG6, DG8 to DG10, DG13 and DG16 are not read. A document that
// takes only what is not there is an Error with code unsupported.
//
// # Personal data
//
// MRZ does not print. Keys live in one session and are overwritten when it ends; see domain for what is not constant
// time. Errors name fields, files and status words, never content.
package emrtd
