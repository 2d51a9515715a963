package flow_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"
)

// monkey presses any key at any time, moves cards and breaks things, and holds the machine to what cannot happen.
type monkey struct {
	f     *flowtest.Fakes
	m     *flow.Machine
	yes   int // taken: SayYes and ConfirmSpoken
	hold  chan struct{}
	fails map[string]bool
	seen  map[flow.Step]int
	bad   string // first broken promise
}

// act is one thing that can happen at a counter.
type act struct {
	name string
	do   func(*monkey)
}

func acts() []act {
	list := []act{
		{"put", func(k *monkey) { k.put(passport()) }},
		{"put other", func(k *monkey) { k.put(&flowtest.Card{Document: flowtest.OtherPassport()}) }},
		{"put broken", func(k *monkey) { k.put(&flowtest.Card{Document: flowtest.Broken()}) }},
		{"put slow", func(k *monkey) { k.put(&flowtest.Card{Document: flowtest.Passport(), Hold: k.hold}) }},
		{"put secret", func(k *monkey) {
			k.put(&flowtest.Card{Document: flowtest.Passport(), Secret: cardreader.Secret{Kind: cardreader.CAN}, Value: "123456"})
		}},
		{"put faulty", func(k *monkey) { k.put(&flowtest.Card{Err: cardreader.NewError(cardreader.CodeFaulty, nil, nil)}) }},
		{"put unproven", func(k *monkey) { k.put(&flowtest.Card{Document: flowtest.SocialSecurity()}) }},
		{"put rare", func(k *monkey) { k.put(&flowtest.Card{Document: flowtest.Rare()}) }},
		{"put token", func(k *monkey) { k.put(tokenCard()) }},
		{"second reader", func(k *monkey) { k.f.Cards.Plug("sim:second") }},
		{"put on second", func(k *monkey) { k.f.Cards.Put("sim:second", &flowtest.Card{Document: flowtest.OtherPassport()}) }},
		{"token on second", func(k *monkey) { k.f.Cards.Put("sim:second", tokenCard()) }},
		{"pick reader", func(k *monkey) { k.m.PickReader(flowtest.Reader) }},
		{"any reader", func(k *monkey) { k.m.PickReader("") }},
		{"put mute", func(k *monkey) { k.put(&flowtest.Card{Mute: true}) }},
		{"release", func(k *monkey) { close(k.hold); k.hold = make(chan struct{}) }},
		{"lift", func(k *monkey) { k.f.Cards.Lift(flowtest.Reader) }},
		{"again", func(k *monkey) { k.f.Cards.Again(flowtest.Reader) }},
		{"service off", func(k *monkey) { k.f.Cards.ServiceOff() }},
		{"plug", func(k *monkey) { k.f.Cards.Plug(flowtest.Reader) }},
		{"unplug", func(k *monkey) { k.f.Cards.Unplug(flowtest.Reader) }},
		{"login", func(k *monkey) { k.m.Login(flowtest.Clerk()) }},
		{"lock", func(k *monkey) { k.m.Lock() }},
		{"next", func(k *monkey) { k.m.Next() }},
		{"reread", func(k *monkey) { k.m.Reread() }},
		{"secret", func(k *monkey) { k.m.GiveSecret(cardreader.CAN, "123456") }},
		{"wrong secret", func(k *monkey) { k.m.GiveSecret(cardreader.CAN, "000000") }},
		{"accept", func(k *monkey) { k.m.Accept() }},
		{"second clerk", func(k *monkey) { k.m.Seconded(flowtest.Supervisor()) }},
		{"second self", func(k *monkey) { k.m.Seconded(flowtest.Clerk()) }},
		{"confirm name", func(k *monkey) { k.m.ConfirmName(0) }},
		{"correct name", func(k *monkey) { k.m.CorrectName(0, '䶮') }},
		{"same", func(k *monkey) { k.m.Same() }},
		{"not same", func(k *monkey) { k.m.NotSame() }},
		{"choose", func(k *monkey) { k.m.Choose("train-ticket", "demo-rail") }},
		{"choose wrongly", func(k *monkey) { k.m.Choose("housing-fund", "demo-rail") }},
		{"lang", func(k *monkey) { k.m.SetLang("en") }},
		{"aloud", func(k *monkey) { k.m.Aloud() }},
		{"yes", (*monkey).sayYes},
		{"no", func(k *monkey) { k.m.SayNo() }},
		{"spoken", func(k *monkey) { k.m.Spoken() }},
		{"confirm", func(k *monkey) { k.taken(k.m.ConfirmSpoken()) }},
		{"cancel", func(k *monkey) { k.m.CancelSpoken() }},
		{"print", func(k *monkey) { k.m.PrintAgain() }},
		{"spoil", func(k *monkey) { k.m.Spoil("torn") }},
		{"scan", (*monkey).scan},
		{"scan other", func(k *monkey) { k.m.Scanned("6901234567892") }},
		{"handed over", func(k *monkey) { k.m.HandedOver() }},
		{"back", func(k *monkey) { k.m.Back() }},
		{"not today", func(k *monkey) { k.m.NotToday() }},
		{"resolve", func(k *monkey) { k.m.ResolveUnfinished("T01-000900", true) }},
		{"no card", func(k *monkey) { k.m.NoCard() }},
		{"household book", func(k *monkey) { k.m.Piece("household-book") }},
		{"bill", func(k *monkey) { k.m.Piece("utility-bill") }},
		{"papers", func(k *monkey) { k.m.Papers(typed()) }},
		{"grant", func(k *monkey) { k.m.Grant() }},
		{"scan grant", func(k *monkey) { k.m.Scanned(flowtest.GrantText) }},
		{"clock", func(k *monkey) { k.f.Clock.Pass(3600e9) }},
	}
	for _, op := range []string{"begin", "issue", "mark", "finish", "unfinished"} {
		list = append(list, act{"break " + op, func(k *monkey) { k.f.Commit.Fail(op, k.toggle(op)) }})
	}
	return append(list,
		act{"break sign", func(k *monkey) { k.f.Signer.Fail(k.toggle("sign")) }},
		act{"break print", func(k *monkey) { k.f.Press.Fail(nil, k.toggle("print")) }},
		act{"break compose", func(k *monkey) { k.f.Press.Fail(k.toggle("compose"), nil) }})
}

