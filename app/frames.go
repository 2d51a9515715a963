package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"bangban/app/scan"
	"bangban/app/ui"
)

// sources wires what codes and files come from besides the keyboard: a scanner with a line of its own, a camera, a folder.
func sources(o options, d *ui.Deps) {
	if o.scanner != "" || o.camera != "" {
		d.Scanner = func(ctx context.Context, emit func(string)) {
			if o.camera == "" {
				serial(ctx, o.scanner, emit)
				return
			}
			if o.scanner != "" {
				go serial(ctx, o.scanner, emit)
			}
			watch(ctx, camera(o.camera), func(b []byte) { emit(string(b)) })
		}
	}
	if o.folder != "" {
		d.Folder = func(ctx context.Context, emit func([]byte)) { watch(ctx, scan.Folder{Dir: o.folder}, emit) }
	}
}

func serial(ctx context.Context, port string, emit func(string)) {
	scan.Serial(ctx, port, emit, func(err error) {
		if err != nil {
			slog.Warn("scanner", "state", err)
		}
	})
}

// firstCamera is what --camera says for the first there is.
const firstCamera = "any"

func camera(label string) scan.FrameSource {
	if label == firstCamera {
		label = ""
	}
	return scan.Camera{Label: label, Now: time.Now}
}

// watch takes what comes from a source until ctx ends. A source that went away is asked again.
func watch(ctx context.Context, from scan.FrameSource, emit func([]byte)) {
	for ctx.Err() == nil {
		err := from.Frames(ctx, emit)
		if ctx.Err() != nil {
			return
		}
		slog.Warn("scanner", "source", fmt.Sprintf("%T", from), "state", err)
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
		}
	}
}
