/* For tests under wine 8 only, never shipped: Go 1.24 and newer asks bcryptprimitives.dll for ProcessPrng, which wine 8 lacks.
   x86_64-w64-mingw32-gcc -shared -o bcryptprimitives.dll procprng.c -ladvapi32 */
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL ProcessPrng(PBYTE data, SIZE_T n) { return SystemFunction036(data, (ULONG)n); }
