package winspool

import "bangban/print"

// Bits of JOB_INFO_1.Status (winspool.h).
const (
	jobPaused       = 0x1
	jobError        = 0x2
	jobDeleting     = 0x4
	jobPrinting     = 0x10
	jobOffline      = 0x20
	jobPaperOut     = 0x40
	jobPrinted      = 0x80
	jobDeleted      = 0x100
	jobBlocked      = 0x200
	jobIntervention = 0x400
	jobComplete     = 0x1000
)

// Bits of PRINTER_INFO_6.dwStatus.
const (
	printerPaused       = 0x1
	printerError        = 0x2
	printerJam          = 0x8
	printerPaperOut     = 0x10
	printerPaperProblem = 0x40
	printerOffline      = 0x80
	printerNotAvailable = 0x1000
	printerNoToner      = 0x40000
	printerIntervention = 0x100000
	printerDoorOpen     = 0x400000
	printerServerGone   = 0x2000000
)

// attributeOffline is PRINTER_ATTRIBUTE_WORK_OFFLINE: somebody, or the spooler, works without the printer.
const attributeOffline = 0x400

// trouble tells what keeps a job waiting, "" where nothing does. What hands can mend comes first.
func trouble(job, printer, attributes uint32) string {
	for _, c := range []struct {
		job, printer uint32
		code         string
	}{
		{0, printerJam, print.CodeJam},
		{jobPaperOut, printerPaperOut | printerPaperProblem, print.CodePaperOut},
		{0, printerDoorOpen, print.CodeCoverOpen},
		{0, printerNoToner, print.CodeInkOut},
		{jobOffline, printerOffline | printerNotAvailable | printerServerGone, print.CodeUnreachable},
		{jobPaused, printerPaused, print.CodePaused},
		{jobError | jobBlocked | jobIntervention, printerError | printerIntervention, print.CodeFault},
	} {
		if job&c.job != 0 || printer&c.printer != 0 {
			return c.code
		}
	}
	if attributes&attributeOffline != 0 {
		return print.CodeUnreachable
	}
	return ""
}

// ended tells how a job ended that the spooler still knows.
func ended(job uint32) (over, printed bool) {
	switch {
	case job&(jobPrinted|jobComplete) != 0:
		return true, true
	case job&(jobDeleting|jobDeleted) != 0:
		return true, false
	}
	return false, false
}

// maxDPI is what a page is drawn at; a printer with finer dots gets each of ours as a whole number of its own.
const maxDPI = 600

// dots chooses the resolution to draw at for a device: the whole fraction of its own nearest to maxDPI from below.
func dots(device int) (dpi, scale int) {
	for scale = 1; device/scale > maxDPI || device%scale != 0; scale++ {
		if scale >= 16 {
			return print.DotsPerInch, 1
		}
	}
	return max(device/scale, 72), scale
}
