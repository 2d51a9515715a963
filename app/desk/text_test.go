package desk

import "testing"

// A language without a sentence of its own gets that of the language it belongs to, not of another script.
func TestTextIn(t *testing.T) {
	text := Text{"zh-Hans": "汉字", "zh-Hant": "漢字", "en": "words"}
	for lang, want := range map[string]string{
		"zh-Hans": "汉字", "zh-Hant": "漢字", "en": "words",
		"zh-Hant-x-short": "漢字", "zh-Hans-x-short": "汉字", "en-x-short": "words", "en-GB": "words",
		"ug": "汉字", "": "汉字",
	} {
		if got := text.In(lang); got != want {
			t.Errorf("In(%q) = %q, want %q", lang, got, want)
		}
	}
	if got := (Text{"es": "solo"}).In("ug"); got != "solo" {
		t.Errorf("the only language there is: %q", got)
	}
	if got := (Text{"zh": "字"}).In("zh-Hant-TW"); got != "字" {
		t.Errorf("the base language: %q", got)
	}
}
