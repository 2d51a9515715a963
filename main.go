// Command bangban opens the counter: the clerk's window and the citizen's screen.
package main

import (
	"os"

	"bangban/app"
)

func main() { os.Exit(app.Main(os.Args[1:])) }
