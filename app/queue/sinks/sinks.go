// Package sinks is the explicit list of ways out of the counter. A new one is a folder under app/queue and a line here.
package sinks

import (
	"bangban/app/queue"
	"bangban/app/queue/folder"
	"bangban/app/queue/https"
)

// Deps is what the bundle says of the ways out.
type Deps struct {
	Gateway *https.Sink    // of the gateway; nil: none. It is made once: it remembers when to come back
	Folder  string         // directory of the folder sink; empty: none
	Intake  []queue.Holder // who may open the outside of what lies there
}

// All gives the sinks in the order in which they are tried.
func All(d Deps) []queue.Sink {
	var s []queue.Sink
	if d.Gateway != nil {
		s = append(s, d.Gateway)
	}
	if d.Folder != "" {
		s = append(s, folder.New(d.Folder, d.Intake...))
	}
	return s
}
