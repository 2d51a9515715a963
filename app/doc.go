// Package app wires the counter: it opens the station, starts the machine of visits and hands both to the screens. It
// decides nothing. See the packages below for what each part is; a record goes from card to receipt in one direction:
//
//	cardreader → flow → voucher → sheets, print → store, queue → inbox
//
// The window and the command line (app/cmd/bangbanctl) stand on the same station.
package app
