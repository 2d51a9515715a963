// Package beid reads and proves the electronic identity card of Belgium (eID, Kids-ID and the cards for foreigners)
// through its contacts.
//
// # How a reading goes
//
//	00 A4 04 0C 0C A000000177 "PKCS-15"   the application, BELPIC
//	00 A4 08 0C 06 3F00 DF01 4031          a file by its path
//	00 B0 oo oo FF                         its bytes, until an answer is shorter than asked for, or 6B00
//
//	DF01 4031  identity            DF01 4033  address            DF01 4035  portrait, JPEG
//	DF01 4032  signature on it     DF01 4034  signature on it    DF00 503C  certificate of the national register (RRN)
//
// Identity and address are rows of fields: tag, length, value in UTF-8; zero bytes fill the end. No length has its high
// bit set. The identity holds the hash of the portrait (tag 11), by its length SHA-1, SHA-256 or SHA-384. No secret is
// needed. Layout after Fedict/eid-mw and Fedict/commons-eid.
//
// # What is proven
//
//	identity-signature  the register's signature on the identity file; Detail names certificate, key and digest
//	address-signature   the register's signature on the address, cut of the zero bytes at its end (the documents say
//	                    otherwise), followed by the identity's signature, which binds one to the other
//	photo-hash          the portrait is the one that the identity names
//	csca                the register's certificate leads straight to an anchor of Belgium, and all are valid now. Only a
//	                    certificate named RRN of Belgium, which is no authority, is taken for the register's: the root
//	                    signs other certificates too
//	chip                that the chip is no copy: not checked, Indeterminate and optional
//	validity            the document has not expired
//	text, photo         only where a value is not UTF-8, or the portrait no JPEG
//
// Signatures are RSASSA-PKCS1-v1_5 with SHA-1 (until 2014), SHA-256, SHA-384 or SHA-512, or ECDSA on P-256, P-384 or
// P-521 with the digest of that size. Zero bytes after an ECDSA signature are filling.
//
// A portrait that is not on the card is Indeterminate and optional; an address that is not there lowers the whole.
package beid
