package escpos

import "bangban/print"

// Questions of DLE EOT.
const (
	askPrinter = 1
	askOffline = 2
	askError   = 3
	askPaper   = 4
)

// questions in the order in which they are asked: what a clerk can put right first.
func questions() [4]byte { return [4]byte{askPaper, askOffline, askError, askPrinter} }

// isStatus tells an answer to DLE EOT (0xx1xx10) from other bytes; isDone one to GS r (0xx0xxxx).
func isStatus(b byte) bool { return b&0x93 == 0x12 }
func isDone(b byte) bool   { return b&0x90 == 0 }

// trouble gives the code of what an answer says, empty where all is well.
func trouble(question, answer byte) string {
	has := func(bits byte) bool { return answer&bits != 0 }
	switch {
	case question == askOffline && has(0x04):
		return print.CodeCoverOpen
	case question == askOffline && has(0x20), question == askPaper && has(0x60):
		return print.CodePaperOut
	case question == askOffline && has(0x40), question == askError && has(0x28), question == askPrinter && has(0x08):
		return print.CodeFault
	}
	return ""
}
