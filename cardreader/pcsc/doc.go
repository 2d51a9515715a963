// Package pcsc reads cards through the card service of the operating system (PC/SC): pcscd on Linux, SCardSvr on
// Windows, the PCSC framework on macOS. It is the only importer of github.com/ebfe/scard and the place where everything
// that was found wrong with it, and with services and drivers below it, is dealt with; nothing above ever sees it.
//
// It needs cgo on Linux and macOS. A program built without has Available() false and Open fails with the code
// card-unsupported; Windows needs no cgo.
//
// # What is dealt with, and how
//
// No call may hang. A service that has locked up, and a program that keeps a transaction on the card, block SCard
// functions for as long as they please. Each runs in a goroutine of its own with a deadline; what comes back late is
// cleaned up there. Not more than maxStuck calls are ever stuck at a time.
//
// No context lives long. After the service has died a context fails for ever, also when a new service runs, and
// SCardIsValidContext calls it valid (pcsc-lite 1.9.9). Listing and connecting use a fresh context each; only the
// watcher keeps one, and makes a new one after any error that is not about a reader. It tries each second.
//
// No wait is long. SCardCancel is lost when nobody waits yet, so waits are slices of at most one second.
//
// An answer of fewer than two bytes is no answer. A card pulled in the middle of a command gives zero bytes and no error
// (pcsc-lite 1.9.9), and "not transacted" from then on. Whether the card has gone (pulled) or lies there and
// does not answer (faulty) is told by asking the service for its state until its next look at the reader.
//
// No swap is missed. The upper 16 bits of the event state count insertions and removals; they go into Event.Count, so
// that another card laid down between two looks shows.
//
// Another program's exclusive hold (SCARD_E_SHARING_VIOLATION) is waited for, 200 ms at a time, up to the deadline of
// Connect, then named: card-reader-busy. A reset by another program is card-reader-busy around ErrReset: sessions
// with the card are lost, so the caller connects again and starts anew, once.
//
// A service that says only "no service" is asked at its own door why (Probe): there is none, it does not let this user in
// (the permission of its socket, polkit), or its protocol is not that of the library, as in a package that brings a
// library of its own. A transaction of another program keeps SCardConnect and the first command waiting; where the service
// answers somebody else meanwhile, that is what the caller is told, with the names of the programs that have the library
// loaded where /proc shows them.
//
// New readers show at once where the service tells (the pseudo reader \\?PnP?\Notification on Linux and, with the number
// of readers in the upper half of the state, on Windows), and within a second everywhere: macOS has no such reader, so the
// list is asked for again and again. Windows may forget an open card that nobody asks for: it is asked for its state
// every four seconds there. These ways are values (habits), and the contract suite passes on Linux with each of them.
//
// Defects of the binding: Transmit and GetStatusChange panic on empty arguments (never passed, and recovered from);
// GetStatusChange keeps the reader's name for C in a map by name, so that a second concurrent call for the same reader
// frees what the first still reads (one call at a time in the whole process); Transmit leaves each answer in a fresh
// 64 KiB buffer (copied out and cleared).
//
// # Sharing and leaving
//
// Cards are opened shared, T=0 or T=1 as the card offers: an exclusive hold fails where any other program looks at the
// card. A transaction keeps others out while commands flow and is dropped after two idle seconds, before Windows resets
// the card at five.
//
// Close resets a card that was spoken to and leaves alone one that was only looked at. A reset costs other programs a
// reconnect; without it a verified PIN or an open session would outlive the visit and serve the next program.
package pcsc
