// Package sam reads PRC identity cards through readers that hold a security module (SAM_V): frames over a serial line, a
// TCP bridge or anything else that carries bytes. The resident identity card and its sisters are ISO/IEC 14443 type B
// cards whose files open only to keys inside such a module, so no PC/SC command reads them.
//
// # Frames (GA/T 467-2019 ch. 7)
//
//	command  AA AA AA 96 69 | length | CMD PARA data | XOR
//	answer   AA AA AA 96 69 | length | SW1 SW2 SW3 data | XOR
//
// length is two bytes, most significant first, and counts what follows it with the XOR; the XOR is over everything from
// the length on. For example the command "find a card" and its two usual answers:
//
//	AA AA AA 96 69 00 03 20 01 22
//	AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97    a card is there
//	AA AA AA 96 69 00 04 00 00 80 84                none is
//
// Answers carry no number of the command that they belong to. A line on which an answer was waited for in vain is
// therefore closed and opened again: what comes late must not answer the next question. Noise before a preamble is
// skipped; a length out of bounds or a wrong XOR makes the search go on one byte behind the false preamble; what is
// still waited for when the time is over is searched once more for a whole frame inside.
//
// # Commands
//
//	10 FF  reset              20 01  find     30 01  read base (text and photograph)
//	11 FF  status             20 02  select   30 10  read base and fingerprints
//	12 FF  module number                      30 03  read the newest additional address
//
// SW3 tells how it went; Status has a name for each value. 9F and 90 are success. 80 is an invitation, not a fault: no
// card yet. A card that was read once is found again only after it was lifted and laid anew, and nothing tells whether it
// still lies there: this package goes on reporting it as present until the next card is found, and Connect then says
// card-lift-again. The same is said of a card whose reading broke off with the line. A card that was lifted while it was
// read (41, 47, 81) is another laying-on as soon as one is found again, however short the time between.
//
// # What the module proves
//
// The module and the card authenticate each other and the module checks the MAC of what it read (SW3 31, 32, 33
// otherwise). Nothing reaches this program that could be verified again, so the record "sam" names the module that
// vouched for the rest.
//
// # USB
//
// Modules with a USB plug of their own (0400:C35A) carry the same frames through bulk pipes: two in each direction, one
// for preamble and length and one for the rest, or one in each direction for whole frames, as clones do. Bulk makes one
// stream of either. The kernel's side of it is in the program only with the build tag samusb, on Linux; it has met no
// device yet.
//
// # Records of ReadRecord
//
//	base         256 bytes of text, GA/T 490
//	photo        up to 1024 bytes, the proprietary WLT form
//	fingerprint  512 or 1024 bytes, only where Options.Fingerprint asks for it
//	address      70 bytes, where the card holds an additional address
//	sam          the module's number, or the label of the port
package sam