func (k *monkey) put(c *flowtest.Card) { k.f.Cards.Put(flowtest.Reader, c) }

func (k *monkey) toggle(what string) error {
	k.fails[what] = !k.fails[what]
	if k.fails[what] {
		return errors.New("flowtest: broken " + what)
	}
	return nil
}

func (k *monkey) sayYes() { k.taken(k.m.SayYes()) }

func (k *monkey) taken(err error) {
	if err == nil {
		k.yes++
	}
}

func (k *monkey) scan() {
	if jobs := k.f.Press.Jobs(); len(jobs) > 0 {
		k.m.Scanned(jobs[len(jobs)-1].Text)
	}
}

// goOn presses the key that leads on, so that deep steps are reached.
func (k *monkey) goOn() {
	switch k.m.State().Step {
	case flow.Locked:
		k.m.Login(flowtest.Clerk())
	case flow.Unproven:
		k.m.Accept()
	case flow.Second:
		k.m.Seconded(flowtest.Supervisor())
	case flow.Compare:
		for i := range k.m.State().Doubts {
			k.m.ConfirmName(i)
		}
		k.m.Same()
	case flow.Choose:
		if k.m.Choose("housing-fund", "demo-bank") != nil {
			k.m.Choose("train-ticket", "demo-rail")
		}
	case flow.Agree:
		k.sayYes()
	case flow.Spoken:
		k.taken(k.m.ConfirmSpoken())
	case flow.PrintFault:
		k.f.Press.Fail(nil, nil)
		k.m.PrintAgain()
	case flow.HandOver:
		k.m.HandedOver()
	case flow.NeedSecret:
		k.m.GiveSecret(cardreader.CAN, "123456")
	default:
		k.f.Cards.Plug(flowtest.Reader)
		k.put(passport())
	}
}

