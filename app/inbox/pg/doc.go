// Package pg is an inbox for a province: PostgreSQL 15 or newer, any number of gateways in front of it.
//
// # Commit
//
// A batch is one transaction with one commit. The station's row is locked first, so two gateways that hold batches of
// the same station take turns and no batch waits for another station's. What is held under the numbers of the batch is read
// under that lock and compared by hash; the rest is inserted under the primary key (station, epoch, seq). synchronous_commit is set on every
// connection, and a server that runs with fsync or full_page_writes off is refused: receipts are signed on its word.
//
// # Tables
//
// parcel keeps the key and the hash for ever, about 130 bytes a parcel. piece keeps the sealed bytes, partitioned by the
// day (UTC, the server's clock) on which they came in; partitions are made when they are first needed. The bytes of a
// batch are one stream, cut into rows that fill a page each; a parcel names its stream, its place in it and its size, and
// the function sealed gives its bytes. (Until 2026-11 they lay in body, a row a parcel, and what lies there is still
// found: a value kept out of line costs a row and an index entry every 2,000 bytes.) station keeps
// the counts, the mark (end of the gapless prefix) and the newest checkpoint, so that a report reads one row a station.
//
// # Outbox
//
// Where somebody subscribed, each accepted parcel is noted in outbox in the same transaction. Drain hands notes out and
// removes them in one transaction: a process that dies between the two hands them out again.
package pg
