//go:build !unix

package app

// clobber is left to whoever starts the program: on Windows a program cannot become another, and a second one beside it
// would hold the window's place in the task bar.
func clobber() {}
