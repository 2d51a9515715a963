// Package flowtest has stand-ins for every port of a visit, so that tests can drive a flow.Machine without a card, a
// key, a printer or a disk. Only tests import it.
//
// Fakes writes down every effect in the order in which it happened (Calls), keeps hold of every byte slice that it gave
// away (Aliases), so that a test can see that they were wiped, and fails where it is told to.
package flowtest
