package sheets_test

import (
	"errors"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/qrread"
	"bangban/app/sheets"
)

const checkpointText = "bangban/T01/1\n42\nqINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=\nparcels 17\n\n— T01 " +
	"Az3grgIwMEUCIQDR2v1VwQ3mCk0m1nq2mE1r8Yq5R4b0Qm0a7eJxq0q1VgIgY3Vb8mH0c8n3jv6o0r7mE5t2Yx3w0f1q2Zr4v5u6w7x=\n"

func dayData(paper string) sheets.DayData {
	return sheets.DayData{Paper: paper, Station: "T01", Day: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), Supervisor: "02", Training: true,
		Blocks: []sheets.DayLine{{From: 101, To: 160, Issued: 60, Printed: 57, Spoiled: 2, Void: 1, Gaps: 1}, {From: 5001, To: 5002, Issued: 2, Printed: 2}},
		Totals: []sheets.DayTotal{{Purpose: specimen().Purpose, N: 50}, {Purpose: desk.Text{"zh-Hans": "酒店入住", "en": "Hotel"}, N: 12}},
		Copies: 2, Earlier: 1, Approved: 11, Rejected: []string{"T01-000107"}, Held: []string{"T01-000111", "T01-000140"},
		Checkpoint: checkpointText, Hall: specimen().Hall, At: specimen().IssuedAt}
}

// The report fits on one page and its code is the checkpoint, to the last byte.
func TestDayReport(t *testing.T) {
	fonts := openFonts(t)
	for _, paper := range []string{"", sheets.Paper80} {
		for _, tag := range []string{"zh-Hans", "en"} {
			s, err := sheets.Day(fonts, dayData(paper), language(t, tag))
			if err != nil {
				t.Fatalf("%s %s: %v", paper, tag, err)
			}
			draw(t, "day-"+paper+tag, s)
			places := s.Codes()
			if len(places) != 1 {
				t.Fatalf("%d codes", len(places))
			}
			img, err := s.RasterArea(places[0].Page, places[0].Area, places[0].DPI)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := qrread.Decode(img); err != nil || len(got) != 1 || got[0] != checkpointText {
				t.Errorf("%s %s: %q %v", paper, tag, got, err)
			}
		}
	}
	bad := dayData("")
	bad.Checkpoint = ""
	if _, err := sheets.Day(fonts, bad, language(t, "en")); !errors.Is(err, sheets.ErrData) {
		t.Error(err)
	}
}

// The slip of a paper that was taken back finds room on every paper, for every reason.
func TestVoidSlip(t *testing.T) {
	fonts := openFonts(t)
	for _, paper := range []string{sheets.PaperA5, sheets.PaperA4, sheets.Paper80, sheets.Paper58} {
		for _, reason := range []string{"asked", "lost", "wrong", "not-theirs", "reissue", "doubt-person", "doubt-consent", "doubt-paper", "call-back"} {
			v := sheets.VoidData{Paper: paper, Serial: "T01-000107", Reason: reason, Number: "01957a3c-6f21-7c4e-9b7d-000000000001",
				Hall: specimen().Hall, Hotline: "12345", At: specimen().IssuedAt, Training: true}
			s, err := sheets.Void(fonts, v, language(t, "zh-Hans"), language(t, "en"))
			if err != nil {
				t.Fatalf("%s %s: %v", paper, reason, err)
			}
			if reason == "lost" {
				draw(t, "void-"+paper, s)
			}
		}
	}
	if _, err := sheets.Void(fonts, sheets.VoidData{Serial: "T01-000107"}, language(t, "en"), sheets.Language{}); !errors.Is(err, sheets.ErrData) {
		t.Error(err)
	}
}
