// Package cardreader holds the words that every reader and every kind of card share: Reader, Conn, Kind, Document
// and Event. It reads nothing itself.
//
// # How the parts meet
//
// A System lists Readers and reports what happens at them (Event). A Reader hands out one Conn at a time to the card
// that lies on it. What a Conn can do is told by optional interfaces: a chip card is an APDUer (ISO/IEC 7816-4
// command and response APDUs), a reader with a security module of its own is a RecordReader. A Kind knows one kind of
// card: whether this is one (Match, by SELECT; the ATR is only a hint), which secrets it needs (Needs), and how to make
// a Document of it (Read).
//
// # Six causes, never merged
//
// Whatever goes wrong while a card is read is an *Error with one of the codes below, so that the counter can say what
// happened and what to do: service-off, no-reader, no-card (an invitation, not a fault), other-kind (named),
// pulled-early, card-faulty.
//
// # Personal data
//
// Subject and Document cannot be printed or logged by accident: String, GoString, Format and LogValue give the kind
// and counts only. Whoever owns a Document calls Wipe when the visit ends. Secrets never appear in an error.
package cardreader
