package qrread

// Budget is budget.
const Budget = budget

// Overspent tells how much more was spent than there was.
func Overspent(w *Work) int { return max(-w.left, 0) }
