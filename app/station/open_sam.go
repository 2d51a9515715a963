package station

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// simulatedModule stands in the check "sam" of what a simulated reader read. Real modules have a number there.
const simulatedModule = "SIMULATED SAM"

// addSAM adds the readers with a security module at the ports that were named. None is looked for of itself: asking every
// serial port of a computer would disturb scales and printers.
func (c *Cards) addSAM(names []string) error {
	if len(names) == 0 {
		return nil
	}
	ports, err := sam.Ports(names...)
	if err != nil {
		return &desk.Error{Op: "card.open", Code: "reader-port-unknown", Args: map[string]string{"Port": strings.Join(names, ", ")}, Err: err}
	}
	c.systems = append(c.systems, sam.New(sam.Options{Ports: ports}))
	return nil
}

// simulatedPort is a reader in software with its card.
func simulatedPort(reader string, s sim.Specimen) sam.Port {
	module := sim.NewSAM()
	module.Lay(s)
	return sam.Port{Name: reader, Label: simulatedModule, Dial: func(context.Context) (io.ReadWriteCloser, error) {
		here, there := net.Pipe()
		go func() {
			_ = module.Serve(there) // the line has ended: the other end knows
			_ = there.Close()
		}()
		return here, nil
	}}
}

// tray is the simulated reader of the window. Specimens that no chip command reads are handed to a simulated module.
type tray struct{ *sim.System }

// Readers implements cardreader.System.
func (t tray) Readers(ctx context.Context) ([]cardreader.Reader, error) {
	list, err := t.System.Readers(ctx)
	for i, r := range list {
		if r, ok := r.(*sim.Reader); ok {
			list[i] = trayReader{r}
		}
	}
	return list, err
}

type trayReader struct{ *sim.Reader }

// Connect implements cardreader.Reader.
func (t trayReader) Connect(ctx context.Context) (cardreader.Conn, error) {
	card := t.Card()
	if card == nil || !card.Specimen().OfSAM() {
		return t.Reader.Connect(ctx)
	}
	system := sam.New(sam.Options{Ports: []sam.Port{simulatedPort(t.Name(), card.Specimen())}})
	readers, err := system.Readers(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := readers[0].Connect(ctx)
	if err != nil {
		return nil, errors.Join(err, system.Close())
	}
	return &trayConn{Conn: conn, system: system, reader: t, card: card}, nil
}

// trayConn is of the card that lay on the tray when it was made.
type trayConn struct {
	cardreader.Conn
	system *sam.System
	reader trayReader
	card   *sim.Card
}

// ReadRecord implements cardreader.RecordReader.
func (c *trayConn) ReadRecord(ctx context.Context) (map[string][]byte, error) {
	if c.reader.Card() != c.card {
		return nil, cardreader.NewError(cardreader.CodePulled, nil, nil)
	}
	return c.Conn.(cardreader.RecordReader).ReadRecord(ctx)
}

// Close implements cardreader.Conn.
func (c *trayConn) Close() error { return errors.Join(c.Conn.Close(), c.system.Close()) }
