package qrread

import (
	"context"
	"image"
	"slices"
	"strings"
)

// Decode reads the codes in a picture. It fails with ErrNoCode where there is none. Codes that are parts of one message
// (structured append, §8) come as that message once all of them are in the picture, and are ErrPart where some are not
// and there is nothing else.
func Decode(img image.Image) ([]string, error) {
	return DecodeContext(context.Background(), img)
}

// DecodeContext is Decode within a context: it ends soon after the context does.
func DecodeContext(ctx context.Context, img image.Image) ([]string, error) {
	codes, err := Read(ctx, img)
	if err != nil {
		return nil, err
	}
	return messages(codes)
}

// messages is Messages, and ErrPart where there are only parts.
func messages(codes []Code) ([]string, error) {
	texts := Messages(codes)
	if len(texts) == 0 {
		return nil, ErrPart
	}
	return texts, nil
}

// Messages gives what codes say, each message once: those that stand alone, and those of which every part is there. The
// codes may come from several pictures.
func Messages(codes []Code) (texts []string) {
	add := func(t string) {
		if !slices.Contains(texts, t) {
			texts = append(texts, t)
		}
	}
	for _, c := range codes {
		if c.Parts == 0 {
			add(c.Text)
		} else if c.Part == 0 {
			if whole, ok := c.joined(codes); ok {
				add(whole)
			}
		}
	}
	return texts
}

// joined puts the message together whose first part c is.
func (c Code) joined(codes []Code) (string, bool) {
	var whole strings.Builder
	for part := range c.Parts {
		i := slices.IndexFunc(codes, func(o Code) bool {
			return o.Parts == c.Parts && o.parity == c.parity && o.Part == part
		})
		if i < 0 {
			return "", false
		}
		whole.WriteString(codes[i].Text)
	}
	text := whole.String()
	sum := byte(0) // §8.3: parity over all bytes of the message
	for _, b := range []byte(text) {
		sum ^= b
	}
	return text, int(sum) == c.parity
}

// eci is the mode indicator of a code that announces its character set (ISO/IEC 18004:2015 §7.4.1, table 2).
const eci = 7

// exact gives the bytes of a code. The decoder was told that byte mode is Latin-1, so each character up to U+00FF is the
// byte it came from; a code that begins with ECI was decoded by the character set it names.
func exact(text string, raw []byte) string {
	if len(raw) > 0 && raw[0]>>4 == eci {
		return text
	}
	out := make([]byte, 0, len(text))
	for _, c := range text {
		if c > 0xFF { // Kanji mode: characters, not bytes
			return text
		}
		out = append(out, byte(c))
	}
	return string(out)
}
