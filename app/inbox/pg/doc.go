// Package pg is an inbox for a province: PostgreSQL 15 or newer, any number of gateways in front of it.
//
// # Commit
//
// A batch is one transaction with one commit. The station's row is locked first, so two gateways that hold batches of
// the same station take turns and no batch waits for another station's. New parcels are inserted with ON CONFLICT DO
// NOTHING on (station, epoch, seq); what was there already is compared by hash. synchronous_commit is set on every
// connection, and a server that runs with fsync or full_page_writes off is refused: receipts are signed on its word.
//
// # Tables
//
// parcel keeps the key and the hash for ever, about 120 bytes a parcel. body keeps the sealed bytes, partitioned by the
// day (UTC, the server's clock) on which they came in; partitions are made when they are first needed. station keeps
// the counts, the mark (end of the gapless prefix) and the newest checkpoint, so that a report reads one row a station.
//
// # Outbox
//
// Where somebody subscribed, each accepted parcel is noted in outbox in the same transaction. Drain hands notes out and
// removes them in one transaction: a process that dies between the two hands them out again.
package pg
