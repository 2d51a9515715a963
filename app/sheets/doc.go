// Package sheets lays out what the counter prints, in the person's language, as print.Sheet: the voucher and the
// refer-out slip.
//
// # Large print
//
// The reader is 83 and has left the glasses at home. The rules are those of UKAAF G003 and the RNIB for large print:
//
//   - What stands in the person's own language is never smaller than 16 points. Heading 28, name 24, purpose, recipient,
//     validity and serial 20.
//   - Sans serif, left aligned, one column of text, no italics, no underlining, no words in capitals only (the training
//     mark apart). Labels are as large as the body.
//   - Black on white. Nothing but the training watermark is grey, and it lies under the text, never under the code.
//   - Names stand in one hand; digits stand in the hand that tells 0 from O.
//   - Dates have their month spelled as the language says it. Times are the clock of this counter and say so.
//
// # Two languages
//
// The person's language comes first. The second, for the office that reads the paper, follows it below, smaller but
// never under 12 points. When a sheet would overflow, the second language gives way step by step: first its size, then
// its sentences, then the lines move closer and it stands beside instead of below, then all of it. The person's own language never shrinks: what still does not fit goes on a second page,
// which the first one announces. On A4 everything is a quarter larger as long as it fits.
//
// # Rolls
//
// On paper of 80 mm (58 mm: slips only, it has no room for the code) the same words stand in one column, the sheet as long
// as they need, the second language never smaller than 14 points. The code comes last, so that a paper which tears or runs out carries none. The
// training band stands at both ends; there is no watermark, for the printers have no grey. A voucher bound to a face is
// for A5 and A4.
//
// # The fixed places
//
// Top right: the corner to be cut off (a dashed line), by which a blind holder knows which side is up, and below it the
// portrait, where there is one. Bottom left: the
// code, 6 mm from both edges, clear of the fold lines of the halved sheet; short marks at both edges, halfway down, say where to fold it. Top: the training band, where it is one.
// Beside the code: serial, hall, masked number, time.
//
// Glyphs: text that the fonts cannot print is an error of print (glyph-missing), never a box.
package sheets
