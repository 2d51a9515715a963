// Package photo makes a picture of the bytes that a card gives as its holder's portrait. The bytes are hostile: whoever
// makes a card chooses them.
//
// # What is read
//
// ICAO Doc 9303-10 §4.7.2 and ISO/IEC 19794-5:2005 §5.7 let a portrait be one of these; Sniff tells them apart by the
// first bytes, because the field of the record that should say so is often wrong:
//
//	JPEG             FF D8 FF                     ISO/IEC 10918-1, by image/jpeg
//	JPEG 2000        00 00 00 0C 6A 50 20 20 …    ISO/IEC 15444-1 Annex I, a file of boxes ("JP2")
//	JPEG 2000        FF 4F FF 51                  ISO/IEC 15444-1 Annex A, the bare codestream
//
// Grey gives an *image.Gray, colour an *image.RGBA (or what image/jpeg gives). A colour profile inside the file is
// ignored, as are alpha and a fourth component. A JPEG 2000 picture whose end is missing is given as far as it goes:
// whether to trust it is decided by the hash of the data group, not here.
//
// # Limits
//
// MaxBytes of input, MaxWidth × MaxHeight of picture, found out before anything is allocated for it. A JPEG may have 64
// scans: a progressive picture of a few kilobytes could otherwise ask for hours. The JPEG 2000 decoder may pass 100 million
// edges of its control flow (a passport's portrait takes 3 to 12 million), which is one to two seconds, and 64 MiB of
// memory. All of these depend on the picture alone, never on the machine: what is refused once is refused everywhere.
//
// # How JPEG 2000 is decoded
//
// jp2_gen.go is OpenJPEG 2.5.4, compiled to WebAssembly without a single host import and from there to plain Go; the
// folder jp2 holds the inputs, the script that makes it, checksums and licences. The pixels are those of opj_decompress.
// A bug in it that corrupts memory corrupts an array that nobody else sees: the worst that a picture can do is to look
// wrong or to be refused. Every picture gets an engine of its own, which is overwritten and dropped after; no state
// survives from one card to the next.
package photo
