//go:build !windows

package devices

import (
	"context"
	"sync"

	"bangban/print"
	"bangban/print/ipp"
)

// NewQueues gives the queues of CUPS.
func NewQueues(d Deps) Queues {
	return &cups{service: ipp.New(ipp.Config{Address: d.Service, Memory: d.Memory}), made: map[string]print.Device{}}
}

type cups struct {
	service *ipp.Service
	mu      sync.Mutex
	made    map[string]print.Device // guarded by mu
}

func (c *cups) Queue(name string) print.Device {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made[name] == nil {
		c.made[name] = c.service.Queue(name)
	}
	return c.made[name]
}

func (c *cups) List(ctx context.Context) (all []print.Device, err error) {
	printers, err := c.service.Printers(ctx)
	for _, p := range printers {
		all = append(all, c.Queue(p.Name()))
	}
	return all, err
}
