//go:build camera

package scan

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pion/mediadevices/pkg/driver"
	_ "github.com/pion/mediadevices/pkg/driver/camera" // what the system's video interface is on this platform
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"

	"bangban/app/qrread"
)

// HasCamera tells that this program was built to read cameras.
const HasCamera = true

// again is how long a code that lies under the camera is not read a second time.
const again = 3 * time.Second

// Camera reads the codes that are held in front of a camera. It hands on text, as a scanner does, and keeps no picture.
type Camera struct {
	Label string // part of the device's label; empty: the first there is
	Now   func() time.Time
}

var _ FrameSource = Camera{}

// Name is the camera's label.
func (c Camera) Name() string { return "camera " + c.Label }

// Frames implements FrameSource. It ends with an error where the camera goes away.
func (c Camera) Frames(ctx context.Context, emit func([]byte)) error {
	d, err := c.open()
	if err != nil {
		return err
	}
	defer d.Close()
	frames, err := record(d)
	if err != nil {
		return fmt.Errorf("scan: camera: %w", err)
	}
	var last string
	var at time.Time
	for ctx.Err() == nil {
		img, release, err := frames.Read()
		if err != nil {
			return fmt.Errorf("scan: camera: %w", err)
		}
		texts, err := qrread.DecodeContext(ctx, img)
		release()
		if err != nil || texts[0] == last && c.Now().Sub(at) < again {
			continue
		}
		last, at = texts[0], c.Now()
		emit([]byte(last))
	}
	return ctx.Err()
}

func (c Camera) open() (driver.Driver, error) {
	wanted := driver.FilterVideoRecorder()
	if c.Label != "" {
		wanted = driver.FilterAnd(wanted, func(d driver.Driver) bool {
			return strings.Contains(strings.ToLower(d.Info().Label), strings.ToLower(c.Label))
		})
	}
	all := driver.GetManager().Query(wanted)
	if len(all) == 0 {
		return nil, ErrNoCamera
	}
	if err := all[0].Open(); err != nil {
		return nil, fmt.Errorf("scan: camera: %w", err)
	}
	return all[0], nil
}

// record asks for the size nearest to full high definition, which is enough for a voucher's code at arm's length.
func record(d driver.Driver) (video.Reader, error) {
	r, ok := d.(driver.VideoRecorder)
	if !ok {
		return nil, ErrNoCamera
	}
	all := d.Properties()
	if len(all) == 0 {
		return nil, ErrNoCamera
	}
	far := func(p prop.Media) int { return max(p.Width*p.Height-1920*1080, 1920*1080-p.Width*p.Height) }
	best := all[0]
	for _, p := range all[1:] {
		if far(p) < far(best) {
			best = p
		}
	}
	return r.VideoRecord(best)
}
