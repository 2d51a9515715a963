/* The time limit: every edge of the control flow costs 1, every 64 bytes that are moved or cleared cost 1, and the
 * module traps when all is spent. It depends on the picture alone, never on the machine or its load.
 *
 * The compiler calls __sanitizer_cov_trace_pc at every edge (-fsanitize-coverage=edge,trace-pc). The C library is not
 * compiled that way, so that its three loops over memory are charged by the linker (--wrap). */
#include <stddef.h>
#include <stdint.h>

#define UNCOUNTED __attribute__((no_sanitize("coverage")))
#define EXPORT(name) __attribute__((export_name(name), no_sanitize("coverage")))

static uint64_t fuel;

EXPORT("jp2_fuel") void jp2_fuel(uint64_t n) { fuel = n; }
EXPORT("jp2_left") uint64_t jp2_left(void) { return fuel; }

UNCOUNTED static inline void spend(uint64_t n) {
    if (fuel <= n) { fuel = 0; __builtin_trap(); }
    fuel -= n;
}
UNCOUNTED void __sanitizer_cov_trace_pc(void) { spend(1); }

void *__real_memset(void *, int, size_t);
void *__real_memcpy(void *, const void *, size_t);
void *__real_memmove(void *, const void *, size_t);

UNCOUNTED void *__wrap_memset(void *d, int c, size_t n) { spend(n >> 6); return __real_memset(d, c, n); }
UNCOUNTED void *__wrap_memcpy(void *d, const void *s, size_t n) { spend(n >> 6); return __real_memcpy(d, s, n); }
UNCOUNTED void *__wrap_memmove(void *d, const void *s, size_t n) { spend(n >> 6); return __real_memmove(d, s, n); }
