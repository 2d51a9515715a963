// Package queue is the way of a record from the counter to the back office: sealed before it touches the disk, numbered
// without gaps, delivered as often as it takes and forgotten only on a signed receipt.
//
// # Record
//
// A record is a map in deterministic CBOR (RFC 8949 §4.2.1):
//
//	1 recipients  [+ tstr]  key ids of all holders it is sealed to
//	2 station     tstr
//	3 epoch       uint      counts how often the station began a new store
//	4 seq         uint      from 1, no gaps
//	5 kind        tstr      "voucher", "after", …
//	6 salt        bstr .size 16
//	7 body        bstr      CBOR map, see the kind
//
// signed by the station identity as COSE_Sign1 (RFC 9052 §4.2) with {1: -7} (ES256) as protected header and external_aad
// "bangban-record-1". It names its recipients and its place, so a holder cannot seal it again to somebody else, nor
// anybody move it to another counter or number. The journal's commitment to the record is journal.Commit(salt, body).
//
// # Sealing
//
// The record is written behind its length (uint32, big endian) and padded with zeros to a multiple of 4,096 bytes, then
// sealed once with AES-256-GCM under a fresh random key and the zero nonce, the clear header as associated data. The
// key is sealed to each holder with HPKE base mode (RFC 9180 §5.1.1), info "bangban-parcel-1", the clear header as
// associated data. Suite 1 is KEM 0x647a (X-Wing: ML-KEM-768 + X25519, draft-ietf-hpke-pq), suite 2 KEM 0x0010
// (DHKEM(P-256, HKDF-SHA256), RFC 9180 §7.1); both with KDF 0x0001 (HKDF-SHA256) and AEAD 0x0002 (AES-256-GCM). Policy
// chooses: a parcel is sealed in the suite of the bundle's back-office keys, which are all of one. Who sealed it cannot
// open it again.
//
//	sealed = [wraps: [+ [key id: tstr, enc: bstr, wrapped key: bstr .size 48]], ciphertext: bstr]
//
// A key id is the first eight bytes of SHA-256 of the public key in hexadecimal.
//
// # Envelope
//
//	envelope  = [header: bstr .cbor map, sealed: bstr, signature: bstr .size 64]
//	header    = {1 id: bstr .size 16, 2 station, 3 epoch, 4 seq, 5 kind, 6 day: tstr, 7 suite: uint,
//	             8 recipients: [+ tstr], 9 certificate: bstr}
//	signature = ES256 over Sig_structure ["Signature1", header, 'bangban-envelope-1', SHA-256(sealed)] (RFC 9052 §4.4)
//
// It is all that a gateway sees: no name, no number, no time finer than a day. The certificate is the station identity
// the envelope was signed with. There is one encoding only: every map and array is deterministic, s is at most n/2, and
// anything else is refused, so one parcel has one hash. The hash of a parcel is SHA-256 of the envelope. The id is a
// UUID version 7 whose time is cut to the day (RFC 9562 §6.1 allows it), because the exact time is not the gateway's.
//
// # Receipt
//
// A receipt is a signed note (golang.org/x/mod/sumdb/note) of the gateway's Ed25519 key, written after the commit:
//
//	bangban-receipt/1
//	T01
//	1
//	17
//	SHA-256 of the envelope, standard base64
//	accepted
//	2026-11-26T09:00:00Z
//
//	— receipt.example.org Az3grl…
//
// The time is that of the commit, cut to the hour: a parcel that goes out at once is committed while the person is still
// there, and receipts lie open, in the counter's file and on a stick. They are not sealed for the way back. They name a
// station, numbers, a hash of sealed bytes and an hour, nothing of a person, and whoever carries them may check them.
//
// # Batch
//
// A batch on the wire or on a stick is a CBOR sequence (RFC 8742): manifest, checkpoint (bstr), proofs, then one
// envelope (bstr) a parcel, in the order of the manifest.
//
//	manifest = {1: "bangban-export/1", 2 station, 3 epoch, 4 parcels: [* [seq, SHA-256 of the envelope]],
//	            5 SHA-256 of the checkpoint, 6 SHA-256 of the encoded proofs,
//	            7 certificate: bstr, 8 day: tstr}   of the identity that signed the checkpoint, and when
//	proofs   = [* [since: uint, [* hash]]]   consistency proofs from checkpoints the receiver may hold
//
// # Outside
//
// On a stick the batch is sealed once more, to the institution's intake keys, which the gateway has and the back office:
// age-encryption.org/v1 with its hybrid recipient (stanza "mlkem768x25519"), so that any age of 1.3 or newer opens it
// with the key. The outside hides kinds, days, ids and certificates from whoever finds the stick; inside are the same
// bytes that the network would carry.
//
// # Over a network
//
// A batch is posted to /v1/batches as application/cbor-seq with the fields of Attributes: CloudEvents 1.0 in binary
// mode and Idempotency-Key; the manifest has the digest of every part. The answer is application/cbor:
//
//	answer  = {1 station, 2 epoch, 3: [* verdict], 4 checkpoint: uint, 5 proven: bool}
//	verdict = [seq: uint, result: "accepted" / "duplicate" / "fork" / "refused" / "retry", reason: tstr, receipt: bstr]
//
// Nothing is purged on the word of an answer, only on the receipts in it.
//
// # What a person asks
//
// A parcel of kind "subject-request" asks what is held of a person, or that it be corrected or erased (SubjectBody). The
// person takes a code of 128 bits home; the request carries the public key of the X-Wing key whose seed is HKDF-SHA256 of
// the code with the info "bangban-answer-1". The answer is
//
//	answer = [note: bstr, sealed: bstr]
//	sealed = enc ‖ ciphertext      HPKE base mode, suite 1, info "bangban-answer-1", aad = id ‖ SHA-256 of the request
//
// where the note, signed by the receipt key, says: "bangban-answer/1", id, station, epoch, seq, SHA-256 of the request's
// envelope, SHA-256 of sealed, time. The plain text is {1: "done" / "partly" / "refused", 2: tstr} behind its length,
// padded to 1,024 bytes. It comes back on a stick beside the receipts, or from /v1/answers, and no machine on the way can
// read it, the counter included: it opens when the person comes back with the slip.
//
// # Exactly once
//
// The receiver's key is (station, epoch, seq) for ever: the same hash again is a duplicate and is receipted again,
// another hash is a fork and is never taken. So sending twice is always harmless and the counter may lose any answer.
package queue
