// Package station opens a data folder and makes a working counter of it, without a window: lock, store, keys, bundle,
// trust, readers and printer. The window (app/ui) and the command line (bangbanctl) stand on it; the ports of a visit
// (app/flow) are implemented here.
//
// # The data folder
//
//	kind                      "bangban training 1" or "bangban real 1": what the folder is, for life
//	bangban.db, -wal, -shm    ledger, sealed parcels, journal (app/store)
//	lock                      held while a counter is open; names the holder
//	bundle/current.bundle     the bundle in force; previous.bundle beside it
//	keys/voucher.vault        the voucher key, one slot a clerk
//	keys/delegation.cose      what the institution lets that key do
//	keys/voucher.pem          the X.509 certificate of the same key, for the PDF
//	keys/voucher-sm2.csr, .pem  request and (training) certificate of the SM2 key, where policy asks for the SM suite
//	keys/identity.key, .pem   the station identity
//	institution/, inbox.db    of a training station only; a real station that finds them refuses to start
//
// Papers never lie in the data folder: a training station prints to the folder DIR-papers beside it.
package station
