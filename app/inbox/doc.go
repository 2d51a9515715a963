// Package inbox is the receiving side: it takes batches in, stores each parcel for ever under (station, epoch, seq),
// and signs a receipt after the commit, never before.
//
// # Rules
//
// An envelope is taken when its signature verifies with a station identity that the institution certified (Known) and
// it lies under the number that the batch says. Under a number that holds the same hash it is a duplicate and receipted
// again; under one that holds another hash it is a fork: the new bytes go to quarantine, nothing is overwritten, and the
// receipt names the hash that is held, so the counter learns of it. Any order is accepted. The mark of a station is the
// end of the gapless prefix; what is missing below the newest checkpoint's count is reported.
//
// A checkpoint is taken when it is signed by the station and continues the newest one held (journal.CheckConsistency):
// a journal that was cut back or rewritten is found out here. A checkpoint that cannot be proven takes nothing away from
// the parcels that came with it; it is reported, and the older one stays.
//
// The inbox cannot read parcels. Records opens them with a back-office key, which a gateway never has.
//
// # Line
//
// Records yields one Line a parcel: seq, kind and serial, the place, and the fields of the body: before and after as
// JSON objects, cose in base64. Dates are RFC 3339, bytes inside before are hexadecimal.
package inbox
