package sheets_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/sheets"
)

// TestVerificationReceipt lays every result out on every paper in both orders of languages, and holds nothing but it.
func TestVerificationReceipt(t *testing.T) {
	fonts := openFonts(t)
	for _, paper := range []string{sheets.PaperA5, sheets.PaperA4, sheets.Paper80, sheets.Paper58} {
		for outcome, word := range map[string]string{"valid": "有效", "valid-old": "3 天", "valid-no-list": "撤销名单", "not-valid": "无效", "cannot-tell": "看不出"} {
			v := sheets.VerificationData{Paper: paper, Outcome: outcome, Days: 3, Want: "who", Format: "claim169", Number: "01957a3c-6f21-7c4e-9b7d-000000000001",
				Hall: desk.Text{"zh-Hans": "东城区政务服务大厅", "en": "Dongcheng service hall"}, Hotline: "12345", At: time.Date(2027, 3, 1, 9, 30, 0, 0, time.UTC), Training: true}
			if outcome == "not-valid" {
				v.Reason = "revoked"
			}
			for _, langs := range [][2]string{{"zh-Hans", "en"}, {"en", "zh-Hans"}} {
				s, err := sheets.Verification(fonts, v, language(t, langs[0]), language(t, langs[1]))
				if err != nil {
					t.Fatalf("%s on %s: %v", outcome, paper, err)
				}
				var all strings.Builder
				for text := range s.Texts() {
					all.WriteString(text)
				}
				if text := all.String(); !strings.Contains(text, word) || !strings.Contains(text, "12345") || strings.Contains(text, "[") {
					t.Errorf("%s on %s: %q", outcome, paper, text)
				}
			}
		}
	}
	if _, err := sheets.Verification(fonts, sheets.VerificationData{}, language(t, "en"), sheets.Language{}); !errors.Is(err, sheets.ErrData) {
		t.Errorf("an empty receipt: %v", err)
	}
}
