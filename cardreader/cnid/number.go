package cnid

// checkDigit tells whether an 18-character number ends in its check character, ISO 7064 MOD 11-2 (GB 11643-1999 §5.2):
// the sum of the digits, each times 2 to the power of its place from the right, is 1 modulo 11; X counts 10.
func checkDigit(number string) bool {
	if !wellFormed(number) {
		return false
	}
	p := 0
	for _, c := range []byte(number[:17]) {
		p = (p + int(c-'0')) * 2 % 11
	}
	last := int(number[17] - '0')
	if number[17] == 'X' {
		last = 10
	}
	return (p+last)%11 == 1
}

// wellFormed tells whether it is 17 digits and one more or an X.
func wellFormed(number string) bool {
	return len(number) == 18 && digits(number[:17], 17) && (number[17] == 'X' || digits(number[17:], 1))
}

// birthOf is the date of birth inside a well-formed number, GB 11643-1999 §4.2.
func birthOf(number string) string { return date(number[6:14]) }

// sexOf is the sex inside a well-formed number: odd order numbers are given to men, GB 11643-1999 §4.3.
func sexOf(number string) string {
	if (number[16]-'0')%2 == 1 {
		return "M"
	}
	return "F"
}

// begins tells whether the number begins as those of this card do.
func begins(f form, number string) bool {
	switch f {
	case formJ:
		return number[0] == '8' && number[1] >= '1' && number[1] <= '3'
	case formY:
		return number[0] == '9'
	}
	return true
}
