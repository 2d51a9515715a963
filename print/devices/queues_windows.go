package devices

import (
	"context"

	"bangban/print"
	"bangban/print/winspool"
)

// NewQueues gives the printers of the Windows spooler.
func NewQueues(Deps) Queues { return spooler{} }

type spooler struct{}

func (spooler) Queue(name string) print.Device { return winspool.New(name) }

func (spooler) List(context.Context) (all []print.Device, err error) {
	names, err := winspool.Names()
	for _, n := range names {
		all = append(all, winspool.New(n))
	}
	return all, err
}
