package ipp

import "github.com/OpenPrinting/goipp"

// ReadAnswer reads an answer as every one of its readers would.
func ReadAnswer(raw []byte) {
	m, err := open(goipp.OpGetJobs, 1, raw)
	if err != nil {
		return
	}
	for _, g := range m.Groups {
		j := readJob(g.Attrs)
		p := readPrinter(g.Attrs)
		code, _ := p.trouble()
		_, _ = stuck(j, p, code), j.empty()
		mediaOf([]byte(text(g.Attrs, "printer-name")))
	}
}
