package main

import (
	"bangban/app/keys"

	"github.com/spf13/pflag"
)

// tokenFlags say which keys of an institution a PKCS#11 token holds.
type tokenFlags struct{ root, holders, suite, pin string }

func (k *tokenFlags) add(fl *pflag.FlagSet) {
	fl.StringVar(&k.root, "root", "", "pkcs11:URI of the token that makes and holds the root key")
	k.addHolders(fl)
}

// addHolders adds what says how back-office keys are made.
func (k *tokenFlags) addHolders(fl *pflag.FlagSet) {
	fl.StringVar(&k.holders, "holders", "", "pkcs11:URI of the token that seals back-office keys of X-Wing, and holds those of DHKEM-P256")
	fl.StringVar(&k.suite, "suite", "", "what parcels are sealed with: X-Wing (at first) or DHKEM-P256; left out, as before")
	fl.StringVar(&k.pin, "token-pin", "", "PIN of the tokens: - reads the next line of standard input; it is kept under the passphrase")
}

// check refuses a suite that there is not.
func (k tokenFlags) check() error {
	switch k.suite {
	case "", keys.SuiteXWing, keys.SuiteP256:
		return nil
	}
	return usagef("--suite is %s or %s", keys.SuiteXWing, keys.SuiteP256)
}

// tokenPIN reads the PIN of the tokens.
func (e *env) tokenPIN(k tokenFlags, passphrase []byte) ([]byte, error) {
	switch {
	case k.root == "" && k.holders == "":
		return nil, nil
	case k.pin != "-" || len(passphrase) == 0:
		return nil, usagef("--root and --holders want --token-pin - (the next line of standard input) and --passphrase -")
	}
	line, err := readLine(e.in)
	return []byte(line), err
}
