package pcsc

import (
	"context"
	"errors"
	"fmt"
)

// ServiceState is how the card service of this computer answers at its front door, before any library is asked.
type ServiceState uint8

// The states. Only Linux knows others than ServiceUnknown.
const (
	ServiceUnknown ServiceState = iota
	ServiceRunning              // it answers in its own protocol
	ServiceAbsent               // no socket, or one where nobody listens
	ServiceDenied               // this user may not open the socket
	ServiceRefuses              // it hangs up on this user: polkit
	ServiceSilent               // it takes the call and does not answer
	ServiceForeign              // something else answers there
)

var stateNames = [...]string{"unknown", "running", "absent", "denied", "refuses", "silent", "foreign"}

// String gives the state's name.
func (s ServiceState) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return stateNames[ServiceUnknown]
}

// Service is what Probe found.
type Service struct {
	State        ServiceState
	Socket       string // where it was looked for; empty: this system has none
	Major, Minor int    // of the protocol, with ServiceRunning
}

// Codes of *cardreader.Error that only the card service has. Each has error.<code> and hint.<code> in the locale files.
const (
	CodeDenied   = "card-service-denied"   // the service runs and does not let this user in
	CodeMismatch = "card-service-mismatch" // the service runs and does not understand the library of this program
)

// reason makes of an error of the library that says no more than "no service" what Probe knows better. The second value
// tells that it is worth another try: the service has come up meanwhile.
func reason(ctx context.Context, err error, probe func(context.Context) Service) (_ error, again bool) {
	switch s := probe(ctx); s.State {
	case ServiceDenied, ServiceRefuses:
		return errors.Join(fmt.Errorf("%w (%s: %s)", ErrDenied, s.Socket, s.State), err), false
	case ServiceForeign:
		return errors.Join(fmt.Errorf("%w (%s)", ErrMismatch, s.Socket), err), false
	case ServiceRunning:
		return errors.Join(fmt.Errorf("%w (the service speaks %d:%d)", ErrMismatch, s.Major, s.Minor), err), true
	}
	return err, false
}
