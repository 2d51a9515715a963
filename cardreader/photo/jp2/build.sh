#!/bin/sh
# Makes ../jp2_gen.go of OpenJPEG. Only whoever changes the decoder needs it; the product and its tests do not.
#
#   sh build.sh OPENJPEG.orig.tar.xz OPENJPEG.debian.tar.xz WASM2GO
#
# The two archives are Debian's source package openjpeg2 2.5.4-1.1 (apt-get source --download-only openjpeg2=2.5.4-1.1
# with a deb-src line for sid); WASM2GO is github.com/ncruces/wasm2go v0.4.0, built in a module of its own with
# golang.org/x/tools v0.43.0 (go build github.com/ncruces/wasm2go).
# Compiler and C library are those of Debian 12: clang 14.0.6, lld 14, wasi-libc 0.0~git20220510, libclang-rt-dev-wasm32.
# No wasm-opt may be on PATH: clang would run it unasked and the bytes would differ.
# SHA256SUMS names the inputs and the results; the script stops when anything differs (ANEW=1 writes the results anew).
set -eu
orig=$(realpath "$1") debian=$(realpath "$2") wasm2go=$(realpath "$3")
cd "$(dirname "$0")"
here=$PWD
if command -v wasm-opt > /dev/null; then echo "build.sh: take wasm-opt off PATH" >&2; exit 1; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sum() { grep " $1\$" SHA256SUMS | cut -d' ' -f1; }
same() { [ "$(sha256sum < "$1" | cut -d' ' -f1)" = "$(sum "$2")" ] || { echo "build.sh: $2 is not the file that SHA256SUMS names" >&2; exit 1; }; }
same "$orig" openjpeg2_2.5.4.orig.tar.xz
same "$debian" openjpeg2_2.5.4-1.1.debian.tar.xz

cd "$work"
tar xf "$orig"
tar xf "$debian"
(cd openjpeg-2.5.4 && while read -r p; do patch -p1 -s < "../debian/patches/$p"; done < ../debian/patches/series)

lib=openjpeg-2.5.4/src/lib/openjp2
src=
for f in bio cio dwt event function_list ht_dec image invert j2k jp2 mct mqc openjpeg opj_malloc pi sparse_array t1 t2 tcd tgt thread; do
  src="$src $lib/$f.c"
done
cp -r "$here/cfg" "$here/jp2wasm.c" "$here/stubs.c" "$here/fuel.c" .
# shellcheck disable=SC2086
clang --target=wasm32-wasi --sysroot=/usr -O2 -fsanitize-coverage=edge,trace-pc -DNDEBUG -DOPJ_STATIC -DUSE_JPIP=0 \
  -ffunction-sections -fdata-sections -fno-builtin-fprintf -fno-builtin-printf -fno-math-errno -ffp-contract=off \
  -mexec-model=reactor -Icfg -I$lib -w jp2wasm.c stubs.c fuel.c $src \
  -Wl,--wrap=memset -Wl,--wrap=memcpy -Wl,--wrap=memmove \
  -Wl,--gc-sections -Wl,--strip-all -Wl,--stack-first -Wl,-z,stack-size=262144 -Wl,--max-memory=67108864 -o jp2.wasm
"$wasm2go" -o raw.go jp2.wasm
# In package photo the module is nobody's business: its two exported names become private.
sed -e 's/^package wasm2go$/package photo/' \
  -e 's/\*Module\b/*engine/g' -e 's/&Module{/\&engine{/g' -e 's/^type Module struct/type engine struct/' \
  -e 's/^func New() /func newEngine() /' \
  -e 's/^type Memory = /type engineMemory = /' -e 's/^func (m \*engine) Xmemory() Memory/func (m *engine) Xmemory() engineMemory/' \
  raw.go > jp2_gen.go
gofmt -w jp2_gen.go

cd "$here"
if [ -n "${ANEW:-}" ]; then
  grep 'tar.xz$' SHA256SUMS > "$work/sums"
  (cd "$work" && sha256sum jp2.wasm jp2_gen.go) >> "$work/sums"
  cp "$work/sums" SHA256SUMS
else
  same "$work/jp2.wasm" jp2.wasm
  same "$work/jp2_gen.go" jp2_gen.go
fi
cp "$work/jp2_gen.go" ..
echo "build.sh: jp2_gen.go, $(wc -c < ../jp2_gen.go) bytes of $(wc -c < "$work/jp2.wasm") bytes of WebAssembly"
