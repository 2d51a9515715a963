package station_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/print"

	"github.com/OpenPrinting/goipp"
)

// queue is a print service with one queue that prints at once.
type queue struct {
	mu     sync.Mutex
	papers [][]byte
	refuse bool
}

func (q *queue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	rest := bytes.NewReader(body)
	var m goipp.Message
	if err != nil || m.Decode(rest) != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	answer := goipp.NewResponse(goipp.DefaultVersion, goipp.StatusOk, m.RequestID)
	job := func(state int) {
		answer.Job.Add(goipp.MakeAttr("job-id", goipp.TagInteger, goipp.Integer(len(q.papers)+1)))
		answer.Job.Add(goipp.MakeAttr("job-state", goipp.TagEnum, goipp.Integer(state)))
	}
	switch goipp.Op(m.Code) {
	case goipp.OpCupsGetPrinters:
		answer.Printer.Add(goipp.MakeAttr("printer-name", goipp.TagName, goipp.String("hall")))
	case goipp.OpGetPrinterAttributes:
		answer.Printer.Add(goipp.MakeAttr("printer-is-accepting-jobs", goipp.TagBoolean, goipp.Boolean(!q.refuse)))
	case goipp.OpCreateJob:
		job(3)
	case goipp.OpSendDocument:
		pdf, _ := io.ReadAll(rest)
		q.papers = append(q.papers, pdf)
	case goipp.OpGetJobAttributes:
		job(9)
	}
	_ = answer.Encode(w)
}

func TestPrinters(t *testing.T) {
	q := &queue{}
	server := httptest.NewServer(q)
	defer server.Close()
	o := options(t)
	o.Spooler = strings.TrimPrefix(server.URL, "http://")
	s := open(t, o)
	rows, err := s.Printers(t.Context())
	if err != nil || len(rows) != 2 || !rows[0].Chosen || rows[0].Code != "" || rows[1].Name != "hall" || rows[1].Chosen {
		t.Fatalf("%+v, %v", rows, err)
	}
	var missing *desk.Error
	if err := s.ChoosePrinter(t.Context(), "cellar"); !errors.As(err, &missing) || missing.Code != print.CodeMissing {
		t.Errorf("a printer that is not there: %v", err)
	}
	paper := &flow.Paper{Serial: "T01-000001", PDF: []byte("%PDF SPECIMEN")}
	if err := s.Ports().Press.Print(t.Context(), paper, 1); err != nil {
		t.Fatal(err)
	}
	if len(q.papers) != 0 {
		t.Fatal("printed on a printer that nobody chose")
	}
	if err := s.ChoosePrinter(t.Context(), "hall"); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, o) // the choice is kept
	before, err := os.ReadDir(o.Dir + "-papers")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ports().Press.Print(t.Context(), paper, 1); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadDir(o.Dir + "-papers")
	if err != nil || len(before) != 1 || len(after) != 1 || len(q.papers) != 1 || !bytes.Equal(q.papers[0], paper.PDF) {
		t.Errorf("%d papers at the queue, %d in the folder, %v", len(q.papers), len(after)-len(before), err)
	}
	q.mu.Lock()
	q.refuse = true
	q.mu.Unlock()
	if rows, err := s.Printers(t.Context()); err != nil || rows[1].Code != print.CodeRejected || !rows[1].Chosen {
		t.Errorf("%+v, %v", rows, err)
	}
	server.Close()
	if rows, err := s.Printers(t.Context()); err != nil || len(rows) != 1 {
		t.Errorf("without a print service: %+v, %v", rows, err)
	}
	if err := s.ChoosePrinter(t.Context(), ""); err != nil {
		t.Error(err)
	}
}
