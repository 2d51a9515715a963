// Package sim is a shipped reader made of specimen files: chips that behave, byte for byte, like the cards they stand
// for, and a cardreader.System that holds them. Training stations read with it, tests read with it, and package vpcd
// puts the same chips behind a real PC/SC service. It contains no code of any kind of card: a reader cannot share a
// mistake with the chip it reads.
//
// # Specimen files
//
// assets/specimens/<name>.json, made by the command in mint:
//
//	name      the name of the file; the reader is called sim:<name>
//	kind      which kind of card it stands for; "payment" (answers to SELECT only) and "mute" (nothing) are nobody's
//	mrz       the lines printed on the document
//	can       the number printed on its front, for PACE
//	pace      {protocol, curve, key}: what the chip takes; key is the static one of chip authentication mapping
//	chip      {protocol, curve, key}: Chip Authentication
//	active    RSA private key (PKCS #1) for Active Authentication
//	atr       answer to reset, hexadecimal
//	extended  whether the chip takes extended lengths
//	dirs      [{aid, files {identifier: base64}, sfi {short identifier: identifier}}]; without aid: the master file
//	select    {aid: answer}, hexadecimal, for a chip without files
//	plain     {t0, respond, dialect, apps, open, selected, files, data, pin}: a chip that is read without a session
//	piv       {pin, tries, keys {reference: {private, certificate}}, maker}: the card of a member of staff
//	pin       the number that its holder knows
//	faults    {command: status} of a card on a reader with a security module, in place of the answer
//	pull_at   the command in which the card is taken from the reader, each time
//	slow_ms   what the chip takes for each command
//	truth     what a reader must make of it: "subject" of `bangbanctl card read --json`
//
// "name?pull=7" and "name?slow=40" are the same card with pull_at or slow_ms set so.
//
// # What a plain chip does (ISO/IEC 7816-4)
//
//   - SELECT by name (P1 04), by path from the master file or by identifier (08, 09, 02, 00)
//   - READ BINARY of the selected file or by short identifier, READ RECORD by number (P2 mode 4) or by the identifier
//     that a record begins with (mode 0), GET DATA, VERIFY with its tries, which outlive a reset
//   - with T=0 (ISO/IEC 7816-3 §10) 61xx and GET RESPONSE after a command with data, 6Cxx where Le is not what there is;
//     with T=1 no data without Le
//   - dialect "length-in-data": 80 B0 with offset in P1-P2 and length in the data field, of file 0001
//   - dialect "three-steps": C8 32 announces a length, CC 00 names file, offset and length, CC 06 fetches; low bytes first
//   - files behind a PIN, or behind a key that nobody has: 6982
//
// There is one of every kind that the program reads, and of each kind what is awkward about it: characters outside the
// basic plane or without a code point, names of 36 letters and more, no portrait, expired, changed after signing, a copied
// chip, a withdrawn signer, an issuer that nobody knows, a PIN, a blocked PIN, taken away, slow.
//
// # What the chip of an electronic passport does (ICAO Doc 9303-10 and 9303-11, eighth edition)
//
//   - SELECT of the application and of elementary files by identifier (ISO/IEC 7816-4 §11.2.2)
//   - READ BINARY, even and odd instruction, by short identifier or of the selected file (§11.3.3)
//   - Basic Access Control (9303-11 §4.3) with the keys of its printed machine readable zone
//   - PACE with generic or chip authentication mapping (9303-11 §4.4), with its printed number or zone
//   - Chip Authentication version 1 with ECDH (§6.2), Active Authentication with RSA (§6.1)
//   - secure messaging with 3DES and retail MAC or with AES and CMAC (9303-11 §9.8). A secure messaging fault is answered
//     in the clear with 6987 or 6988 and ends the session, as does any command in the clear.
//   - the application's files only inside a session (6982 otherwise); files of the master file always,
//     but for EF.CardSecurity, which PACE opens
//   - extended lengths only where the specimen says so (6700 otherwise)
//
// # What the card of a member of staff does (NIST SP 800-73-4 part 2)
//
//   - SELECT by the whole name or its beginning, GET DATA of certificates, with GET RESPONSE where they are long
//   - VERIFY with its tries, which outlive a reset; a reset forgets the PIN
//   - GENERAL AUTHENTICATE on P-256 after VERIFY: 9A and 9C sign, 9D agrees on a secret
//   - with maker: version, the factory's management key, keys made on the card, PUT DATA with command chaining
//
// What a chip does on a bad day is a field of its file or an Option: PullAt takes it from the reader in the middle of a
// command, Slow makes it take its time. SAM is a reader with a security module and the cards that only such a reader reads.
package sim

//go:generate go run ./mint -out ../../assets/specimens
