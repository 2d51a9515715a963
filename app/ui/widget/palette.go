package widget

import (
	"image/color"
	"math"
)

// Palette is one set of colours. Every text ink keeps at least 7:1 on Back and on Panel, borders and the focus ring at
// least 4.5:1 (WCAG 2.2 SC 1.4.6, 1.4.11; a test measures it).
type Palette struct {
	Name                                         string
	Back, Panel                                  color.NRGBA // grounds
	Text, Secondary, Primary                     color.NRGBA // inks
	Error, Success, Warning                      color.NRGBA // inks with a meaning; always with a shape or a word
	OnPrimary                                    color.NRGBA // ink on a ground of Primary
	Border, Focus                                color.NRGBA // lines
	Stripe, StripeDark, StripeText, StripeGround color.NRGBA // the training band
}

// Light, Dark and HighContrast are the palettes on offer.
func Light() Palette {
	return Palette{Name: "light",
		Back: hex(0xFFFFFF), Panel: hex(0xF8F9FB),
		Text: hex(0x14181D), Secondary: hex(0x3D4650), Primary: hex(0x0B4A8F),
		Error: hex(0x8E1414), Success: hex(0x0A5A26), Warning: hex(0x6A3D00),
		OnPrimary: hex(0xFFFFFF), Border: hex(0x5F6B78), Focus: hex(0xB25A00),
		Stripe: hex(0xFFD479), StripeDark: hex(0x14181D), StripeText: hex(0x14181D), StripeGround: hex(0xFFD479)}
}

// Dark is for dim halls.
func Dark() Palette {
	return Palette{Name: "dark",
		Back: hex(0x101418), Panel: hex(0x181D23),
		Text: hex(0xF3F6F9), Secondary: hex(0xC3CCD6), Primary: hex(0x8CC4FF),
		Error: hex(0xFF9C9C), Success: hex(0x7FE0A0), Warning: hex(0xFFD479),
		OnPrimary: hex(0x101418), Border: hex(0x8A96A3), Focus: hex(0xFFD400),
		Stripe: hex(0xFFD479), StripeDark: hex(0x14181D), StripeText: hex(0x14181D), StripeGround: hex(0xFFD479)}
}

// HighContrast is black and white with yellow for what is active.
func HighContrast() Palette {
	return Palette{Name: "contrast",
		Back: hex(0x000000), Panel: hex(0x000000),
		Text: hex(0xFFFFFF), Secondary: hex(0xFFFFFF), Primary: hex(0xFFFF00),
		Error: hex(0xFFB0B0), Success: hex(0x90FFB0), Warning: hex(0xFFD479),
		OnPrimary: hex(0x000000), Border: hex(0xFFFFFF), Focus: hex(0x00FFFF),
		Stripe: hex(0xFFFF00), StripeDark: hex(0x000000), StripeText: hex(0x000000), StripeGround: hex(0xFFFF00)}
}

// Palettes lists them in the order in which the clerk's key walks through them.
func Palettes() []Palette { return []Palette{Light(), Dark(), HighContrast()} }

func hex(rgb uint32) color.NRGBA {
	return color.NRGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 0xFF}
}

// Ink names a colour of the palette.
type Ink uint8

// The inks. The zero value is plain text.
const (
	InkText Ink = iota
	InkSecondary
	InkPrimary
	InkError
	InkSuccess
	InkWarning
	InkOnPrimary
	InkBorder
	InkFocus
	InkBack
	InkPanel
	InkStripeText
	InkStripeGround
	InkNone
)

// Ink gives the colour.
func (p Palette) Ink(i Ink) color.Color {
	switch i {
	case InkSecondary:
		return p.Secondary
	case InkPrimary:
		return p.Primary
	case InkError:
		return p.Error
	case InkSuccess:
		return p.Success
	case InkWarning:
		return p.Warning
	case InkOnPrimary:
		return p.OnPrimary
	case InkBorder:
		return p.Border
	case InkFocus:
		return p.Focus
	case InkBack:
		return p.Back
	case InkPanel:
		return p.Panel
	case InkStripeText:
		return p.StripeText
	case InkStripeGround:
		return p.StripeGround
	case InkNone:
		return color.Transparent
	}
	return p.Text
}

// Contrast is the WCAG 2.2 contrast ratio of two opaque colours, 1 to 21.
func Contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	if la < lb {
		la, lb = lb, la
	}
	return (la + 0.05) / (lb + 0.05)
}

// luminance is relative luminance as WCAG 2.2 defines it over sRGB.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		x := float64(v) / 0xFFFF
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}
