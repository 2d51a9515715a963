// Package escpos prints on receipt printers that speak ESC/POS: 80 mm (576 dots of 203 dpi) and 58 mm (384 dots), over
// TCP port 9100, a serial line or a USB device file.
//
// # Only dots
//
// The fonts inside such printers lack rare characters, so nothing is sent as text. The sheet is drawn by package print,
// made black and white, and sent in bands of 32 rows; a paper is
//
//	ESC @             1B 40                      initialise
//	GS a 0            1D 61 00                   no status unless we ask
//	GS v 0 …          1D 76 30 00 xL xH yL yH d  one band, xL the bytes of a row, yL its rows (255 at most)
//	GS r 1            1D 72 01                   answered when all before it was executed
//	GS V 66 0         1D 56 42 00                feed to the knife and cut
//
// A band is sent only when the answer to the GS r behind the last but one is there: at most two bands, less than 5 kB, are
// ever under way, so the smallest receive buffer never fills, and a paper that ran out is noticed at the row where it did.
// A row may hold by chance the bytes of a real-time command (DLE EOT); the answer to it is taken for one to a question of
// ours, which can name another cause of a trouble, but never make or hide one.
//
// # Status
//
// Before the first band, and while an answer is awaited, the printer is asked with DLE EOT n (10 04 n):
//
//	n = 2  bit 2 cover open            printer-cover-open
//	       bit 5 stopped, no paper     printer-paper-out
//	n = 3  bit 3 knife, 5 broken       printer-fault
//	n = 4  bits 5 and 6 no paper       printer-paper-out
//	n = 1  bit 3 off line, no cause    printer-fault
//
// A printer that is not there or says nothing for as long as Config.Patience is printer-unreachable; one that answers
// but does not move for as long is printer-fault. On every failure after the first band the printer is told to forget what
// it has (DLE DC4 8, 10 14 08 01 03 14 01 06 02 08), so that it does not print the rest when it is well again. What is out
// already is half a paper; sheets put the code last, so it carries none.
//
// Config.Mute is for a printer or a cable that cannot answer. Then Print can only say that the bytes were handed over.
package escpos
