// Package desk holds the words of the trade as plain values: who stands at the counter (Clerk, Role), what is done
// there (Purpose, Recipient, Consent, Mandate, Record), what the bundle allows (Policy, Limits), how the counter feels
// (Health), and what a person is told when something fails (Error). It does nothing itself and imports nothing of this
// module but the verdict.
//
// # The assistance record
//
// Before and After are the two parts of the record of one service (after ISO/IEC TS 27560:2023): Before is everything
// up to the person's Yes with 128 random bits, and its SHA-256 stands in the voucher; After is what became of the
// paper. Both are encoded in deterministic CBOR (RFC 8949 §4.2.1), so the hash can be recomputed by anybody who was
// given the record. They leave the counter only inside a sealed parcel.
package desk
