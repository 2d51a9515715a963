package station

import (
	"context"

	"bangban/app/sheets"
	"bangban/print"
)

// clerkCard draws the clerk's page.
func (s *Station) clerkCard(fonts *print.Fonts, lang sheets.Language) (*print.Sheet, error) {
	return sheets.ClerkCard(fonts, sheets.ClerkCardData{Hotline: s.bundle.Policy.Hotline, Hall: s.bundle.Policy.Hall,
		Version: Version, Training: s.o.Training}, lang)
}

// PrintClerkCard prints the page that lies beside the keyboard, in one language, on the printer of slips.
func (s *Station) PrintClerkCard(ctx context.Context, lang string) error {
	return s.printKind(ctx, PrintsSlip, "clerk-card", lang, func(fonts *print.Fonts, _ string, first, _ sheets.Language) (*print.Sheet, error) {
		return s.clerkCard(fonts, first)
	})
}

// ClerkCard gives the same page as PDF, for whoever prints it for many.
func (s *Station) ClerkCard(lang string) ([]byte, error) {
	fonts, err := s.fonts()
	if err != nil {
		return nil, err
	}
	l, err := language(lang)
	if err != nil {
		return nil, err
	}
	sheet, err := s.clerkCard(fonts, l)
	if err != nil {
		return nil, err
	}
	defer sheet.Wipe()
	return sheet.PDF(print.Meta{Title: "clerk-card", Created: s.clock.Time()})
}
