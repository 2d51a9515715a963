// Package scan brings in what people show: from hand scanners that type or that speak over a serial line, from pictures and
// from PDF files.
//
// # Scanners that type
//
// A Burst is fed every character with its time. At least ten characters with a mean gap below 35 ms, then Return, are a scan;
// so are forty or more that nothing follows for 150 ms, for scanners that end with Tab or with nothing. The mean counts and
// not the single gap, because a busy machine delays one. While a burst runs and 500 ms after it nothing else may act.
// Explain tells when the text shows that an input method or another keyboard layout stood between the scanner and
// the program, or that Caps Lock turned the letters.
//
// # Scanners on a serial line
//
// Lines cuts the stream at CR, LF, Tab and NUL, or where nothing came for a while. A line longer than any code is dropped
// to its end. OpenSerial opens a port at 9600 baud, 8N1, which USB scanners ignore.
//
// # Places that files come from by themselves
//
// A FrameSource hands on what comes while a credential is waited for. Folder watches a folder, as a document scanner writes
// into it: a file counts once nobody writes to it any more, what lay there before does not count, nothing is deleted.
// Camera (build tag camera, cgo; Video4Linux, Media Foundation, AVFoundation) reads codes that are held in front of it and
// hands on their text; it keeps no picture. A program built without it says so.
//
// # Files
//
// Lift finds what may be a credential in a file, in the order in which it should be tried: the codes of a PNG or JPEG; the
// codes of a PDF and then the PDF itself, which may be signed; anything else as it is. Of a PDF only what its streams draw
// as filled rectangles (as our own vouchers do, and most programs that draw codes as vectors) and its JPEG, 1-bit and
// 8-bit pictures are looked at; pictures packed as fax (CCITT), JBIG2 or JPEG 2000 are named as not looked at, and so is a
// PDF that is encrypted.
//
// Everything is bounded: bytes, pictures, streams, what they unpack to, rectangles, nesting. All pages of a document share
// the work of package qrread, so that a hostile one costs what its bytes cost and no more; what was left out is named. What
// is read is somebody's: a Found prints as where it was and how long it is.
package scan