func (k *monkey) wrong(format string, args ...any) {
	if k.bad == "" {
		k.bad = fmt.Sprintf(format, args...)
	}
}

// judge holds the settled machine to its promises.
func (k *monkey) judge() {
	s := k.m.State()
	k.seen[s.Step]++
	issues, commits := 0, 0
	signed := map[string]bool{}
	for _, c := range k.f.Calls() {
		verb, rest, _ := strings.Cut(c, " ")
		serial, _, _ := strings.Cut(rest, " ")
		switch verb {
		case "issue", "used-up": // a Yes that a mandate did not cover any more signs nothing
			issues++
		case "commit":
			commits++
			signed[serial] = true
		case "mark", "print":
			if !signed[serial] {
				k.wrong("%q without a signed voucher", c)
			}
		}
	}
	if issues != k.yes {
		k.wrong("%d issues for %d times yes", issues, k.yes)
	}
	ended := 0
	for _, a := range k.f.Commit.Afters() {
		if !a.Recovery {
			ended++
		}
	}
	if commits-ended < 0 || commits-ended > 1 {
		k.wrong("%d vouchers signed and %d ended: two in one visit", commits, ended)
	}
	switch s.Step {
	case flow.HandOver, flow.PrintFault:
		if !signed[s.Serial] || commits-ended != 1 {
			k.wrong("%v without an open voucher", s.Step)
		}
	case flow.Ready, flow.Farewell, flow.NotToday:
		if commits != ended {
			k.wrong("%v with an open voucher", s.Step)
		}
		if s.Subject != nil || s.Photo != nil || s.Preview != nil {
			k.wrong("%v names somebody", s.Step)
		}
		k.blank(s.Step)
	case flow.Locked:
		if s.Subject != nil || s.Photo != nil || s.Preview != nil || s.Serial != "" {
			k.wrong("the lock shows the visit")
		}
	case flow.Compare, flow.Choose, flow.Second, flow.Agree, flow.Spoken:
		k.lower(s)
		if s.Proof != 1 && !s.Lower || s.Evidence == nil && (len(s.Photo) == 0 || blank(s.Photo)) {
			k.wrong("%v without a proven document", s.Step)
		}
	}
}

// lower holds a visit with an unproven document to the terms of the bundle.
func (k *monkey) lower(s flow.State) {
	for _, p := range s.Purposes {
		if s.Evidence != nil {
			if q, ok := p.OnEvidence(s.Evidence.Pieces); !ok || p.Life > q.Life || s.Grant != nil {
				k.wrong("%v offers %s on %v", s.Step, p.Code, s.Evidence.Pieces)
			}
			continue
		}
		if s.Grant != nil && (p.Life > flow.GrantLife || !slices.Contains(s.Grant.Mandate.Scopes, p.Code)) {
			k.wrong("%v offers %s on a mandate", s.Step, p.Code)
		}
		if s.Lower && (p.Unproven == nil || p.Life > p.Unproven.Life) {
			k.wrong("%v offers %s for an unproven document", s.Step, p.Code)
		}
	}
	if (s.Lower || s.Grant != nil) && (s.Step == flow.Agree || s.Step == flow.Spoken) && s.Second == "" {
		k.wrong("%v without the second clerk", s.Step)
	}
	for _, d := range s.Doubts {
		if s.Step != flow.Compare && !d.Done {
			k.wrong("%v with a character that nobody compared", s.Step)
		}
	}
}

// tokenCard is a clerk's token.
func tokenCard() *flowtest.Card {
	return &flowtest.Card{Err: cardreader.NewError(cardreader.CodeOtherKind, nil, map[string]string{"Kind": "clerk-token"})}
}

func (k *monkey) blank(step flow.Step) {
	if slices.ContainsFunc(k.f.Aliases(), func(b []byte) bool { return !blank(b) }) {
		k.wrong("%v and not all is wiped", step)
	}
}

