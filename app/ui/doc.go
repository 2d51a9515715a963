// Package ui is the clerk's window and the citizen's screen. It decides nothing about a visit: it shows flow.State and
// turns keys and touches into the machine's inputs. It is the only importer of Fyne, with its kit app/ui/widget.
//
// # Places
//
// The clerk's window is drawn for 1366×768 and fits 1366×690: a strip with the state of the counter, the rail of three
// words, one task, the small picture of what the person sees, one message slot, the key bar, and the main button always
// at the bottom right. Nothing jumps and there are no dialogs. With larger text the task scrolls; the places stay.
//
// # Keys
//
// One dispatcher takes F1–F12, Escape and Return from wherever the focus is. Each step says which keys work (actions) and
// what the main button does (mainAction); the key bar is drawn from the same table, so a key can never do what is not
// shown. A key that does nothing now says so in the message slot.
//
// Return is the main button and is not heard within 250 ms of a change of step: one long press is one answer.
//
// # What only the person can do
//
// Yes is reached from two places: a touch on the citizen's answers, and the pad keys bound at set-up, which cannot be
// Return, Space, Escape, an F-key or anything a scanner types. A recorded spoken yes is F10 twice and another value.
//
// # Scanners
//
// Scanners type. A burst of at least 10 characters with a mean gap below 35 ms and a Return is a scan: it is taken out of
// the field that had the focus and given to flow. While a burst runs and for 500 ms after it nothing else acts, neither
// key nor touch. A long burst that ends in silence is a scan as well. On the step that asks for a machine readable zone its
// characters are the zone's, whoever types them; everywhere else a scan is a credential that somebody shows (F5).
//
// # Screens
//
// Every screen is built once and refreshed; a language or text size changes them in place. State comes on the machine's
// goroutine; one adapter decodes its pictures there and hands it to Fyne's.
package ui
