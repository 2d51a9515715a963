/* No environment, clock, output or formatting: the module ends without a single host import. OpenJPEG formats nothing
 * but its messages, and nobody reads those. */
#include <stdarg.h>
#include <stdio.h>

char *getenv(const char *n) { (void)n; return 0; }
double opj_clock(void) { return 0; }
int fprintf(FILE *f, const char *s, ...) { (void)f; (void)s; return 0; }
int printf(const char *s, ...) { (void)s; return 0; }
int vsnprintf(char *d, size_t n, const char *s, va_list a) {
    size_t i = 0;
    (void)a;
    if (n) {
        for (; i + 1 < n && s[i]; i++) d[i] = s[i];
        d[i] = 0;
    }
    return (int)i;
}
int snprintf(char *d, size_t n, const char *s, ...) {
    size_t i = 0;
    if (n) {
        for (; i + 1 < n && s[i]; i++) d[i] = s[i];
        d[i] = 0;
    }
    return (int)i;
}
#undef stdout
#undef stderr
FILE *const stdout = 0;
FILE *const stderr = 0;
