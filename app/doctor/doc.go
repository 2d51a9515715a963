// Package doctor looks at everything that a counter needs and says in one word each how it feels: the card service, the
// readers, the reader driver, the printer, the clock, the disk, the keys, the lists, the queue and the data folder. It
// changes nothing and opens nothing: what it looks at is handed in, and a part that is not handed in is not asked.
//
// Every probe that is not good carries a code. health.<code> in the locale files says what is so, hint.<code> what to
// do about it. Where a part said itself what ails it, that code is the argument "Cause", and error.<cause> and
// hint.<cause> say more.
//
// LevelStop is for what keeps the counter from its work, LevelWarn for what will, or for what only somebody who looks
// would notice. On a training counter the card service, the readers and their driver are never a reason to stop: its
// specimens need none.
package doctor
