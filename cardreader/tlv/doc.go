// Package tlv reads and writes the BER-TLV data objects of chip cards: ISO/IEC 8825-1 §8.1 as ISO/IEC 7816-4:2020 §6
// narrows it. It knows nothing of what the objects mean.
//
// # What is accepted
//
//	tag     1 to 3 bytes; a second byte of 80 is refused (7816-4 §6.3). Second bytes below 1F are not
//	        correct either, but ICAO Doc 9303-10 uses 5F01, so they are read
//	length  definite, 1 to 5 bytes (7816-4 §6.4); 80 (indefinite) is refused. Lengths that are longer than they need be
//	        are BER, cards write them, so they are read; Append always writes the shortest, which is DER
//	value   exactly so many bytes, and they must be there
//
// The data objects of EF.DG1 of a passport begin
//
//	61 5B        application 1, 91 bytes
//	   5F 1F 58  the machine readable zone, 88 bytes
//
// and List.Only(0x61), Element.List, List.Only(0x5F1F) walk down to them.
//
// # Bounds
//
// Parse reads one level at a time and never recurses, so hostile nesting costs nothing; Walk goes down to MaxDepth. No
// list holds more than MaxCount objects, no input is longer than MaxSize. Values are parts of the input: nothing is
// allocated because a length says so.
//
// # Duplicates
//
// Whoever expects one object asks by Only, which refuses a second one with the same tag. There is no function that
// silently gives the first or the last of several.
package tlv
