#!/bin/sh
# Builds the Windows installer on Linux, with mingw-w64 and NSIS:  sh packaging/windows.sh OUTDIR [OPENGL32.DLL]
#   bangban-<version>-setup.exe   window, bangbanctl.exe (without C), shortcuts; silent with /S, see packaging/windows/installer.nsi
# OPENGL32.DLL is Mesa's, for computers without a driver of their own (remote desktops, old graphics); it is put beside the
# program where it is given. The first build takes many minutes: it compiles the toolkit's C for Windows.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/meta.sh
[ $# -ge 1 ] || { echo "usage: sh packaging/windows.sh OUTDIR [OPENGL32.DLL]" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
need_go
[ "$(family)" = deb ] && install_deb gcc-mingw-w64-x86-64 nsis
for tool in x86_64-w64-mingw32-gcc makensis; do command -v $tool > /dev/null 2>&1 || stop "$tool is missing"; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOOS=windows GOARCH=amd64
say "building bangbanctl.exe"
CGO_ENABLED=0 release -o "$work/bangbanctl.exe" ./app/cmd/bangbanctl
say "building bangban.exe"
CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc nice go build -p 2 -trimpath -buildvcs=auto -tags migrated_fynedo,no_emoji -ldflags '-s -w -H windowsgui' -o "$work/bangban.exe" .
sed 's/$/\r/' LICENSE > "$work/LICENSE.txt"
sed 's/$/\r/' THIRD-PARTY > "$work/THIRD-PARTY.txt"
cp assets/icon.ico "$work/bangban.ico"
[ -z "${2:-}" ] || cp "$2" "$work/opengl32.dll"
fill packaging/windows/installer.nsi | sed -e "s|@OUT@|$out/bangban-$app_version-setup.exe|; s|@ICON@|$work/bangban.ico|; s|@STAGE@\\\\|$work/|" > "$work/installer.nsi"
makensis -V2 "$work/installer.nsi"
say "bangban-$app_version-setup.exe, $(wc -c < "$out/bangban-$app_version-setup.exe") bytes; bangban.exe $(wc -c < "$work/bangban.exe"), bangbanctl.exe $(wc -c < "$work/bangbanctl.exe")"
