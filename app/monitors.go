package app

import (
	"regexp"
	"slices"
	"strconv"

	"bangban/app/flow"
)

// A line of xrandr --listmonitors:  " 1: +DP-2 1280/340x800/210+1366+0  DP-2"; an asterisk marks the first one.
var monitorLine = regexp.MustCompile(`(?m)^\s*\d+:\s+\+?(\*?)\S+\s+(\d+)/\d+x(\d+)/\d+\+(\d+)\+(\d+)\s+(\S+)`)

// maxMonitors is how many fit on a screen that lists them.
const maxMonitors = 6

// monitorsOf reads what xrandr prints. Two monitors at the same place are one picture: the second is left out,
// and the first is marked.
func monitorsOf(listed string) (all []flow.Monitor) {
	number := func(s string) int {
		n, _ := strconv.Atoi(s)
		return n
	}
	for _, m := range monitorLine.FindAllStringSubmatch(listed, maxMonitors) {
		one := flow.Monitor{Primary: m[1] == "*", W: number(m[2]), H: number(m[3]), X: number(m[4]), Y: number(m[5]), Name: m[6]}
		if i := slices.IndexFunc(all, func(m flow.Monitor) bool { return m.X == one.X && m.Y == one.Y }); i >= 0 {
			all[i].Mirrored = true
			all[i].Primary = all[i].Primary || one.Primary
			continue
		}
		all = append(all, one)
	}
	if len(all) == 1 {
		all[0].Primary = true
	}
	return all
}
