// Package doctor looks at everything that a counter needs and says in one word each how it feels: the card service, the
// readers, the reader driver, the printer, the clock, the disk, the keys, the lists, the queue and the data folder. It
// changes nothing and opens nothing: what it looks at is handed in, and a part that is not handed in is not asked.
//
// Every probe that is not good carries a code. health.<code> in the locale files says what is so, hint.<code> what to
// do about it. Where a part said itself what ails it, that code is the argument "Cause", and error.<cause> and
// hint.<cause> say more.
//
// What ails a reader is said with the command that mends it on the distribution at hand (the argument "Command"): a service
// that is not installed, off, hanging, not for this user or of another protocol; a driver that is missing, with the
// numbers of the device; a serial port that is closed to this user; a port at which no security module answers; a session
// at another computer; a package with libraries of its own; an identity card on a reader without security module. Of the
// commands those for Debian are held against its tools by a test; the others, as those for Windows and macOS, are written
// from documents.
//
// LevelStop is for what keeps the counter from its work, LevelWarn for what will, or for what only somebody who looks
// would notice. On a training counter the card service, the readers and their driver are never a reason to stop: its
// specimens need none.
package doctor
