package qrread

// Work is what may still be spent on something that was shown, in nanoseconds of a middling processor. What it buys is
// counted and not timed, so that the same picture gives the same answer on a busy machine. Pages of one document share it.
type Work struct{ left int }

// budget is the work of one picture: more than three times what photographs take to be read, and a third more than the hardest that the tests know.
const budget = 80_000_000

// What a file may cost more for each of its bytes, and at most.
const (
	perByteWork = 30
	mostWork    = 5 * budget
)

// NewWork gives what a picture may cost of which nothing else is known.
func NewWork() *Work { return &Work{budget} }

// NewFileWork gives what a file of so many bytes may cost, all its pages together: a photograph of megabytes may cost more
// than a file that was made to look like one.
func NewFileWork(size int) *Work { return &Work{min(budget+perByteWork*size, mostWork)} }

// Spend takes n times the price of one thing.
func (w *Work) Spend(n, price int) { w.left -= min(n, 1<<40) * price }

// Take spends where there is enough, and tells whether there was.
func (w *Work) Take(n, price int) bool {
	enough := min(n, 1<<40)*price <= w.left
	if enough {
		w.Spend(n, price)
	}
	return enough
}

// Left tells whether there is any.
func (w *Work) Left() bool { return w.left > 0 }

// Prices, a pixel where nothing else is said.
const (
	pricePixel  = 1  // three pixels to take in, to halve, to swap light and dark and back
	priceSoft   = 2  // a pixel blurred
	priceLocal  = 3  // a pixel divided by its surroundings
	priceOtsu   = 2  // a pixel divided by one limit for all
	priceRow    = 3  // a pixel of a row that is looked through
	priceSample = 9  // a place between pixels
	pricePNG    = 3  // a byte that pixels unpack to
	priceJPEG   = 9  // a pixel unpacked
	priceModule = 20 // a module told dark from light
	priceDecode = 60 // and corrected
	priceTerm   = 1  // of a system of equations, of which there are a third of a cube
	pricePlate  = 15 // of a spline, one knot at one place
	priceHit    = 400
	pricePass   = priceLocal + priceRow
)

// fitCost is the price of a view and a spline through so many knots, asked at so many places: what three patterns that belong
// to nothing cost most, where patterns enough seem to lie between them.
func fitCost(knots, places int) int {
	n := knots + 3
	return n*n*n/3*priceTerm + (n*n/2+n*places)*pricePlate
}

// unpack takes the price of opening a picture, and leaves a half of what was there to look for codes in it.
func (w *Work) unpack(n, price int) { w.left -= min(n*price, max(w.left/2, 0)) }
