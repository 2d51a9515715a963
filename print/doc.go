// Package print turns what is to be said on paper into a Sheet, and a Sheet into a PDF or a picture.
//
// # One drawing list
//
// A Sheet is a list of pages, a page a list of items in millimetres from its top left corner: Text runs, Lines,
// Boxes, Pictures and Codes. Both backends draw from that list and from nothing else: PDF by way of gofpdf, and Raster
// by way of font outlines. What the clerk sees on the screen, what the counter reads back before it lets go of a paper
// and what comes out of the printer can therefore not differ in content. Lines are broken by this package, measured
// with the advances of the fonts themselves; no backend breaks a line.
//
// # Every glyph, or nothing
//
// A rune is looked up in the fonts when it is laid out, never later. One that no font has, one that has no place of its own
// (a combining mark outside of the scripts below, a format character), a code point for private use and the replacement
// character stop the sheet with *GlyphError, which names the code point: never a box, never a silent substitute, and no
// normalisation (NFC would turn a compatibility ideograph of a name into another one). gofpdf panics on any rune above
// U+FFFF and prints a box for one that its font lacks, so it is never handed text that was not looked up before. Runes
// above U+FFFF, and runes of fonts that gofpdf cannot embed, are drawn as filled outlines; the outline is an artifact and
// is followed by an invisible U+3013 under /Span with /ActualText (ISO 32000-1 §14.9.4), so that the text can still be
// searched, copied and read aloud.
//
// # Other scripts
//
// Words in Arabic script (Uyghur, Kazakh, Kirghiz), Tibetan, Thai, Lao, Devanagari, Khmer, Myanmar and Hebrew are shaped by
// go-text, a port of HarfBuzz, with the first font that has all their runes: letters join, stack and carry their marks. Such a
// word is drawn as outlines by both backends, cluster by cluster, with ActualText as above. A line in which anything runs
// from right to left is ordered by the bidirectional algorithm (UAX #9) as a paragraph in the direction of the sheet's
// language; a Sheet and its Texts keep the order of reading. Lines break at spaces and behind a tsheg. Columns of a sheet
// whose language is written from right to left begin at their right end; the fixed places of a sheet do not turn round.
// Mongolian, which is written downwards, is refused. Fonts for Arabic script and Tibetan are shipped; those for the others are
// a pack or the system's (RareFonts).
//
// # Two hands
//
// Letters and digits of Latin text stand in Atkinson Hyperlegible Next, which tells 0 from O and 1 from l, Chinese in
// Noto Sans SC: its common characters from a small file, the others from the whole one, which is not touched before. A
// Style with Uniform set (names, which must not change hands in the middle) takes the first font that has every rune of
// the text.
//
// Behind these stand fonts with rare characters, which nobody needs most days and which are too large to ship: RareFonts
// finds them where the system or a pack in the data folder has them. They are read where needed, a glyph at a time.
//
// # Codes
//
// A Code is a QR code (ISO/IEC 18004) of level M, at most version 27, with its quiet zone of four modules. A module is a
// whole number of dots of a printer of 300 dpi, 6 of them (0.508 mm), and the code lies on the grid of those dots. On
// roll paper it is 5 dots of 203 dpi (0.626 mm), at most version 22, which fills the 576 dots there are. It is drawn as one
// path of merged row rectangles, exact at any resolution.
//
// # Same input, same bytes
//
// PDF gives the same bytes for the same Sheet and Meta in every process: no map is walked, dates come from Meta, and the
// catalogue is sorted. The document's title is the serial; no name stands in the metadata. Each font is cut down to the
// glyphs in use by this package before gofpdf sees it, because gofpdf would parse all ten megabytes for each document.
//
// # Signature
//
// SignPDF appends a PAdES B-B signature (ETSI EN 319 142-1) to a document of this package as an incremental update; what
// PDF wrote stays as it was, byte for byte. The signature dictionary has SubFilter ETSI.CAdES.detached, a byte range over
// all but 12 kB kept for the CMS, /M as the time, and certifies the document (DocMDP 2). The CMS (RFC 5652) has the signed
// attributes content type, message digest and signing-certificate-v2 with issuer and serial, no signing time, and the chain up to the root.
// TimestampPDF later puts an RFC 3161 token into the same room. A signature protects the file; the paper is proved by its
// code alone.
//
// # Files, and the SM suite
//
// What PDFSigner.Files names goes into the same update, before the signature, which so covers it: embedded files
// (ISO 32000-1 §7.11.4) that the catalogue also lists as associated ones (/AF, ISO 32000-2 §14.13). SignSM2 makes what
// offices with the SM suite look for beside the COSE bytes of a voucher: a detached SignedData of GB/T 35275-2017 with SM2
// and SM3. Readers outside China see two attachments and the signature that they know.
//
// # Devices
//
// A Device is a way to paper. Ways live in folders below this one and are listed in print/devices.
package print
