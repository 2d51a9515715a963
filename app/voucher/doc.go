// Package voucher issues and opens the signed voucher: a permission for one purpose at one recipient, printed as a QR
// code on a sheet of paper, that anybody can check without a network and with one file, institution.pem. It can be
// imported alone by those who only check. This comment is the specification of the format.
//
// # What a voucher says
//
// A voucher is a MOSIP Claim 169 identity (who) inside a CBOR Web Token (RFC 8392) that also says for what, where, how
// long and how often. It is signed by a voucher key that lives at a counter for some days. The institution's issuing
// key has delegated that key for one station, a time and a block of serials; the delegation travels inside the voucher.
//
// A voucher is not a bearer paper: Terms.Binding ties it to a document that the holder lays on the desk beside it.
//
// # From the claims to the paper
//
//	voucher = Base45(zlib(61(18([ protected, unprotected, payload, signature ]))))
//
//	protected   = << { 1: -7, 4: kid, ? 33: x5chain } >>   ES256; kid is 8 bytes, see below
//	unprotected = { -70002: delegation }
//	payload     = << claims >>
//	signature   = r ‖ s, 64 bytes, s in the lower half of the order
//
// The signature is made over the Sig_structure of RFC 9052 §4.4 with an empty external_aad. With a key in a file it is
// deterministic (RFC 6979). Everything is core deterministic CBOR (RFC 8949 §4.2.1); another encoding of the same
// values is a broken structure, so that a voucher has one encoding and its SHA-256 names it.
//
//	claims = {
//	  1 iss     tstr   name of the institution, a URI; "urn:bangban:training:…" is worth nothing
//	  2 sub     tstr   128 random bits, base64url without padding; never derived from a number
//	  3 aud     tstr   id of the recipient
//	  4 exp     int    whole seconds; the voucher has ended when this second begins
//	  5 nbf     int    not before iat
//	  6 iat     int
//	  7 cti     bstr   128 random bits
//	  10 nonce  bstr   8 to 64 bytes, where the recipient gave one
//	  169       bstr   << holder >>, or the map itself (Signer.AsMap); absent where the purpose needs no field
//	  65535     map    { "status_list": { "idx": uint, "uri": tstr } }, draft-ietf-oauth-status-list-21 §6
//	  -70001    map    terms
//	}
//
//	terms = {
//	  1 purpose code      tstr
//	  2 purpose text      tstr   optional
//	  3 max uses          uint   optional, 1 where absent
//	  4 before            bstr   SHA-256 of the assistance record up to the person's Yes
//	  5 operations        [tstr] optional, at most 16
//	  6 represented by    tstr   optional
//	  7 serial            uint   from 1
//	  8 document binding  bstr   optional: salt (16) ‖ SHA-256(salt ‖ kind ‖ 0x00 ‖ number), see BindDocument
//	}
//
// The holder is the map of the Claim 169 table v1.2: 3 language, 4 full name, 8 date of birth YYYYMMDD, 9 sex, 10
// address, 13 nationality, 19 name in a second language, 20 that language, 62 { 0: portrait, 1: 0, 2: 4 }. Only what the
// purpose needs is there. Readers in the field take claim 169 either as a byte string or as a map, never both: an
// institution chooses; readers of this package take both.
//
// A portrait is grey, 48 × 60, lossy WebP (RFC 9649) of some 400 bytes, see EncodeFace. It binds the paper to a face where no
// document will be at hand. Luma in WebP is of limited range; DecodeFace stretches it, a reader that takes it for full
// range sees a pale picture.
//
// x5chain (RFC 9360) holds the X.509 certificate of the voucher key, alone or followed by those above it, for readers
// that know no delegation. It is in the protected header so that nobody can take it off, and must be of the delegated key;
// otherwise nothing rests on it.
//
// The kid of a voucher is the first 8 bytes of SHA-256 of the compressed voucher public key (33 bytes, SEC 1 §2.3.3).
// It is a name, not a proof: the key itself comes from the delegation.
//
// The zlib stream (RFC 1950) is one block with fixed Huffman codes. It never holds a stored block: a widespread reader
// throws on those. Base45 is RFC 9285, without a prefix. Readers take any zlib stream of at most 64 KiB inflated as Claim
// 169; a voucher is taken only from the one text that Encode gives for its bytes (greedy longest match, see deflate.go),
// as a stream can say the same bytes in several ways and no changed character of a paper may pass.
//
// # The delegation
//
//	delegation = 18([ << { 1: -7, 4: kid } >>, {}, << claims >>, signature ])
//
//	claims = { 1 station tstr, 2 voucher key bstr (33), 3 nbf int, 4 exp int, 5 first serial uint, 6 last serial uint,
//	           7 max life of a voucher uint (seconds, from iat to exp), 8 iss tstr }
//
// Its kid is the first 8 bytes of SHA-256 of the issuing certificate's DER. It is signed with external_aad
// "bangban-delegation-1", so that neither kind of signature can pass for the other.
//
// # The mandate
//
// One person's permission for another to come in their place is signed by the same key and opened by OpenMandate; its
// format stands at Mandate.
//
// # The institution file
//
// institution.pem holds the root certificate first, then every issuing certificate, one a year; old ones stay. All are
// X.509 v3 CA certificates on P-256 with exactly one URI among their subject alternative names, which is iss and the
// same in all; the issuing ones may also make digital signatures (key usage). See ParseInstitution.
//
// # What is checked, in order
//
// Open: structure; issuer (the certificate that the delegation's kid names, up to the root, in force when the
// delegation began); delegation (its signature); issuer-name (voucher, delegation and certificate agree);
// delegation-revoked; serial (in its block); signature; delegation-time (iat inside the delegation); max-life (exp − iat).
// Judge: time, audience, nonce where asked for, status, uses, training.
//
// An unreadable text, an issuer that is not known here and a list that is too old are Indeterminate; a broken structure
// inside a readable container, a wrong signature and whatever else contradicts is Failed. Open stops at the first check
// that does not let it go on and lists the others as not-checked.
//
// A document binding and a random sub keep a number out of the code; they do not hide it from somebody who holds the
// paper and can try all numbers. A serial bounds what a stolen voucher key can sign; a serial that is met with two
// different cti is found by the ledger that meets it twice. One use is one use per recipient's ledger.
//
// # Example
//
// A voucher for the invented 样本甲 (SPECIMEN), purpose housing-fund at demo-bank, serial T01-000123, issued on
// 2026-11-26 at 09:00 UTC for a day. The institution file:
//
//	-----BEGIN CERTIFICATE-----
//	MIIBkjCCATmgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDEw1TUEVDSU1F
//	TiByb290MB4XDTI2MDUyNjA5MDAwMFoXDTI3MDUyNjA5MDAwMFowGDEWMBQGA1UE
//	AxMNU1BFQ0lNRU4gcm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMZQhic3
//	aeN1+5YFeBS+I0k/Yx3VDeRbQt8XllYwSSLDSnaoD/LsaPAZjAtw2CqpjkTAobvB
//	kBD8Hm0ascos8SmjdDByMA4GA1UdDwEB/wQEAwIChDAPBgNVHRMBAf8EBTADAQH/
//	MB0GA1UdDgQWBBRnl5pId5ZM5jv6YezMKjHCHA4rrDAwBgNVHREEKTAnhiV1cm46
//	YmFuZ2Jhbjp0cmFpbmluZzowMTIzNDU2Nzg5YWJjZGVmMAoGCCqGSM49BAMCA0cA
//	MEQCIBHXaxaPQeP1+WTJ0O72dAPLJdCqRVtmFI+jPHphs0ipAiAao9w81Duqhub7
//	gSXmfR18/9r4UD0vCIAwbyLr1zS04g==
//	-----END CERTIFICATE-----
//	-----BEGIN CERTIFICATE-----
//	MIIBuTCCAV+gAwIBAgIBAjAKBggqhkjOPQQDAjAYMRYwFAYDVQQDEw1TUEVDSU1F
//	TiByb290MB4XDTI2MDUyNjA5MDAwMFoXDTI3MDUyNjA5MDAwMFowGzEZMBcGA1UE
//	AxMQU1BFQ0lNRU4gaXNzdWluZzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDJn
//	CaTZSC0b11/ROUPPhk9q6HEiHieOx/IxDFe1MjNDjeAL76tTb0AhPyMNQLep7XFn
//	P2RKjo2U+JfzufrNJCajgZYwgZMwDgYDVR0PAQH/BAQDAgKEMA8GA1UdEwEB/wQF
//	MAMBAf8wHQYDVR0OBBYEFP+P4vxIcW8vUpugEfGxsv1Lj66iMB8GA1UdIwQYMBaA
//	FGeXmkh3lkzmO/ph7MwqMcIcDiusMDAGA1UdEQQpMCeGJXVybjpiYW5nYmFuOnRy
//	YWluaW5nOjAxMjM0NTY3ODlhYmNkZWYwCgYIKoZIzj0EAwIDSAAwRQIhAPWP6ys2
//	5jNjE9ZrCI0l4n6DxBACkrGkInzoH3Vj5/ciAiBQay2EbGoHGgR1LkKH+WehCvAI
//	zU6BgBycTqrJ7ssTwA==
//	-----END CERTIFICATE-----
//
// The text of its QR code (each line ends in a bar that is not part of it):
//
//	6BF:UNMSFG/OFA20G3O6H0CJ1YP/YGSB0W*LT13GI1 8VX OFYMH7N%PTTASB42Q.M1A6D*O5AIVI8MHLNKEA%QSCPY D%.J.4LM|
//	AO94KB*C92JXM0HZLW07*QBROAK0Q2/D$ILR9VBO1ELA4:VWO02C3OT4BX09*KJ777E3 F5YO9OUU:KI3$UUIGYPLT358L68L6X1|
//	S+GOQHPX*OJ+PYOOU964A7NW64PO4SJFFW01R1 AVT3H$S2BUUXD ANL99BVUGHG WMQIAO*6N39CFF8+I*JUXQJX9TAVMU%F%$S|
//	3J4:EDKZ79VOB-C VK026D$UXR4:A4EJMBU2.II3C6I978NF%47K1H/N7Z7L:C7J13ANN8LJ2DNXG603LP8T.VT21VCL0$SO3+6S|
//	Y23/LZD0H9C7Y7RNSH.OG:I-QBRMC%QLLSD+1M18OYJCYZGRLA%+S9YH*2J91DZ1NYUJ:8TUXI%O3T0HN*4F48-V1JM9RZ32+R0Y|
//	B/R2:Q7GW25J0N*J8%F 0WJMI3$U7 4ZCWZBJSVBK7BSHB 7KGDBNNMIA76+KHHA6 7+YMSWMV66S K1FK4I98:7S96/:8K+M$C6|
//	-24UZA+6MHW6609VL7-7O50ATRT6*FYB1*0HN239AB:CJ0HICHB:-UZ.DJEDXD1MOT85W05AI6LGORMEW*SC5ZQ5 6-7JE7G.+7S|
//	IJ/V44HGZHHH60P8CJ PQ8Q3KP+95RR5Y7JL6T2869*SW09LJSNKP5WMK7E/8S..K%LTV91Y%3*8S*1L+3Q 3FLWCJSG*UJ$:6CZ|
//	G8+SDZ3 RR- PPJB%3W.AWXDTJA82PE58Q5WG4 DVSU5KMG95QLUON8:RB9U7Y4WAE2H$3U 0/8OX8RZ/QDKKZCM41P74FWKER$I|
//	FCDQJ52KV|
package voucher
