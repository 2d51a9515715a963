// Package flow is one visit as a state machine: from a card on the reader to a voucher in the person's hand. It draws
// nothing and stores nothing; every effect goes through Ports.
//
// # Steps
//
//	Locked ⇄ (any step; the visit waits behind the lock)
//	Ready → Reading → Compare → Choose → Agree → Issuing → HandOver → Farewell → Ready
//	        Reading → NeedSecret → Reading          the card wants its MRZ, CAN or PIN
//	        Reading → Pulled → Reading              only the same card goes on
//	        Reading → Trouble                       unreadable, disproven, expired; Compare → Trouble: another face
//	        Reading → Unproven → Compare            nobody can prove here who issued it; on only where the bundle has terms
//	                        Choose → Second → Agree the terms want a second clerk's word
//	                                Agree ⇄ Spoken  the clerk records a spoken yes in two presses
//	                Choose, Agree → Reprint → Sanction → Issuing    a copy of a paper that the person holds already
//	                                        Issuing ⇄ PrintFault
//	Choose → HelperCard → HelperFace → HelperTerms → Aside → Agree      a mandate; the person answers alone
//	Ready → GrantScan → GrantCard → Reading → Compare → Choose → Second → Agree      a helper alone, on a mandate
//	Ready, NeedSecret, Trouble → Evidence → Compare → Choose → Second → Agree        no card: other papers
//	any step before Issuing → NotToday → Ready
//
// A card that is put on the reader opens a visit by itself (Ready, Farewell, NotToday, Trouble). A card that a visit has
// used and that still lies there opens nothing: it must be lifted first, or F4 reads it.
//
// # What cannot happen
//
//   - Commit.Issue is called only after SayYes or ConfirmSpoken of the same visit, and a visit hands over
//     one voucher at most: a second is signed only where the first was spoiled (Again), of the same record.
//     No clerk's key and no scan leads there: Same, HandedOver and Scanned are refused on Agree.
//   - A document whose checks are not all passed, or that has expired, never reaches Compare. One of which only the issuer
//     is undecided does where a purpose takes its kind unproven; then that purpose alone is offered, narrower and shorter.
//   - Same is refused while a character of the name waits to be compared (repaired, private use, rare).
//   - A secret that was mistyped never reaches a card. With one try left it is sent on the second word only, with none never.
//   - A mandate is used once a visit, counted before anything is signed, and only with the card of the helper it names.
//   - Nobody without a card, and no helper alone, is served by one clerk.
//   - A clerk's token is left alone, and while the visit's card lies on its reader no other reader's card is read for it.
//   - After a restart nothing is printed again: the printer is asked what came out, and that is handed over or void.
//   - Between Issue and the end of the voucher (handed over, spoiled) the visit cannot be left; only Lock hides it.
//   - Nothing of a visit is stored before the Yes. A No leaves nothing.
//
// # Wiping
//
// The visit owns the document and the paper. Their bytes are overwritten when the visit ends, when the card leaves the
// reader where policy says so, and when Run returns; the document's already when T1 is written. A State that was handed
// out aliases Photo and Preview: subscribers decode them inside the callback or copy them. The bytes are overwritten
// right after the State without them was delivered, by the goroutine that delivers, so a callback never races with it.
//
// # Concurrency
//
// One mutex guards everything. Run's goroutine takes the readers' events and delivers States, in order and never two at
// once. Effects run on goroutines of their own and take the mutex to hand in their result; one that belongs to an ended
// visit is dropped and wiped. T1, T2 and Mark are not cut off when Run's context ends; reading, drawing and printing are.
package flow
