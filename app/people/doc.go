// Package people says who may work at this counter: the roster of the bundle, the PIN, the lockout, the roles.
//
// There is no list of people and no PIN verifier of its own. The roster comes in the signed bundle; a PIN is right when
// it opens the clerk's slot in the vault of the voucher key, and the key that it opens is what the login is worth: no
// login, no signature. A role in a local database means nothing.
//
// A card is a clerk's while the roster in force has a certificate with its key for that clerk (Holder). It opens a slot of
// its own by its own PIN. A card that left the roster opens nothing, whatever slot there still is: Holder is asked before
// the card is.
//
// # Lockout
//
// Tries are counted durably before the PIN is tried: a power cut in the middle is a try. The record of a clerk is
//
//	Tally{ Failed: tries since the last right PIN, Event: tries ever, Until: station time }
//
// Four wrong tries cost nothing. The fifth and each one after it sets Until to station time plus 1, 2, 4 … minutes,
// at most 24 hours. Station time is the later of the computer's clock and the newest signed time seen, so a clock set
// back does not shorten the wait; it can only make it longer. Within one run of the program the wait is measured on
// the monotonic clock as well, so a clock set forward does not shorten it either. The number of tries never sinks but
// by a right PIN or a supervisor, whatever the clock does: it alone decides how long the next wait is.
//
// A wrong PIN of a card is a try like any other, beside the card's own counter, which nobody here can lift. Where the card was
// blocked, was taken away or is not the right one, nothing is known of the PIN, and the try is given back: the card has
// counted what there was to count.
//
// A supervisor lifts another's lockout with their own PIN or card. Nobody lifts their own: that a supervisor is locked out is
// waited out, or lifted by another supervisor.
package people
