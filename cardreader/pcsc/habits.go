//go:build cgo || windows

package pcsc

import "time"

// habits is what one operating system's card service does its own way. They are values, so that each can be tried
// wherever a service runs.
type habits struct {
	notify  bool          // it has the pseudo reader that changes when readers come and go
	counted bool          // and wants the number of readers in the upper half of its state
	ping    time.Duration // how often an open card is asked for its state, so that nothing takes it for forgotten; 0: never
}

// habitsOf gives them. macOS has no pseudo reader: readers are listed anew in each slice of waiting. Windows resets a
// card inside a transaction that has been idle for five seconds, and may power down one outside.
func habitsOf(goos string) habits {
	switch goos {
	case "windows":
		return habits{notify: true, counted: true, ping: 4 * time.Second}
	case "darwin":
		return habits{}
	}
	return habits{notify: true}
}
