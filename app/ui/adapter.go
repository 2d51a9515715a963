package ui

import (
	"bytes"
	"image"
	_ "image/jpeg" // portraits of eMRTD
	_ "image/png"  // previews
	"maps"
	"slices"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
)

// maxPixels bounds what a portrait or preview may unpack to.
const maxPixels = 32 << 20

// shown is a State with its pictures unpacked. The State's own bytes are not touched after the adapter has returned:
// the machine overwrites them.
type shown struct {
	flow.State
	photo       image.Image
	preview     image.Image
	helperPhoto image.Image
	hasPhoto    bool // there are bytes, even where they could not be unpacked
}

// adapter is the one bridge from the machine's goroutine to Fyne's.
type adapter struct {
	c    *counter
	last struct {
		photo, preview, helper          *byte
		photoImg, previewImg, helperImg image.Image
	}
}

// state is called by the machine, never twice at once.
func (a *adapter) state(s flow.State) {
	out := a.unpack(s)
	a.c.post(func() { a.c.show(out) })
}

func (a *adapter) unpack(s flow.State) shown {
	out := shown{State: s, hasPhoto: len(s.Photo) > 0}
	out.photo = again(&a.last.photo, &a.last.photoImg, s.Photo)
	out.preview = again(&a.last.preview, &a.last.previewImg, s.Preview)
	out.Photo, out.Preview = nil, nil
	var face []byte
	if s.Helper != nil {
		face = s.Helper.Photo
		h := *s.Helper
		h.Photo = nil
		out.Helper = &h
	}
	out.helperPhoto = again(&a.last.helper, &a.last.helperImg, face)
	return out
}

// again unpacks a picture once for as long as the same bytes are shown.
func again(last **byte, img *image.Image, data []byte) image.Image {
	if len(data) == 0 {
		*last, *img = nil, nil
		return nil
	}
	if *last != &data[0] {
		*last, *img = &data[0], unpackImage(data)
	}
	return *img
}

func unpackImage(data []byte) image.Image {
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || cfg.Width <= 0 || cfg.Height <= 0 || cfg.Width > maxPixels/cfg.Height {
		return nil
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	return img
}

// subscribe connects the screens; the returned function disconnects them.
func (c *counter) subscribe() (cancel func()) {
	a := &adapter{c: c}
	c.show(a.unpack(c.d.Visit.State()))
	stops := []func(){c.d.Visit.Subscribe(a.state)}
	if c.d.Health != nil {
		c.spawn(func() { // it asks the printer and the disk
			h := c.d.Health.Health()
			c.post(func() { c.feel(h) })
		})
		stops = append(stops, c.d.Health.Subscribe(func(h desk.Health) {
			c.post(func() { c.feel(h) })
		}))
	}
	stops = append(stops, c.clock(), c.idleClock())
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// feel takes how the parts are. They are asked twice a minute, and nearly always are as they were: then nothing is drawn.
func (c *counter) feel(h desk.Health) {
	same := slices.EqualFunc(c.health.Probes, h.Probes, func(a, b desk.Probe) bool {
		return a.Name == b.Name && a.Level == b.Level && a.Code == b.Code && maps.Equal(a.Args, b.Args)
	})
	c.health = h
	if !same {
		c.refresh()
	}
}

// clock moves the strip on each full minute and asks the queue; between them nothing is drawn.
func (c *counter) clock() (stop func()) {
	done := make(chan struct{})
	tick := c.countQueue
	c.spawn(func() {
		tick()
		for {
			wait := time.Minute - time.Duration(time.Now().Second())*time.Second
			timer := time.NewTimer(wait)
			select {
			case <-done:
				timer.Stop()
				return
			case <-timer.C:
				tick()
			}
		}
	})
	return func() { close(done) }
}

// countQueue brings the number of unsent parcels up to date, and the time. It is not for Fyne's goroutine: the queue is on
// the disk. While nobody is served and the number stays, the strip alone is drawn, and what that took is given back.
func (c *counter) countQueue() {
	n, oldest := c.askQueue()
	c.post(func() {
		rests := c.unsent == n && c.layer == layerNone && (c.s.Step == flow.Ready || c.s.Step == flow.Locked)
		c.unsent, c.oldest = n, oldest
		if !rests {
			c.refresh()
			return
		}
		c.frame.strip.refresh()
		if c.tidy != nil {
			c.resting(drawnBy, c.tidy)
		}
	})
}

func (c *counter) askQueue() (n int, oldest time.Duration) {
	if c.d.Queue == nil {
		return 0, 0
	}
	n, oldest, err := c.d.Queue.Unsent(c.ctx)
	if err != nil {
		c.log.Warn("ui", "queue", err)
	}
	return n, oldest
}
