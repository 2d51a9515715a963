package aadhaar

// Number is number.
func Number(digits []byte) []byte { return number(digits) }
