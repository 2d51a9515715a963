package flowtest

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"sync"

	"bangban/app/flow"
	"bangban/print"
)

// Press makes papers of a few bytes. It implements flow.Press.
type Press struct {
	mu      sync.Mutex
	compose error
	print   error
	hold    chan struct{}
	jobs    []flow.Job
	printed []Print
	aliases [][]byte
	note    func(string)
	fates   map[string]Found
}

// Found is what the printer says of a paper of an earlier run.
type Found struct {
	State print.JobState // empty: it knows nothing of it
	Err   error
}

// Remember makes the printer know of a paper.
func (p *Press) Remember(serial string, f Found) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fates == nil {
		p.fates = map[string]Found{}
	}
	p.fates[serial] = f
}

// Find implements flow.Press.
func (p *Press) Find(_ context.Context, serial string) (print.JobState, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.fates[serial]
	return f.State, f.State != "", f.Err
}

// Print is one sheet that came out.
type Print struct {
	Serial string
	Copy   int
	PDF    string // content, copied
}

var _ flow.Press = (*Press)(nil)

// Fail makes composing or printing fail from now on; nil: succeed.
func (p *Press) Fail(compose, printing error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.compose, p.print = compose, printing
}

// Hold makes printing wait until the channel is closed or the context ends.
func (p *Press) Hold(ch chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold = ch
}

// Jobs gives what was composed.
func (p *Press) Jobs() []flow.Job {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]flow.Job(nil), p.jobs...)
}

// Printed gives what came out.
func (p *Press) Printed() []Print {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Print(nil), p.printed...)
}

// Compose implements flow.Press.
func (p *Press) Compose(_ context.Context, j flow.Job) (*flow.Paper, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note("compose " + j.Serial)
	if p.compose != nil {
		return nil, p.compose
	}
	p.jobs = append(p.jobs, j)
	paper := &flow.Paper{Serial: j.Serial, Text: j.Text, PDF: []byte("%PDF " + j.Serial + " " + j.Person.Name + copyText(j.Copy)), Preview: preview()}
	p.aliases = append(p.aliases, paper.PDF, paper.Preview)
	return paper, nil
}

// Print implements flow.Press.
func (p *Press) Print(ctx context.Context, paper *flow.Paper, copyNo int) error {
	p.mu.Lock()
	hold := p.hold
	p.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(fmt.Sprintf("print %s copy %d", paper.Serial, copyNo))
	if p.print != nil {
		return p.print
	}
	p.printed = append(p.printed, Print{paper.Serial, copyNo, string(paper.PDF)})
	return nil
}

// preview is a page that is plainly not a voucher.
func preview() []byte {
	img := image.NewGray(image.Rect(0, 0, 148, 210))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for d := range 148 {
		img.SetGray(d, d, color.Gray{})
		img.SetGray(147-d, d, color.Gray{})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a grey picture in memory always encodes
	}
	return b.Bytes()
}

// copyText is what a copy says of itself.
func copyText(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(" copy %d", n)
}
