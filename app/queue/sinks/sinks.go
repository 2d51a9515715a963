// Package sinks is the explicit list of ways out of the counter. A new one is a folder under app/queue and a line here.
package sinks

import (
	"bangban/app/queue"
	"bangban/app/queue/folder"
)

// Deps is what the bundle says of the ways out.
type Deps struct {
	Folder string // directory of the folder sink; empty: none
}

// All gives the sinks in the order in which they are tried.
func All(d Deps) []queue.Sink {
	var s []queue.Sink
	if d.Folder != "" {
		s = append(s, folder.New(d.Folder))
	}
	return s
}
