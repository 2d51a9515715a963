package keys

import "runtime"

// scrub makes the collector take back what crypto/ecdsa and crypto/aes kept of a key that has just been wiped, and
// writes over the places. crypto/ecdsa keeps a copy of the scalar in a cache of weak pointers that nobody outside can
// reach; after a collection it is free memory, still with its bytes until somebody is given the place. The sizes are
// those of a scalar, of an AES key schedule, and of the objects around them. It costs a collection: Lock is pressed a few times a day.
func scrub() {
	const rounds, each = 2, 1024
	for range rounds {
		runtime.GC() // takes the key, which drops the cache's entry; then the entry
		runtime.GC()
		var keep [][]byte
		for _, size := range [...]int{32, 48, 64, 80, 96, 128, 256, 512, 576, 640, 1024, 1152} {
			for range each {
				keep = append(keep, make([]byte, size)) // given out zeroed
			}
		}
		runtime.KeepAlive(keep)
	}
}
