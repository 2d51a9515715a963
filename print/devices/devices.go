// Package devices is the list of ways to paper. A new way is one folder below print and one line here.
package devices

import (
	"context"

	"bangban/print"
	"bangban/print/escpos"
	"bangban/print/folder"
	"bangban/print/ipp"
)

// Deps is what the devices need from the station.
type Deps struct {
	Folder   string     // directory of the folder printer; empty: there is none
	Receipts []string   // addresses of receipt printers of 80 mm, see escpos.Parse; they are named by them
	Service  string     // address of the print service, see ipp.Config; empty: this computer's
	Memory   ipp.Memory // of what was handed to queues; nil: it is forgotten when the program ends
}

// All gives the devices that are always there, in the order in which they are offered. An address of a receipt printer
// that is none is left out.
func All(d Deps) []print.Device {
	var all []print.Device
	if d.Folder != "" {
		all = append(all, folder.New(d.Folder))
	}
	for _, address := range d.Receipts {
		if port, err := escpos.Parse(address); err == nil {
			all = append(all, escpos.New(escpos.Config{Name: address, Port: port}))
		}
	}
	return all
}

// Queues gives the print queues of this computer. One device each is made once and kept: it knows which jobs it has in hand.
type Queues interface {
	// List asks the print service which queues there are.
	List(ctx context.Context) ([]print.Device, error)
	// Queue is a queue by its name, whether or not it is there at the moment.
	Queue(name string) print.Device
}
