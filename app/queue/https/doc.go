// Package https is the sink that posts batches to the institution's gateway (queue.PathBatches).
//
// TLS 1.3 only, the station's identity certificate as client certificate, and the institution's own certificates as the
// only roots: what a computer otherwise trusts does not count here. A batch is one POST with the fields of
// queue.Attributes; the answer holds a verdict and a signed receipt a parcel. Nothing is purged on the word of the
// answer: queue.Deliver verifies each receipt.
//
// # What counts as a try
//
// Waiting for a network does not: no way out, a login page in between, a proxy that wants a name, another certificate
// than the gateway's, a gateway that is busy or ill all give queue.ErrOffline inside a desk error that says which, and
// the parcels stay as they are. A batch that the gateway takes and answers badly is tried one parcel at a time.
//
// # When to come back
//
// After a failure the sink stays shut for a random time below 2 s · 2ⁿ, at most 15 min (full jitter), or for as long as
// Retry-After says, at most an hour. Five answers of 500 in a row shut it too, so that a gateway that is ill is not
// asked about each parcel. Wake opens it at once: somebody pressed "send now", or a network came up. A clock that is
// set back cannot keep it shut for longer.
//
// # The clock
//
// Every answer carries the gateway's time. Skew tells how far this computer's clock is away from it.
package https
