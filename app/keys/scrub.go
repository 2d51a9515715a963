package keys

import (
	"runtime"
	"runtime/debug"
)

// scrub makes the collector take back what crypto/ecdsa and crypto/aes kept of a key that has just been wiped, and
// writes over the places. crypto/ecdsa keeps a copy of the scalar in a cache of weak pointers that nobody outside can
// reach; after a collection it is free memory, still with its bytes until somebody is given the place. All that lies free
// between things in use is given out, in the sizes of a scalar, of an AES key schedule, and of the objects around them;
// whole pages go back to the system. It costs some collections: Lock is pressed a few times a day.
func scrub() {
	const rounds, least, most = 2, 256 << 10, 4 << 20
	var keep [][]byte
	for range rounds {
		runtime.GC() // takes the key, which drops the cache's entry; then the entry
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		room := int(min(max(m.HeapInuse-m.HeapAlloc, least), most))
		for _, size := range [...]int{32, 48, 64, 80, 96, 128, 256, 512, 576, 640, 1024, 1152} {
			keep = keep[:0]
			for given := 0; given < room; given += size {
				keep = append(keep, make([]byte, size))
			}
		}
	}
	runtime.KeepAlive(keep)
	debug.FreeOSMemory()
}
