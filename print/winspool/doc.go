// Package winspool prints on Windows through its spooler, without anything to install: the printer's own driver gets the
// pages as pictures that this program drew (StretchDIBits in bands at the dots of the device), so that what comes out is
// what was previewed and read back. A printer that takes PDF itself may be handed the bytes (datatype RAW).
//
// It cross-compiles and its reading of states is tested everywhere, but it has been run on no Windows computer yet: the
// contract suite is compiled with it and wants a printer on port FILE: (see winspool_windows_test.go).
//
// A job is followed by its number (GetJob). It has ended when the spooler says PRINTED or COMPLETE, or no longer knows
// it; deleted by somebody it was cancelled. What keeps it waiting is told by the status bits of job and printer:
//
//	paper out                     printer-paper-out
//	paper jam                     printer-jam
//	door open                     printer-cover-open
//	no toner                      printer-ink-out
//	paused                        printer-paused
//	offline, not available        printer-unreachable
//	error, user intervention      printer-fault
//
// Trouble must stand for a grace of some seconds; then the job is deleted and the clerk told. Copies, paper size and
// one-sided printing are asked for by DEVMODE; the page is never scaled.
package winspool
