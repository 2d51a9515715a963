// Package devices is the list of ways to paper. A new way is one folder below print and one line here.
package devices

import (
	"bangban/print"
	"bangban/print/folder"
)

// Deps is what the devices need from the station.
type Deps struct {
	Folder string // directory of the folder printer; empty: there is none
}

// All gives the devices in the order in which they are offered.
func All(d Deps) []print.Device {
	var all []print.Device
	if d.Folder != "" {
		all = append(all, folder.New(d.Folder))
	}
	return all
}
