// Package apdu writes and reads the command and response APDUs of ISO/IEC 7816-4:2020 §5 and sends them to a chip.
// It knows nothing of files, keys or kinds of cards, and imports nothing of this module.
//
// # Command (§5.1, §5.2)
//
//	CLA INS P1 P2 [Lc field] [Data] [Le field]
//
//	case  Data  Ne         short form             extended form
//	1     –     0          header                 (the same)
//	2     –     1..        Le        1 byte       00 Le    3 bytes
//	3     1..   0          Lc Data   1 byte Lc    00 Lc    3 bytes Lc
//	4     1..   1..        Lc Data Le 1 + 1       00 Lc Data Le 3 + 2
//
// Ne is the greatest number of data bytes wanted back: 0 is none, 256 the short maximum, 65536 the extended one; the
// maximum is written as zeros. Within one command both fields are short or both are extended. The bytes
//
//	00 B0 9E 00 00
//
// are READ BINARY by short EF identifier 1E, offset 0, Ne 256.
//
// # Response (§5.1)
//
//	[Data] SW1 SW2
//
// # Two status words that Send answers itself (§5.6 and §5.3.4)
//
// 61xx says that xx more bytes wait: Send fetches them with GET RESPONSE. 6Cxx says that Ne was wrong: Send repeats the
// command once with Ne xx. Everything else comes back as it is, with a *StatusError beside it unless it is 9000.
//
// # Personal data
//
// Bodies of commands and responses may be personal or secret. Neither they nor errors of this package print them.
package apdu
