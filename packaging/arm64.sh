#!/bin/sh
# The packages for arm64, on a computer that is none:  sh packaging/arm64.sh DEB-DIR
# The command line of both, with C and without, is run by qemu-user-static through the whole line: card, voucher, paper, stick,
# back office, receipts, journal. The window is linked and its libraries are looked for; it is not opened.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/meta.sh
debs=$(cd "$1" && pwd)
qemu=$(command -v qemu-aarch64-static) || stop "qemu-aarch64-static (qemu-user-static) is missing: arm64 is not tried"
sysroot=$PWD/dist/cross-arm64
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "arm64: FAILED: $*" >&2; tail -n 5 "$work/said" >&2 2>/dev/null; exit 1; }
for name in bangban bangban-server; do
  dpkg-deb -x "$debs/${name}_${app_version}_arm64.deb" "$work/$name"
  [ "$(dpkg-deb -f "$debs/${name}_${app_version}_arm64.deb" Architecture)" = arm64 ] || fail "$name is not for arm64"
  program=$work/$name/usr/bin/bangbanctl
  readelf -h "$program" | grep -q AArch64 || fail "$program is not for arm64"
  run() { "$qemu" -L "$sysroot" "$program" --training --data "$work/$name-data" "$@" > "$work/said" 2>&1 || fail "$name: bangbanctl $*"; }
  run --version
  run voucher issue --card --reader sim:emrtd --purpose housing-fund --recipient demo-bank --out "$work/$name-paper"
  run queue export "$work/$name-stick"
  run inbox open "$work/$name-stick"
  run queue receipts "$work/$name-stick/receipts"
  run journal verify
  run institution status "$work/$name-data/institution" --to "$work/$name-public"
  run verify "$work/$name-paper/T01-000001.pdf" --trust "$work/$name-public/institution.pem" --aud demo-bank
  say "$name for arm64: the whole line, by qemu"
done
for need in $(readelf -d "$work/bangban/usr/bin/bangban" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p'); do
  find "$sysroot" -name "$need" | grep -q . || fail "the window wants $need, which the packages of its needs do not bring"
done
say "the window for arm64 is linked with $(readelf -d "$work/bangban/usr/bin/bangban" | grep -c NEEDED) libraries, all there; it was not opened"
