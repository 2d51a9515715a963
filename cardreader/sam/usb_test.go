package sam_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// device is a reader on USB in memory: it joins what goes out to the module's frames and splits what comes in into the
// pipes of its shape, in transfers of at most packet bytes.
type device struct {
	pipes  sam.Pipes
	packet int
	line   net.Conn
	queues map[byte]chan []byte
	sent   map[byte][]int // lengths of transfers out
	closed chan struct{}
}

func plugged(t *testing.T, p sam.Pipes, packet int, m *sim.SAM) *device {
	t.Helper()
	here, there := net.Pipe()
	go m.Serve(there)
	d := &device{pipes: p, packet: packet, line: here, sent: map[byte][]int{}, closed: make(chan struct{}),
		queues: map[byte]chan []byte{p.HeadIn: make(chan []byte, 64), p.BodyIn: make(chan []byte, 64)}}
	if p.HeadIn == p.BodyIn {
		d.queues[p.BodyIn] = d.queues[p.HeadIn]
	}
	go d.forward()
	t.Cleanup(func() { here.Close(); there.Close() })
	return d
}

func (d *device) forward() {
	buf := make([]byte, 8192)
	for {
		n, err := d.line.Read(buf)
		if err != nil {
			return
		}
		frame := bytes.Clone(buf[:n])
		if d.pipes.HeadIn != d.pipes.BodyIn {
			d.queues[d.pipes.HeadIn] <- frame[:7]
			frame = frame[7:]
		}
		for len(frame) > 0 {
			k := min(d.packet, len(frame))
			d.queues[d.pipes.BodyIn] <- frame[:k]
			frame = frame[k:]
		}
	}
}

func (d *device) Out(endpoint byte, b []byte) error {
	if endpoint != d.pipes.HeadOut && endpoint != d.pipes.BodyOut {
		return errors.New("no such pipe")
	}
	d.sent[endpoint] = append(d.sent[endpoint], len(b))
	_, err := d.line.Write(b)
	return err
}

func (d *device) In(endpoint byte, b []byte) (int, error) {
	select {
	case piece := <-d.queues[endpoint]:
		return copy(b, piece), nil
	case <-d.closed:
		return 0, io.EOF
	}
}

func (d *device) Close() error {
	close(d.closed)
	return nil
}

func TestPipesOf(t *testing.T) {
	for _, tc := range []struct {
		name      string
		endpoints []byte
		want      sam.Pipes
		err       error
	}{
		{"the module's own", []byte{0x81, 0x02, 0x85, 0x06}, sam.Pipes{HeadOut: 0x02, BodyOut: 0x06, HeadIn: 0x81, BodyIn: 0x85}, nil},
		{"in another order", []byte{0x06, 0x85, 0x02, 0x81}, sam.Pipes{HeadOut: 0x02, BodyOut: 0x06, HeadIn: 0x81, BodyIn: 0x85}, nil},
		{"a clone", []byte{0x01, 0x82}, sam.Pipes{HeadOut: 0x01, BodyOut: 0x01, HeadIn: 0x82, BodyIn: 0x82}, nil},
		{"none", nil, sam.Pipes{}, sam.ErrPort},
		{"nothing comes back", []byte{0x01}, sam.Pipes{}, sam.ErrPort},
		{"three and one", []byte{0x01, 0x81, 0x82, 0x83}, sam.Pipes{}, sam.ErrPort},
		{"three pairs", []byte{1, 2, 3, 0x81, 0x82, 0x83}, sam.Pipes{}, sam.ErrPort},
	} {
		if got, err := sam.PipesOf(tc.endpoints); got != tc.want || !errors.Is(err, tc.err) {
			t.Errorf("%s: %+v, %v", tc.name, got, err)
		}
	}
}

