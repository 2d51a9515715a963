// Package piv asks the card of a member of staff for what a login takes: which certificate lies on it, whether the PIN is
// right, and the shared secret that only its key management key can make. It is not a kind of document: nothing of it is
// shown to anybody or kept.
//
// # Which cards
//
// Any card with the application of NIST SP 800-73-4 whose key management key is on P-256 (SP 800-78-4 table 6-2, 0x11).
// What is used of the standard, and nothing else of any maker:
//
//	SELECT                00 A4 04 00, A0 00 00 03 08 00 00 10 00         part 2 §3.1.1
//	GET DATA              00 CB 3F FF, 5C 03 5F C1 0B                     part 2 §3.1.2; part 1 table 3: the certificate of 9D
//	VERIFY                00 20 00 80, the PIN padded with FF to 8 bytes  part 2 §3.2.1; without data: the tries left;
//	                      00 20 FF 80                                     forgets that the PIN was proven
//	GENERAL AUTHENTICATE  00 87 11 9D, 7C { 82 00, 85 point }             part 2 §3.2.4, appendix A.5: ECDH, x of the shared point
//
// So it runs over every reader that this program knows. The module piv-go, with which package keys holds voucher keys on a
// card, is made for one maker's cards: it asks each for its version by a command that the standard does not have, takes the
// reader for itself, and wants PINs as strings, which cannot be wiped.
//
// # Tries
//
// A card counts wrong PINs itself and blocks after a few (63Cx tells how many are left, 6983 that none is). Tries asks how
// many, which costs none, so that nobody types the last one without knowing. The bytes of a PIN are wiped from the command
// after it was sent.
//
// # Hostile cards
//
// A certificate is read to at most 8 KiB, unpacked to at most 16 KiB where the card packs it (part 1 appendix A, CertInfo
// 01), and must be one of X.509 with a key on P-256. The secret is proven by its use: whatever else a card says of itself,
// only the key behind the certificate opens what was sealed to it.
package piv
