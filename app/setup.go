package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/station"
	"bangban/locales"
)

// errSetUp ends the program after a set-up: the institution must answer before there is a counter to open.
var errSetUp = errors.New("bangban: set up; the institution's answer is awaited")

// takeBundle does what --bundle asks for: on a counter that is there it puts a newer bundle into force, where there is
// none it asks at the terminal for what stands in the enrolment letter and makes one.
func takeBundle(ctx context.Context, o options, so station.Options, in io.Reader, out io.Writer) error {
	file, err := readBundle(o.bundle)
	if err != nil {
		return err
	}
	so.Awaiting = true
	st, err := station.Open(ctx, so)
	var d *desk.Error
	if errors.As(err, &d) && d.Code == "station-not-set-up" {
		return setUp(ctx, o, so, file, in, out)
	}
	if err != nil {
		return err
	}
	_, err = st.AcceptBundle(ctx, file)
	if errors.As(err, &d) && d.Code == bundle.CodeInForce {
		err = nil
	}
	return errors.Join(err, st.Close())
}

func readBundle(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &desk.Error{Op: "bundle.read", Code: "file-unreadable", Args: map[string]string{"File": name}, Err: err}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, bundle.MaxFile+1))
	if err != nil {
		return nil, &desk.Error{Op: "bundle.read", Code: "file-unreadable", Args: map[string]string{"File": name}, Err: err}
	}
	return b, nil // a longer one is not a bundle, and package bundle says so
}

// setUp asks for the three things in the letter, the fingerprint group by group as it stands there, and makes the counter.
func setUp(ctx context.Context, o options, so station.Options, file []byte, in io.Reader, out io.Writer) error {
	c, err := locales.Open(or(o.lang, "zh-Hans"))
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	ask := func(key string) string {
		fmt.Fprint(out, c.T(key, nil), " ")
		if !lines.Scan() {
			return ""
		}
		return strings.TrimSpace(lines.Text())
	}
	fmt.Fprintln(out, c.T("setup.title", nil))
	u := station.Setup{Bundle: file, Fingerprint: ask("setup.fingerprint"), Station: ask("setup.station"), Code: ask("setup.code")}
	request, err := station.SetUp(ctx, so, u)
	if err != nil {
		return err
	}
	name := u.Station + ".request.pem"
	if err := os.WriteFile(name, request, 0o644); err != nil {
		return &desk.Error{Op: "station.init", Code: "file-unwritable", Args: map[string]string{"File": name}, Err: err}
	}
	fmt.Fprintln(out, c.T("setup.done", map[string]string{"File": name}))
	return errSetUp
}
