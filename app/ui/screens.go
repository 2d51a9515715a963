package ui

import "bangban/app/flow"

// screens are the tasks that were needed so far; nil: not yet. Thirty of them built at the start cost the clerk a sixth of a
// second before the first window.
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
func built[S screen](f *frame, at *S, none bool, made func(*counter) S) S {
	if none {
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

func (f *frame) login() *loginScreen {
	return built(f, &f.screens.login, f.screens.login == nil, newLogin)
}
func (f *frame) ready() *readyScreen {
	return built(f, &f.screens.ready, f.screens.ready == nil, newReady)
}
func (f *frame) reading() *readingScreen {
	return built(f, &f.screens.reading, f.screens.reading == nil, newReading)
}
func (f *frame) secret() *secretScreen {
	return built(f, &f.screens.secret, f.screens.secret == nil, newSecret)
}
func (f *frame) stopped() *stoppedScreen {
	return built(f, &f.screens.stopped, f.screens.stopped == nil, newStopped)
}
func (f *frame) unproven() *unprovenScreen {
	return built(f, &f.screens.unproven, f.screens.unproven == nil, newUnproven)
}
func (f *frame) second() *secondScreen {
	return built(f, &f.screens.second, f.screens.second == nil, newSecond)
}
func (f *frame) compare() *compareScreen {
	return built(f, &f.screens.compare, f.screens.compare == nil, newCompare)
}
func (f *frame) choose() *chooseScreen {
	return built(f, &f.screens.choose, f.screens.choose == nil, newChoose)
}
func (f *frame) agree() *agreeScreen {
	return built(f, &f.screens.agree, f.screens.agree == nil, newAgree)
}
func (f *frame) paper() *paperScreen {
	return built(f, &f.screens.paper, f.screens.paper == nil, newPaper)
}
func (f *frame) end() *endScreen { return built(f, &f.screens.end, f.screens.end == nil, newEnd) }
func (f *frame) unfinished() *unfinishedScreen {
	return built(f, &f.screens.unfinished, f.screens.unfinished == nil, newUnfinished)
}
func (f *frame) queue() *queueScreen {
	return built(f, &f.screens.queue, f.screens.queue == nil, newQueue)
}
func (f *frame) help() *helpScreen { return built(f, &f.screens.help, f.screens.help == nil, newHelp) }
func (f *frame) blank() *blankScreen {
	return built(f, &f.screens.blank, f.screens.blank == nil, newBlank)
}
func (f *frame) scan() *scanScreen { return built(f, &f.screens.scan, f.screens.scan == nil, newScan) }
func (f *frame) verdict() *verdictScreen {
	return built(f, &f.screens.verdict, f.screens.verdict == nil, newVerdict)
}
func (f *frame) take() *takeScreen { return built(f, &f.screens.take, f.screens.take == nil, newTake) }
func (f *frame) day() *dayScreen   { return built(f, &f.screens.day, f.screens.day == nil, newDay) }
func (f *frame) review() *reviewScreen {
	return built(f, &f.screens.review, f.screens.review == nil, newReview)
}
func (f *frame) approve() *approveScreen {
	return built(f, &f.screens.approve, f.screens.approve == nil, newApprove)
}
func (f *frame) journal() *journalScreen {
	return built(f, &f.screens.journal, f.screens.journal == nil, newJournal)
}
func (f *frame) reprint() *reprintScreen {
	return built(f, &f.screens.reprint, f.screens.reprint == nil, newReprint)
}
func (f *frame) helper() *helperScreen {
	return built(f, &f.screens.helper, f.screens.helper == nil, newHelper)
}
func (f *frame) grant() *grantScreen {
	return built(f, &f.screens.grant, f.screens.grant == nil, newGrant)
}
func (f *frame) setup() *setUpScreen {
	return built(f, &f.screens.setup, f.screens.setup == nil, newSetUp)
}
func (f *frame) evidence() *evidenceScreen {
	return built(f, &f.screens.evidence, f.screens.evidence == nil, newEvidence)
}
func (f *frame) score() *scoreScreen {
	return built(f, &f.screens.score, f.screens.score == nil, newScore)
}
func (f *frame) support() *supportScreen {
	return built(f, &f.screens.support, f.screens.support == nil, newSupport)
}
func (f *frame) list() *listScreen { return built(f, &f.screens.list, f.screens.list == nil, newList) }
