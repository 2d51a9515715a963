package voucher

import (
	"fmt"
	"strconv"
	"strings"
)

// FormatSerial writes a serial as people read it: the station, a hyphen and at least six digits, "T01-000123".
func FormatSerial(station string, n uint64) string { return fmt.Sprintf("%s-%06d", station, n) }

// ParseSerial reads what FormatSerial wrote.
func ParseSerial(s string) (station string, n uint64, err error) {
	i := strings.LastIndexByte(s, '-')
	if i < 0 || !validStation(s[:i]) {
		return "", 0, ErrSerial
	}
	n, err = strconv.ParseUint(s[i+1:], 10, 64)
	if err != nil || FormatSerial(s[:i], n) != s {
		return "", 0, ErrSerial
	}
	return s[:i], n, nil
}

// validStation accepts 1 to 16 of A–Z, 0–9 and hyphen, so that a serial is also a file name everywhere.
func validStation(s string) bool {
	if s == "" || len(s) > 16 {
		return false
	}
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return true
}
