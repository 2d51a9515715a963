package station

// Over is how a number is judged by a limit to warn at and one to stop at.
func Over(n, warn, stop int64) Degree { return over(n, warn, stop) }