// play lets a monkey make the moves: an index of acts, or beyond them the key that leads on. rushed moves are followed by
// the next one before anything has settled. It gives the first broken promise.
func play(t *testing.T, list []act, moves []int, rushed []bool, wipe bool, seen map[flow.Step]int) string {
	var k *monkey
	var trail []string
	synctest.Test(t, func(t *testing.T) {
		f := flowtest.New()
		f.Rules.Change(func(s *flow.Station, p *desk.Policy, _ *[]desk.Purpose, _ *[]desk.Recipient) {
			p.WipeOnRemoval, s.KeyEnds = wipe, s.KeyEnds.AddDate(1, 0, 0)
		})
		f.Rules.Change(flowtest.TakeUnproven(true))
		withEvidence(f)
		f.Commit.Leave(desk.LedgerRow{Serial: "T01-000900", State: desk.StateSigned})
		k = &monkey{f: f, hold: make(chan struct{}), fails: map[string]bool{}, seen: seen}
		k.m = flowtest.Start(t, f, flow.Options{})
		for i, n := range moves {
			if n < len(list) {
				trail = append(trail, list[n].name)
				list[n].do(k)
			} else {
				trail = append(trail, "go on")
				k.goOn()
			}
			if !rushed[i] {
				synctest.Wait()
				k.judge()
			}
		}
	})
	k.blank(flow.Locked) // Run has ended
	if k.bad == "" {
		return ""
	}
	return k.bad + "\nafter " + strings.Join(trail, ", ")
}

// Every act from every depth of the straight way, followed by one of a few others, and on.
func TestEveryActEverywhere(t *testing.T) {
	list := acts()
	seen := map[flow.Step]int{}
	on := len(list)
	second := []int{on, slices.IndexFunc(list, func(a act) bool { return a.name == "lift" }),
		slices.IndexFunc(list, func(a act) bool { return a.name == "lock" })}
	unproven := slices.IndexFunc(list, func(a act) bool { return a.name == "put unproven" })
	if bad := play(t, list, []int{on, unproven, on, on, on, on}, make([]bool, 6), false, seen); bad != "" {
		t.Fatal(bad)
	}
	for _, names := range [][]string{{"no card", "household book", "bill", "papers"}, {"grant", "scan grant", "put other"}} {
		moves := []int{on}
		for _, name := range names {
			moves = append(moves, slices.IndexFunc(list, func(a act) bool { return a.name == name }))
		}
		for range 6 {
			moves = append(moves, on)
		}
		before := seen[flow.Farewell]
		if bad := play(t, list, moves, make([]bool, len(moves)), false, seen); bad != "" || seen[flow.Farewell] == before {
			t.Fatalf("%s; handed over %v", bad, seen[flow.Farewell] > before)
		}
	}
	for depth := range 8 {
		for first := range list {
			for i, b := range second {
				moves := append(slices.Repeat([]int{on}, depth), first, b, on, on)
				if bad := play(t, list, moves, make([]bool, len(moves)), (first+i)%2 == 0, seen); bad != "" {
					t.Fatal(bad)
				}
			}
		}
	}
	for _, step := range []flow.Step{flow.Evidence, flow.GrantScan, flow.GrantCard} {
		if seen[step] == 0 {
			t.Errorf("the monkey never came to %v", step)
		}
	}
	for step := flow.Locked; step <= flow.NotToday; step++ {
		if seen[step] == 0 && step != flow.Issuing { // Issuing is over when all has settled
			t.Errorf("the monkey never came to %v: it shows nothing there", step)
		}
	}
}

func TestModel(t *testing.T) {
	list := acts()
	rapid.Check(t, func(rt *rapid.T) {
		start := rapid.IntRange(0, 8).Draw(rt, "start")
		moves := rapid.SliceOfN(rapid.IntRange(0, 2*len(list)), 1, 40).Draw(rt, "moves")
		rushed := rapid.SliceOfN(rapid.Bool(), len(moves), len(moves)).Draw(rt, "rushed")
		wipe := rapid.Bool().Draw(rt, "wipe on removal")
		moves = append(slices.Repeat([]int{len(list)}, start), moves...)
		rushed = append(make([]bool, start), rushed...)
		if bad := play(t, list, moves, rushed, wipe, map[flow.Step]int{}); bad != "" {
			rt.Fatal(bad)
		}
	})
}
