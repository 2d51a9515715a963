// Package widget is the counter's own kit of controls over Fyne: text that wraps Chinese and English, buttons, an entry,
// choice lists, the step rail, the message slot, the key bar, verdicts and picture frames. It knows nothing of a visit.
//
// # Why not the stock widgets
//
// Measured on Fyne 2.8.1: the stock Entry swallows F-keys while it has the focus, the stock Button does nothing on
// Return, the focus is a tint of 1.3:1, heights are below 44, a disabled word fades to 1.8:1. Ours:
//
//   - offer every key to the Kit's dispatcher first (F1–F12 and Escape always, Return unless the control wants it);
//   - show the focus as a ring of 3 px with a gap of 2 px in a colour of at least 4.5:1;
//   - are at least 44 high and react to Return and Space;
//   - stay readable when they are not available: a key that does nothing now loses its frame, never its contrast;
//   - carry an accessible name and role.
//
// # Sizes and colours
//
// No control names a colour or a pixel of its own: all come from its Kit, which is also the Fyne theme. Kit.Px(18) is
// 18 px at 100 % and follows the text size live. A Kit at another factor (Kit.At) draws the same screen small, for the
// mirror of the citizen's screen on the clerk's.
//
// # Height for width
//
// Fyne asks a control for its least size without saying how wide it will be, which cannot work for wrapped text. The
// layouts here ask HeightFor(width) instead, down to the Text.
package widget
