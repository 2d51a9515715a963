package qrread

// Work is what may still be spent on something that was shown, in nanoseconds of a middling processor. What it buys is
// counted and not timed, so that the same picture gives the same answer on a busy machine. Pages of one document share it.
type Work struct{ left int }

// budget is the work of one picture: nearly four times what photographs take to be read, and half as much again as the hardest that the tests know.
const budget = 90_000_000

// Of a document of many pages: what it may cost more for each of its bytes, and at most.
const (
	perDocumentByte = 30
	mostDocument    = 5 * budget
)

// NewWork gives what one picture may cost.
func NewWork() *Work { return &Work{budget} }

// NewDocumentWork gives what a document of so many bytes may cost, all pages together.
func NewDocumentWork(size int) *Work { return &Work{min(budget+perDocumentByte*size, mostDocument)} }

// Spend takes n times the price of one thing.
func (w *Work) Spend(n, price int) { w.left -= min(n, 1<<40) * price }

// Left tells whether there is any.
func (w *Work) Left() bool { return w.left > 0 }

// Prices.
const (
	pricePixel  = 1 // to take in, to halve, to swap light and dark and back
	priceSoft   = 2 // a pixel blurred
	priceLocal  = 3 // a pixel divided by its surroundings
	priceOtsu   = 2 // a pixel divided by one limit for all
	priceRow    = 3 // a pixel of a row that is looked through
	priceSample = 9 // a place between pixels
	pricePNG    = 2 // a byte that pixels unpack to
	priceJPEG   = 9 // a pixel unpacked
	priceHit    = 400
	pricePass   = priceLocal + priceRow
)

// unpack takes the price of opening a picture, and leaves a half of what was there to look for codes in it.
func (w *Work) unpack(n, price int) { w.left -= min(n*price, max(w.left/2, 0)) }
