//go:build !camera

package scan

import (
	"context"
	"fmt"
	"time"
)

// HasCamera tells that this program was built to read cameras (build tag camera, cgo).
const HasCamera = false

// Camera reads the codes that are held in front of a camera, in a program that was built with the tag camera.
type Camera struct {
	Label string
	Now   func() time.Time
}

var _ FrameSource = Camera{}

// Name is the camera's label.
func (c Camera) Name() string { return "camera " + c.Label }

// Frames fails with ErrNoCamera.
func (c Camera) Frames(context.Context, func([]byte)) error {
	return fmt.Errorf("%w: this program was built without them", ErrNoCamera)
}
