// Package keys holds private keys and signs with them. Every key is a crypto.Signer (or, for opening parcels, a
// HolderKey), so that a token, a PKCS#11 module or a TPM can stand where a file stands today. Kind says which of them
// it is; a key that lies in a file says "software key" wherever it counts.
//
// # Key files
//
// A key file is one PEM block, readable by its owner only (mode 0600), written to a temporary file, synced and renamed:
//
//	PRIVATE KEY                     PKCS#8 (RFC 5958), P-256 or Ed25519
//	BANGBAN HOLDER PRIVATE KEY      {1: suite, 2: private key}, HPKE (RFC 9180 §7.1.2)
//	BANGBAN TOKEN KEY               no key: where it lies, see below
//	BANGBAN WRAPPED PRIVATE KEY     any of the three under a passphrase
//
// A wrapped key is deterministic CBOR (RFC 8949 §4.2.1):
//
//	wrapped = { 1: 1, 2: cost, 3: salt (16 B), 4: nonce (12 B), 5: sealed, 6: PEM type of what is inside }
//	cost    = { 1: passes, 2: memory in KiB, 3: threads }                       argon2id, RFC 9106
//	sealed  = AES-256-GCM(argon2id(passphrase, salt, cost), nonce, DER, aad = "bangban-wrapped-1" ‖ CBOR of 2, 3 and 6)
//
// # Places
//
// A key that was made in a TPM, a PKCS#11 token or a PIV card never leaves it (Place). A key file names it:
//
//	token  = { 1: 1, 2: address, 3: reference, 4: public key (65 B), ? 5: PIN }
//	tpm    = reference { 1: TPM2B_PUBLIC, 2: TPM2B_PRIVATE }: only the TPM that made it loads it (TPM 2.0 part 1 §23)
//
// A PIN stands in a wrapped file only, so one passphrase opens the token, too. A TPM key without a PIN is for a counter's
// identity, which works without a clerk: it cannot be copied away, whoever runs programs on that computer can use it.
// PINs go to a TPM under a salted, encrypted session, and its own lockout counts wrong ones. All places pass the contract
// keystest: TPM against an emulator, PKCS#11 against a software HSM, PIV against a virtual card behind a real PC/SC service,
// never yet against one of plastic. PKCS#11 modules are C: a program built without cgo says so, and so does one without PC/SC of
// PIV cards.
//
// On a PIV card a key lies in slot 9C or in one of the retired ones, 82 to 95, so that the next voucher key does not take the
// place of the one in use. A certificate that the key signs for itself marks the slot, and is how the card is known again
// before a PIN is sent to it: somebody's own card may lie on another reader. What the library (piv-go) does not do: it takes
// cards of one maker only, with the factory's management key; it leaves the PIN proven on a card that stays on its reader; and
// where another kind of card lies on a reader that it looks at, that reader stays taken until this program ends. So name
// the card's reader in the address (piv::YubiKey) where people's cards lie on another.
//
// The back-office key is X-Wing, which no token knows. With a PKCS#11 token it is sealed by an AES-256 key that cannot
// leave the token, and opens only where the token is; while it is open it is in this computer's memory.
//
// # The vault of the voucher key
//
// No login, no signature: the voucher key is unlocked by a clerk's PIN and by nothing else. One random key (KEK)
// encrypts the voucher key; each clerk has a slot that holds the KEK encrypted under the clerk's PIN:
//
//	vault = { 1: 1, 2: public key (65 B, SEC 1), 3: nonce, 4: sealed private key (32 B), 5: [ * slot ], ? 6: [ + waiting ],
//	          ? 7: next, ? 8: place, ? 9: sm2, ? 10: [ + card ] }
//	slot  = { 1: clerk id, 2: cost, 3: salt, 4: nonce, 5: sealed KEK }
//	sealed private key = AES-256-GCM(KEK, nonce, scalar, aad = "bangban-vault-key-1" ‖ public key)
//	sealed KEK         = AES-256-GCM(argon2id(PIN, salt, cost), nonce, KEK, aad = "bangban-vault-slot-1" ‖ CBOR of 1, 2, 3)
//
// Who has no PIN yet has an enrolment code in a letter. The roster holds the X25519 public key that belongs to it, and
// the vault the KEK sealed to that key (HPKE base mode, RFC 9180: DHKEM(X25519), HKDF-SHA256, AES-256-GCM; info =
// "bangban-enrolment-1" ‖ clerk id). The first login opens it with the code, makes a slot of the new PIN and erases the
// sealed KEK: a code is good once. A new letter, that is another public key, is good once again.
//
//	waiting = { 1: clerk id, 2: public key (32 B), ? 3: sealed KEK }                  without 3: the code was used
//	next    = { 1: public key, 2: nonce, 3: sealed private key, ? 4: place, ? 5: sm2 }   the voucher key that awaits its delegation
//	place   = { 1: address, 2: reference }: the key lies there, and what is sealed is its PIN instead,
//	          aad = "bangban-vault-token-1" ‖ CBOR of public key, 1 and 2
//
//	sm2     = { 1: public key (65 B), 2: nonce, 3: sealed private key (32 B) }
//	          aad = "bangban-vault-sm2-1" ‖ public voucher key ‖ public SM2 key
//
// Where policy wants the SM suite, an SM2 key (GB/T 32918) stands beside each voucher key: opened by the same PIN, certified
// by the institution for the same days, replaced with it. It signs the bytes of vouchers inside their PDFs and nothing
// else. It lies in this file also where the voucher key lies in a place, for few places know its curve.
//
// So a clerk's PIN unlocks the voucher key wherever it lies. In a TPM the key's own PIN is 128 random bits, in hex.
//
// # Cards
//
// A clerk may have a card in the place of a PIN, or beside it: one with a key on P-256 that agrees on secrets and never
// leaves it (ECDH, NIST SP 800-56A §5.7.1.2), opened by the card's own PIN. The slot holds an ephemeral public key, and the
// KEK under what the card's key and it make:
//
//	card   = { 1: clerk id, 2: public key of the card (65 B), 3: ephemeral public key (65 B), 4: nonce, 5: sealed KEK }
//	info   = "bangban-vault-card-1" ‖ CBOR of [ station id, 1, 2, 3 ]
//	sealed KEK = AES-256-GCM(HKDF-SHA256(ECDH(card, 3), info), nonce, KEK, aad = info)                       RFC 5869
//
// The ephemeral private key is forgotten when the slot has been made, and only after the card has opened it. So the file
// alone is worth nothing even to somebody who knows the card's PIN, and a slot that is copied to another station or to
// another clerk's name opens nothing there: station id, clerk id and card are bound in. Whether a card is still good is the
// roster's word (package people), which is asked before the card's PIN is; a slot whose card left the roster is erased at
// the next login. A clerk has
// two cards at most, the one in use and the one that follows it.
//
// The clerk id is bound into the slot, so a clerk cannot rename their own slot to the supervisor's. The public key is
// bound to the private one and can be read without unlocking.
//
// What this does not do: a PIN of six digits keeps nobody out for long who has the file and a fast computer (10⁶ times
// one argon2id). The serial block and the end of the delegation bound what such a key is worth. Where the key lies in a
// place, the file alone is worth nothing: the thief needs the TPM or the token, too. Removing a clerk's slot
// does not make the clerk forget: after somebody leaves, replace the key.
//
// Signatures with file-held P-256 keys are deterministic (RFC 6979) whatever source of randomness is passed in: the
// same paper has the same bytes, and a bad random source cannot give the key away.
//
// Lock and Close overwrite what this package holds: the KEK, the scalar, the big.Int that crypto/ecdsa keeps. crypto/ecdsa
// caches a copy for itself; Lock collects the garbage and writes over the place. That is measured, not promised: a test
// looks for the key in the memory of its own process.
package keys
