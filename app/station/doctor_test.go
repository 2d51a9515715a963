package station_test

import (
	"testing"
	"testing/fstest"

	"bangban/app/station"
)

// Readers are counted by their interface class, whatever else hangs on the bus.
func TestPlugged(t *testing.T) {
	sys := fstest.MapFS{
		"1-1:1.0/bInterfaceClass": {Data: []byte("0b\n")},
		"1-2:1.0/bInterfaceClass": {Data: []byte("03\n")},
		"1-3:1.0/bInterfaceClass": {Data: []byte("0b\n")},
		"1-3/idVendor":            {Data: []byte("0b0b\n")},
	}
	if n, err := station.Plugged(sys); n != 2 || err != nil {
		t.Errorf("%d readers, %v", n, err)
	}
	if n, err := station.Plugged(fstest.MapFS{}); n != 0 || err != nil {
		t.Errorf("an empty bus: %d readers, %v", n, err)
	}
}
