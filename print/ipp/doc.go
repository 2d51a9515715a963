// Package ipp prints over the Internet Printing Protocol (RFC 8010, RFC 8011): to CUPS on this computer, by its socket or
// port 631, on Linux and macOS, and to printers that speak IPP themselves.
//
// # A job
//
// The document is streamed from memory in two steps, Create-Job and Send-Document (RFC 8011 §4.2.4, §4.3.1), with
//
//	job-name = serial            what queue windows show; never a name
//	document-format = application/pdf
//	copies, sides = one-sided, job-sheets = none
//	media = iso_a4_210x297mm …   the size of the first page, where the printer has it
//	print-scaling = none         else fit-to-page shrinks the modules of the code
//
// It is followed to its end. A job's state alone does not tell: out of paper it stays "processing", and a socket printer
// that is switched off keeps it there for ever. So the printer's state and printer-state-reasons (RFC 8011 §5.4.12) are
// asked for at every look, and we have a patience of our own. What a clerk is told:
//
//	media-empty, media-needed            printer-paper-out
//	media-jam                            printer-jam
//	cover-open, door-open, interlock…    printer-cover-open
//	toner-empty, marker-supply-empty     printer-ink-out
//	paused, stopped, held                printer-paused
//	server-error-not-accepting-jobs      printer-rejected
//	offline, shutdown, no change         printer-unreachable
//	other jobs in front, server busy     printer-busy
//	aborted, and no reason is known      printer-aborted
//
// A reason with the suffix -error, or none, must stand for Config.Grace before it counts, one with -warning only when
// nothing moves for five times as long, one with -report never. Where nothing moves for Config.Patience and no reason is
// given, the printer counts as unreachable. When we give up, the job is cancelled: what the clerk prints next is the only
// paper that can come out.
//
// # Never a second paper
//
// Before anything reaches the printer a row (printer, title, SHA-256) goes into Memory; its job id follows as soon as
// Create-Job answers, and only then the document. After a crash the next Print of that title looks at the rows that have
// no end:
//
//	no job id            the document was never sent. Empty jobs of that name are cancelled; print anew
//	job without document cancelled first, so that bytes still in flight are refused; print anew
//	job in the queue     it is followed, no second one is made
//	completed            the paper is out: nothing is printed
//	cancelled, aborted   print anew
//	unknown to the queue printer-unsure, once: the clerk looks whether the paper is there
//
// With Print-Job in one step a counter killed between submission and answer could not tell an accepted job from a lost
// one.
//
// # What stays behind
//
// CUPS keeps documents for a day unless PreserveJobFiles says No. After its end a job is purged (Cancel-Job with
// purge-job), and Keeps tells where documents lie all the same.
package ipp