func TestBulk(t *testing.T) {
	for _, endpoints := range [][]byte{{0x02, 0x06, 0x81, 0x85}, {0x01, 0x82}} {
		for _, packet := range []int{64, 1, 8, 4096} { // 1288 bytes of body end in a full packet of 8
			p, err := sam.PipesOf(endpoints)
			if err != nil {
				t.Fatal(err)
			}
			m := module(t, "cnid-long")
			d := plugged(t, p, packet, m)
			l := sam.NewLine(sam.NewBulk(p, d))
			ctx := context.Background()
			if err := errors.Join(l.Status(ctx), l.Find(ctx), l.Select(ctx)); err != nil {
				t.Fatalf("%X, packets of %d: %v", endpoints, packet, err)
			}
			b, err := l.ReadBase(ctx, false)
			if err != nil || !bytes.Equal(b.Text, specimen(t, "cnid-long").File("base")) {
				t.Errorf("%X, packets of %d: %v", endpoints, packet, err)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			want := map[byte][]int{0x01: {10, 10, 10, 10}}
			if len(endpoints) == 4 {
				want = map[byte][]int{0x02: {7, 7, 7, 7}, 0x06: {3, 3, 3, 3}}
			}
			for e, lengths := range want {
				if len(d.sent[e]) != len(lengths) || d.sent[e][0] != lengths[0] {
					t.Errorf("%X: pipe %02X got %v, want %v", endpoints, e, d.sent[e], lengths)
				}
			}
		}
	}
}

// answers gives one transfer after another, whatever the pipe, then the end.
type answers [][]byte

func (*answers) Out(byte, []byte) error { return nil }
func (*answers) Close() error           { return nil }
func (a *answers) In(_ byte, b []byte) (int, error) {
	if len(*a) == 0 {
		return 0, io.EOF
	}
	n := copy(b, (*a)[0])
	*a = (*a)[1:]
	return n, nil
}

// Whatever a device sends, the stream holds it in order and ends.
func TestBulkHostile(t *testing.T) {
	p, err := sam.PipesOf([]byte{0x02, 0x06, 0x81, 0x85})
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]answers{
		"half a head":             {unhex(t, "AAAAAA96")},
		"noise":                   {[]byte("SPECIMEN SPECIMEN")},
		"length FFFF":             {unhex(t, "AAAAAA9669FFFF"), []byte("x")},
		"a body that ends early":  {unhex(t, "AAAAAA96690508"), []byte("x"), {}},
		"a body with the head":    {unhex(t, "AAAAAA9669000400004145")},
		"more than was announced": {unhex(t, "AAAAAA96690004"), bytes.Repeat([]byte{1}, 5000)},
	} {
		got, err := io.ReadAll(sam.NewBulk(p, &in))
		if err != nil || len(got) == 0 || len(in) != 0 {
			t.Errorf("%s: %d bytes, %d transfers left, %v", name, len(got), len(in), err)
		}
	}
}

func TestBulkEndpoints(t *testing.T) {
	device, config := "12010002000000400004"+"5AC300010102"+"0301", "0902000001010080"+"32"
	iface := func(n, alt string) string { return "0904" + n + alt + "02FF000000" }
	bulk := func(a string) string { return "0705" + a + "02400000" }
	for _, tc := range []struct {
		name, hex string
		number    byte
		want      []byte
	}{
		{"four pipes", device + config + iface("00", "00") + bulk("81") + bulk("02") + bulk("85") + bulk("06"), 0, []byte{0x81, 0x02, 0x85, 0x06}},
		{"behind an interrupt", device + config + iface("00", "00") + "07058303080001" + iface("01", "00") + bulk("01") + bulk("82"), 1, []byte{0x01, 0x82}},
		{"alternate setting", device + config + iface("00", "00") + bulk("01") + bulk("82") + iface("00", "01") + bulk("03"), 0, []byte{0x01, 0x82}},
		{"none", device + config, 0, nil},
		{"cut off", device + config + iface("00", "00") + bulk("81") + "0705", 0, []byte{0x81}},
		{"a descriptor of no length", "0005", 0, nil},
		{"nothing", "", 0, nil},
	} {
		if n, got := sam.BulkEndpoints(unhex(t, tc.hex)); n != tc.number || !bytes.Equal(got, tc.want) {
			t.Errorf("%s: interface %d, %X", tc.name, n, got)
		}
	}
}

func TestUSBNames(t *testing.T) {
	for _, n := range []string{"usb:0400", "usb:0400:C35", "usb:zzzz:0000", "usb:0400C35A0", "usb:::::::::"} {
		if _, err := sam.Ports(n); !errors.Is(err, sam.ErrPort) {
			t.Errorf("%q: %v", n, err)
		}
	}
}
