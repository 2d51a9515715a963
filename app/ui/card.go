package ui

import (
	"strconv"
	"strings"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
	"bangban/cardreader"
)

// lowTries is how few wrong PINs a card takes when the screen says so.
const lowTries = 2

// staffCard is the card of a member of staff that lies on a reader, while a screen asks who somebody is; and the one that
// the login rests on.
type staffCard struct {
	seen  string         // what lay where when it was looked for; empty: it was not
	look  int            // counts the looks: an answer that comes late is dropped
	found desk.StaffCard // Reader is empty where there is none
	fault *desk.Error    // why it is of no use
	turn  int            // grows with each that was found: a screen chooses its holder once

	held   string // the reader where the card lies with which somebody logged in; empty: by PIN
	others bool   // there was another reader for people's cards
	lifted bool   // it was taken away, and that locked
}

// proving tells whether the screen asks somebody who they are.
func (c *counter) proving() bool {
	return c.s.Step == flow.Locked && c.layer == layerNone || c.s.Step == flow.Second && c.layer == layerNone || c.approving() != ""
}

// watchCard looks for a card of the staff when a screen asks for one and other cards lie there than before.
func (c *counter) watchCard() {
	staff, ok := c.d.Staff.(Carded)
	if !ok || c.busy {
		return
	}
	seen := ""
	if c.proving() {
		seen = "looked"
		for _, p := range c.s.Places {
			if p.Kind == cardreader.Present {
				seen += "\n" + p.Reader
			}
		}
	}
	if seen == c.card.seen {
		return
	}
	c.card.seen, c.card.found, c.card.fault = seen, desk.StaffCard{}, nil
	c.card.look++
	if !strings.Contains(seen, "\n") {
		return
	}
	look, not := c.card.look, c.card.held // the clerk's own card gives no second word
	c.spawn(func() {
		found, err := staff.StaffCard(c.ctx, not)
		c.post(func() {
			if look != c.card.look {
				return
			}
			if c.card.found, c.card.fault = found, desk.Explain("login", err); found.Clerk.ID != "" {
				c.card.turn++
			}
			c.refresh()
			c.frame.focusFirst()
		})
	})
}

// byCard tells whether this clerk's card lies there, and can be used.
func (c *counter) byCard(id string) (desk.StaffCard, bool) {
	return c.card.found, c.card.fault == nil && c.card.found.Reader != "" && c.card.found.Clerk.ID == id
}

// cardNews is what is to be said of a card that lies there and does not let anybody in; empty: nothing.
func (c *counter) cardNews() string {
	f := c.card.fault
	if f == nil || !strings.HasPrefix(f.Code, "login-card-") || f.Code == "login-card-none" {
		return ""
	}
	return c.cat.T("error."+f.Code, f.Args) + c.t("list.stop") + c.cat.T("hint."+f.Code, f.Args)
}

// cardTries warns of the last tries; empty: there are enough.
func (c *counter) cardTries() string {
	if c.card.fault != nil || c.card.found.Reader == "" || c.card.found.Left > lowTries {
		return ""
	}
	return c.t("cl.card.left", "N", strconv.Itoa(c.card.found.Left))
}

// holder is the place in a list of the clerk whose card has just been found; where there is none, what was chosen.
func (c *counter) holder(list []desk.Clerk, chosen int, turn *int) int {
	if *turn == c.card.turn {
		return chosen
	}
	*turn = c.card.turn
	for i, p := range list {
		if p.ID == c.card.found.Clerk.ID {
			return i
		}
	}
	return chosen
}

// cardProof is what somebody typed, as a proof: the PIN of their card where it lies there and opens this counter.
func (c *counter) cardProof(id, pin string) Proof {
	if card, ok := c.byCard(id); ok && card.Known {
		return Proof{Card: true, CardPIN: pin}
	}
	return Proof{PIN: pin}
}

// pinLabel names the PIN that is asked for.
func (c *counter) pinLabel(id, otherwise string) string {
	if card, ok := c.byCard(id); ok && card.Known {
		return c.t("cl.card.pin")
	}
	return c.t(otherwise)
}

// askPIN names the PIN that the chosen one of a list types, and says what there is to say of a card that lies there. A card
// that does not open this counter yet is set up at a login, not here.
func (c *counter) askPIN(list []desk.Clerk, chosen int, label *widget.Text, pin *widget.Entry, news *widget.Text) {
	id := ""
	if chosen < len(list) {
		id = list[chosen].ID
	}
	says := c.cardNews()
	if card, ok := c.byCard(id); ok {
		if says = c.cardTries(); !card.Known {
			says = c.t("error.login-card-new", "Clerk", id)
		}
	}
	put(news, says)
	label.Set(c.pinLabel(id, "cl.second.pin"))
	pin.Name(c.pinLabel(id, "cl.second.pin"))
}

// cardHolds has the login rest on the card where that was the proof.
func (c *counter) cardHolds(p Proof) {
	c.card.held, c.card.others, c.card.lifted = "", len(c.s.Places) > 1, false
	if p.Card {
		c.card.held = c.card.found.Reader
	}
}

// cardLies looks whether the card that the login rests on still lies there. Where people's cards have a reader of their own
// its absence locks; where there is but one reader the card must make room, and the counter stays open.
func (c *counter) cardLies() {
	if c.card.held == "" || c.s.Step == flow.Locked { // where the login's own State is still on its way
		return
	}
	for _, p := range c.s.Places {
		if p.Reader == c.card.held && p.Kind == cardreader.Present {
			return
		}
	}
	c.card.held = ""
	if !c.card.others {
		c.say(c.t("cl.card.off"))
		return
	}
	c.card.lifted = true
	c.do("lock", c.d.Staff.Lock)
}
