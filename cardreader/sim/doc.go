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
//	kind      what the chip does: "emrtd", "payment" (answers to SELECT only), "mute" (nothing)
//	mrz       the lines printed on the document
//	can       the number printed on its front, for PACE
//	pace      {protocol, curve, key}: what the chip takes; key is the static one of chip authentication mapping
//	chip      {protocol, curve, key}: Chip Authentication
//	active    RSA private key (PKCS #1) for Active Authentication
//	atr       answer to reset, hexadecimal
//	extended  whether the chip takes extended lengths
//	dirs      [{aid, files {identifier: base64}, sfi {short identifier: identifier}}]; without aid: the master file
//	select    {aid: answer}, hexadecimal, for a chip without files
//	truth     what a reader must make of it: "subject" of `bangbanctl card read --json`
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
// What a chip does on a bad day is an Option: PullAt takes it from the reader in the middle of a command, Slow makes
// it take its time.
package sim

//go:generate go run ./mint -out ../../assets/specimens
