package ui

import (
	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// message is what the slot says: what went wrong with the last key, else what is wrong with the visit, else a note, else
// the calm sentence of the step.
func (c *counter) message() (widget.Tone, string) {
	switch {
	case c.idle.blank:
		return widget.ToneNote, c.t("cl.blank")
	case c.armed != "":
		return widget.ToneWarn, c.note
	case c.fault != nil:
		return widget.ToneWarn, c.explain(c.fault)
	case c.note != "":
		return widget.ToneNote, c.note
	case c.layer == layerScan:
		return c.showMessage()
	case c.layer == layerSupport:
		return widget.ToneNote, c.t("cl.support.note")
	case c.lost != screenThere && c.layer == layerNone && c.s.Step == flow.Ready && c.s.Problem == nil && c.s.Note == "":
		return c.lossMessage()
	case c.layer == layerNone && c.s.Step == flow.Ready && c.s.Problem == nil && c.s.Note == "" && c.task() != "":
		return widget.ToneNote, c.task()
	case c.layer == layerQueue && c.d.Carry != nil:
		return widget.ToneNote, c.t("cl.queue.note")
	case c.life():
		return c.lifeMessage()
	case c.s.Step == flow.Locked:
		return widget.ToneNote, c.lockedMessage()
	case c.s.Step == flow.Ready && c.s.Problem != nil && !c.canPlace():
		return widget.ToneStop, c.t("cl.noservice.auto")
	case c.s.Step == flow.Unproven && c.s.Note == "":
		return widget.ToneWarn, c.t("cl.unproven.slot")
	case c.s.Step == flow.Compare && c.frame.compare().name.open():
		return widget.ToneWarn, c.t("cl.name.slot")
	case c.s.Step == flow.Trouble:
		return c.problemTone(), c.t("cl.trouble.slot")
	case c.s.Problem != nil:
		return c.problemTone(), c.explain(c.s.Problem)
	case c.s.Note != "":
		return widget.ToneNote, c.cat.T("note."+c.s.Note, c.s.NoteArgs)
	}
	return widget.ToneNote, c.stepMessage()
}

func (c *counter) lockedMessage() string {
	if c.busy {
		return c.t("cl.login.busy")
	}
	if c.card.lifted {
		return c.t("cl.card.lifted") // where it stays in sight at every size
	}
	return c.t("cl.login.kept")
}

// stepMessage is the sentence of a step in which all is well.
func (c *counter) stepMessage() string {
	switch c.s.Step {
	case flow.Ready:
		if len(c.s.Unfinished) > 0 {
			return c.t("error.data-unclean") + c.t("list.stop") + c.t("hint.data-unclean")
		}
		return c.t("cl.ready.note")
	case flow.Reading:
		return c.t("cl.reading.note")
	case flow.Compare:
		if c.s.Evidence != nil {
			return c.t("cl.evidence.compare")
		}
		return c.t("cl.compare.done", "S", seconds(c.s.ReadTime))
	case flow.Second:
		return c.t("cl.second.note")
	case flow.Reprint:
		return c.t("cl.reprint.note")
	case flow.HelperCard, flow.HelperFace, flow.HelperTerms, flow.Aside:
		return c.t("cl.helper.note")
	case flow.Evidence:
		return c.t("cl.evidence.note")
	case flow.GrantScan, flow.GrantCard:
		return c.t("cl.grant.note")
	case flow.Sanction:
		return c.t("cl.sanction.note")
	case flow.Choose:
		return c.t("cl.choose.note")
	case flow.Agree:
		return c.t("cl.wait.note")
	case flow.Spoken:
		return c.t("cl.spoken.note", "Clerk", c.s.Clerk.Name)
	case flow.NeedSecret:
		return c.t("cl.secret.keep")
	case flow.Issuing:
		return c.t("cl.issuing.note")
	case flow.PrintFault:
		return c.t("cl.fault.kept")
	case flow.HandOver:
		return c.t("cl.signed.offline")
	case flow.Farewell:
		return c.t("cl.farewell.sub")
	case flow.NotToday:
		return c.t("cl.nottoday.sub")
	}
	return ""
}

// explain says what happened and what to do now, in one line.
func (c *counter) explain(e *desk.Error) string {
	what, do := c.what(e)
	return what + c.t("list.stop") + do
}

// what says what happened, and what to do now.
func (c *counter) what(e *desk.Error) (happened, do string) {
	args := map[string]string{}
	for k, v := range e.Args {
		args[k] = v
	}
	if kind, ok := args["Kind"]; ok {
		if kind == "" || !c.cat.Has("kind."+kind) {
			kind = "unknown"
		}
		args["Kind"] = c.t("kind." + kind)
	}
	for name, prefix := range map[string]string{"Check": "check.", "Reason": "reason.", "Secret": "secret.", "Field": "mrz."} {
		if v, ok := args[name]; ok && c.cat.Has(prefix+v) {
			args[name] = c.t(prefix + v)
		}
	}
	code := e.Code
	if !c.cat.Has("error." + code) {
		code = desk.CodeInternal
	}
	return c.cat.T("error."+code, args), c.cat.T("hint."+code, args)
}

// problemTone: what has stopped work is told in red, what the next act mends is a warning, an invitation neither.
func (c *counter) problemTone() widget.Tone {
	switch c.s.Step {
	case flow.Pulled, flow.NeedSecret, flow.Unproven, flow.HandOver, flow.Agree, flow.Choose, flow.Reprint, flow.Sanction, flow.GrantScan, flow.GrantCard, flow.Evidence:
		return widget.ToneWarn
	}
	return widget.ToneStop
}
