//go:build linux || darwin

package station

import "golang.org/x/sys/unix"

// NoCore lets this program leave no core file (setrlimit(2), RLIMIT_CORE) whatever the system allows: a person's card
// would lie in it. It is called before anything of a person is read. Where the kernel hands cores to a program instead
// (core(5), a pipe), that one decides: packaging/guide/operators.md.
func NoCore() {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CORE, &limit) == nil {
		limit.Cur = 0
		_ = unix.Setrlimit(unix.RLIMIT_CORE, &limit)
	}
}
