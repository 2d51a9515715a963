package sam

// Guess is what "auto" makes of the serial ports of a computer.
func Guess(devices ...string) []Port { return guess(devices) }
