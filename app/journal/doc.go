// Package journal is the append-only record of acts at one counter: a Merkle tree after RFC 6962 §2.1, computed by
// golang.org/x/mod/sumdb/tlog, with checkpoints signed by the station identity. It holds no personal data and no time
// finer than a day.
//
// # Leaf
//
// A leaf is one Event in deterministic CBOR (RFC 8949 §4.2.1), a map with integer keys:
//
//	1 kind        act code, see Kind
//	2 day         "YYYY-MM-DD", left out where the act has none
//	3 serial      of a voucher, "T01-000123"
//	4 parcel      sequence number of the parcel the act made or settled
//	5 clerk       roster id
//	6 code        a state or reason code
//	7 number      a count or a version
//	8 commitment  32 bytes, Commit(salt, record)
//	9 hash        32 bytes, SHA-256 of a sealed parcel
//
// A commitment is HMAC-SHA256 with a 128-bit salt that lies inside the sealed record only: whoever may open the record
// can prove that the leaf speaks of it, nobody else can guess, and erasing the record cuts the link while the tree stays
// whole. The leaf hash is SHA-256(0x00 ‖ leaf), a node SHA-256(0x01 ‖ left ‖ right) (RFC 6962 §2.1).
//
// # Checkpoint
//
// A checkpoint is a C2SP signed note (c2sp.org/signed-note) whose text is a C2SP checkpoint (c2sp.org/tlog-checkpoint):
//
//	bangban/T01/1
//	42
//	qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=
//	parcels 17
//
//	— T01 Az3grgIw…
//
// The origin names station and epoch. The extension line counts the parcels that had been queued, so that a receiver
// knows which sequence numbers must exist. The signature is ECDSA P-256 over SHA-256 of the text, ASN.1 DER, algorithm
// byte 0x02; the key id is the first four bytes of SHA-256 of the key's SubjectPublicKeyInfo.
//
// # Export
//
// An export is text: the line "bangban-journal/1", the origin, the number of leaves, one leaf a line in standard
// base64, an empty line, and the checkpoint. Verify computes the root again from the leaves, so a leaf that was
// changed, removed, added or moved does not pass, and an older checkpoint (from a day-end sheet) proves that what it
// counted is still there unchanged.
package journal
