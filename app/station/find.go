package station

import (
	"context"

	"bangban/app/store"
	"bangban/print"
	"bangban/print/ipp"
)

// Find implements flow.Press from the memory of what was handed to printers: nothing of a paper is kept but the SHA-256
// of its bytes, by which the printer's own list is asked.
func (p press) Find(ctx context.Context, serial string) (print.JobState, bool, error) {
	jobs, err := p.s.store.PrintsOf(ctx, serial)
	if err != nil {
		return "", false, err
	}
	return p.s.printers.find(ctx, serial, jobs)
}

// find asks about the newest job first. One that ended says how; one that is open is asked for at the queues.
func (p *printers) find(ctx context.Context, serial string, jobs []store.PrintJob) (print.JobState, bool, error) {
	var unsure error
	for i := len(jobs) - 1; i >= 0; i-- {
		switch j := jobs[i]; {
		case j.Ended == string(ipp.Printed):
			return print.JobDone, true, nil
		case j.Ended != "" || j.Job == 0: // gone, or nothing of it was ever sent
		default:
			state, found, err := p.ask(ctx, serial, j.Hash)
			if found || err == nil && state != "" {
				return state, found, nil
			}
			unsure = err
		}
	}
	return "", false, unsure
}

// ask asks the chosen printer, then the other queues.
func (p *printers) ask(ctx context.Context, serial string, hash [32]byte) (print.JobState, bool, error) {
	devices, first := p.finders(ctx)
	for _, d := range devices {
		state, found, err := d.Find(ctx, serial, hash)
		if found && err == nil {
			return state, true, nil
		}
		if first == nil {
			first = err
		}
	}
	return "", false, first
}

func (p *printers) finders(ctx context.Context) (all []print.Finder, err error) {
	if d, err := p.chosen(ctx); err == nil {
		if f, ok := d.(print.Finder); ok {
			all = append(all, f)
		}
	}
	queues, err := p.queues.List(ctx)
	for _, d := range queues {
		if f, ok := d.(print.Finder); ok {
			all = append(all, f)
		}
	}
	return all, err
}
