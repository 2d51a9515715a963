// Package store is the counter's one SQLite file: ledger, sealed parcels, journal, the recipient's ledger, settings. It
// implements flow.Commit and queue.Outbox; with inbox/lite it is the only importer of database/sql.
//
// # What is in it, and what never is
//
// A ledger row is what design §4 names: serial, cti, day, expiry day, audience, purpose code, clerk, flags, SHA-256 of
// the COSE. Parcels are sealed before they reach the database and no key to open them exists here. There is no name, no
// number, no photo, no time finer than a day; retry and lease times concern the queue, not the visit.
//
// # Durability
//
// WAL with synchronous=FULL (reference: 0 acknowledged rows lost in 1,000 power-cut images, against 558 of 750 images
// with NORMAL), one writing connection with BEGIN IMMEDIATE, readers on connections of their own that cannot write.
// auto_vacuum is set before WAL, later it would silently stay off. secure_delete overwrites what is deleted, and after
// a purge the WAL is truncated, because it would still hold what was overwritten in the file.
//
// Every act is one transaction in which the row, the parcel and the journal leaf are written together (T1, T2). Serials
// and sequence numbers are taken inside it: one that fails uses none.
//
// # Damage
//
// A file is looked through before anything may write to it (look.go): always where that takes no time, after an unclean
// end up to 200 MB, else beside the work. The journal's tree is compared with the newest signed checkpoint at every start,
// and the database with its tip (tip.go), a file that is written after each commit and finds a WAL that was deleted. What
// is damaged is set aside in quarantine-<time>, never deleted, and what can be read goes on under the next epoch
// (salvage.go): parcels whose bytes still have their hash are sent as parcels of their old epoch (estate.go).
//
// # A full disk
//
// New work is refused below LowDisk. Where the disk is full all the same, a ballast file is given up and parcels are purged
// one by one with the WAL emptied in between (ballast.go), because SQLite needs room even to delete.
//
// # Many parcels
//
// Counts are kept by triggers, pages begin at a number and each query of the sender names its index: a million parcels
// cost what a thousand do (TestManyParcels).
//
// # One process
//
// A lock file beside the database is held with flock (LockFileEx on Windows) and names its holder; whoever comes second
// is told who is there (desk code "data-locked"). Read-only stores take no lock and stand beside a running counter.
package store
