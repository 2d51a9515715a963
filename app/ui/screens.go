package ui

import "bangban/app/flow"

// screens are the tasks that were needed so far; nil: not yet. Thirty of them built at the start cost the clerk an eighth of
// a second before the first window.
type screens struct {
	login      *loginScreen
	ready      *readyScreen
	reading    *readingScreen
	secret     *secretScreen
	stopped    *stoppedScreen
	unproven   *unprovenScreen
	second     *secondScreen
	compare    *compareScreen
	choose     *chooseScreen
	agree      *agreeScreen
	paper      *paperScreen
	end        *endScreen
	unfinished *unfinishedScreen
	queue      *queueScreen
	help       *helpScreen
	blank      *blankScreen
	scan       *scanScreen
	verdict    *verdictScreen
	take       *takeScreen
	day        *dayScreen
	review     *reviewScreen
	approve    *approveScreen
	journal    *journalScreen
	reprint    *reprintScreen
	helper     *helperScreen
	grant      *grantScreen
	setup      *setUpScreen
	evidence   *evidenceScreen
	score      *scoreScreen
	support    *supportScreen
	list       *listScreen
}

// built gives the screen at its place among screens, made at its first call.
func built[T any, S interface {
	*T
	screen
}](f *frame, at *S, made func(*counter) S) S {
	if *at == nil {
		*at = made(f.c)
		p := &page{*at, f.c.kit.Scroller((*at).content())}
		p.scroller.Container.Hide()
		f.pages = append(f.pages, p)
		f.work.Add(p.scroller.Container)
	}
	return *at
}

// forget empties what the tasks themselves hold of a step or a visit that is over; those of before hold nothing yet.
func (f *frame) forget(now flow.Step) {
	b := f.screens
	if b.secret != nil && now != flow.NeedSecret {
		b.secret.leave()
	}
	if b.second != nil && now != flow.Second && b.second.pin.Text != "" {
		b.second.pin.Take()
	}
	if b.evidence != nil {
		switch now {
		case flow.Ready, flow.Reading, flow.Compare, flow.Farewell, flow.NotToday:
			b.evidence.forget()
		}
	}
	switch now {
	case flow.Ready, flow.Reading, flow.Farewell, flow.NotToday:
		if b.choose != nil {
			b.choose.forget()
		}
		if b.helper != nil {
			b.helper.forget()
		}
		if b.compare != nil {
			b.compare.open = false
		}
	}
}

// forgetLife does so with papers that are taken back, second words and the journal.
func (f *frame) forgetLife() {
	if f.screens.take != nil {
		f.screens.take.forget()
	}
	if f.screens.approve != nil {
		f.screens.approve.pin.Take()
	}
	if f.screens.journal != nil {
		f.screens.journal.forget()
	}
}

func (f *frame) login() *loginScreen           { return built(f, &f.screens.login, newLogin) }
func (f *frame) ready() *readyScreen           { return built(f, &f.screens.ready, newReady) }
func (f *frame) reading() *readingScreen       { return built(f, &f.screens.reading, newReading) }
func (f *frame) secret() *secretScreen         { return built(f, &f.screens.secret, newSecret) }
func (f *frame) stopped() *stoppedScreen       { return built(f, &f.screens.stopped, newStopped) }
func (f *frame) unproven() *unprovenScreen     { return built(f, &f.screens.unproven, newUnproven) }
func (f *frame) second() *secondScreen         { return built(f, &f.screens.second, newSecond) }
func (f *frame) compare() *compareScreen       { return built(f, &f.screens.compare, newCompare) }
func (f *frame) choose() *chooseScreen         { return built(f, &f.screens.choose, newChoose) }
func (f *frame) agree() *agreeScreen           { return built(f, &f.screens.agree, newAgree) }
func (f *frame) paper() *paperScreen           { return built(f, &f.screens.paper, newPaper) }
func (f *frame) end() *endScreen               { return built(f, &f.screens.end, newEnd) }
func (f *frame) unfinished() *unfinishedScreen { return built(f, &f.screens.unfinished, newUnfinished) }
func (f *frame) queue() *queueScreen           { return built(f, &f.screens.queue, newQueue) }
func (f *frame) help() *helpScreen             { return built(f, &f.screens.help, newHelp) }
func (f *frame) blank() *blankScreen           { return built(f, &f.screens.blank, newBlank) }
func (f *frame) scan() *scanScreen             { return built(f, &f.screens.scan, newScan) }
func (f *frame) verdict() *verdictScreen       { return built(f, &f.screens.verdict, newVerdict) }
func (f *frame) take() *takeScreen             { return built(f, &f.screens.take, newTake) }
func (f *frame) day() *dayScreen               { return built(f, &f.screens.day, newDay) }
func (f *frame) review() *reviewScreen         { return built(f, &f.screens.review, newReview) }
func (f *frame) approve() *approveScreen       { return built(f, &f.screens.approve, newApprove) }
func (f *frame) journal() *journalScreen       { return built(f, &f.screens.journal, newJournal) }
func (f *frame) reprint() *reprintScreen       { return built(f, &f.screens.reprint, newReprint) }
func (f *frame) helper() *helperScreen         { return built(f, &f.screens.helper, newHelper) }
func (f *frame) grant() *grantScreen           { return built(f, &f.screens.grant, newGrant) }
func (f *frame) setup() *setUpScreen           { return built(f, &f.screens.setup, newSetUp) }
func (f *frame) evidence() *evidenceScreen     { return built(f, &f.screens.evidence, newEvidence) }
func (f *frame) score() *scoreScreen           { return built(f, &f.screens.score, newScore) }
func (f *frame) support() *supportScreen       { return built(f, &f.screens.support, newSupport) }
func (f *frame) list() *listScreen             { return built(f, &f.screens.list, newList) }
