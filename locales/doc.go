// Package locales holds every sentence that a person reads, one JSON file a language, embedded.
//
// # Format
//
// A file is named by its BCP 47 tag and is one flat object in the message format of go-i18n: key → sentence, with
// placeholders written {{.Name}}. Two keys are about the file itself:
//
//	{
//	  "_covers":   ["clerk", "citizen", "paper"],
//	  "_reviewed": "who read it, when",
//	  "cz.place":  "Please put your ID card on the reader"
//	}
//
// A language that nobody reviewed has an empty "_reviewed" and is offered in training only. zh-Hans is the original;
// each other file has the keys of what it covers (Needs) with the same placeholders, or the tests fail. A file with
// "_base" rests on another language for what it does not say itself: a language without the clerk's sentences, and a
// variant like zh-Hans-x-short, which says to the citizen in few words what its base says in a sentence.
//
// # Keys
//
// cz.* is said to the citizen (at most 20 Chinese characters a sentence, no code, no blame), cl.* to the clerk, main.*
// is the big button, key.* the key bar, paper.* is printed. error.<code> says what happened and hint.<code> what to do
// now, for every desk code; reason.<code> and check.<name> translate verdicts, health.<code> the top strip.
//
// A key without a sentence comes back in brackets, so that it is seen on the screen and in the tests, never as nothing.
package locales
