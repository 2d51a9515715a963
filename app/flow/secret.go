package flow

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"bangban/app/desk"
	"bangban/cardreader"
)

// GiveSecret gives what the card asked for. What was mistyped is refused before the card is asked. Where one more wrong
// one would block the card, the first call says so and only the same one again tries it. Where the card was lifted to
// read the number from it, it is read when it is put back.
func (m *Machine) GiveSecret(kind cardreader.SecretKind, value string) error {
	return m.input("secret", func() *desk.Error {
		if m.in.Step != NeedSecret {
			return notNow()
		}
		wanted, ok := m.wanted(kind)
		if !ok {
			return notNow()
		}
		if value == "" || len(value) > maxSecret {
			return &desk.Error{Code: codeSecretNeeded, Args: map[string]string{"Secret": string(kind)}}
		}
		if err := m.p.Cards.Vet(wanted, value); err != nil {
			return desk.Explain("visit.secret", err)
		}
		if e := m.spare(kind, value); e != nil {
			return e
		}
		m.visit.secrets[kind] = value
		m.in.LastTry = false
		if s := m.lying(); s != nil {
			m.take(s, false)
			return nil
		}
		m.note(NotePutCardBack)
		return nil
	})
}

// wanted finds a secret among those that would do.
func (m *Machine) wanted(kind cardreader.SecretKind) (cardreader.Secret, bool) {
	i := slices.IndexFunc(m.in.Needs, func(s cardreader.Secret) bool { return s.Kind == kind })
	if i < 0 {
		return cardreader.Secret{}, false
	}
	return m.in.Needs[i], true
}

// spare keeps a card from being blocked: with no try left nothing is sent, with one only on the second word.
func (m *Machine) spare(kind cardreader.SecretKind, value string) *desk.Error {
	v := m.visit
	left, counted := v.left[kind]
	args := map[string]string{"Secret": string(kind)}
	switch {
	case !counted || left > 1:
		return nil
	case left <= 0:
		return &desk.Error{Code: CodeSecretBlocked, Args: args}
	}
	sum := sha256.Sum256(append(append(v.salt[:len(v.salt):len(v.salt)], kind...), value...))
	if bytes.Equal(v.sure, sum[:]) {
		v.sure = nil
		return nil
	}
	v.sure = sum[:]
	m.in.LastTry, m.dirty = true, true
	return &desk.Error{Code: CodeLastTry, Args: args}
}

// need asks for a secret, or says that the one that was given is not right.
func (m *Machine) need(n *cardreader.NeedError, e *desk.Error) {
	v := m.visit
	copied := *n
	copied.Any = slices.Clone(n.Any)
	m.in.Need = &copied
	switch {
	case len(n.Any) > 0:
		m.in.Needs = copied.Any
	case !slices.ContainsFunc(m.in.Needs, func(s cardreader.Secret) bool { return s.Kind == n.Secret.Kind }):
		m.in.Needs = append(slices.Clone(m.in.Needs), n.Secret)
	}
	if n.RetriesLeft >= 0 {
		v.left[n.Secret.Kind] = n.RetriesLeft
	}
	v.sure, v.asked, m.in.LastTry = nil, true, false
	if n.Wrong {
		delete(v.secrets, n.Secret.Kind)
		m.in.Refused++
	}
	if m.in.Step != NeedSecret {
		m.step(NeedSecret)
	}
	m.dirty = true
	if n.Wrong {
		m.tell(e)
	}
}
