#!/bin/sh
# Builds the Debian packages:  sh packaging/deb.sh OUTDIR [amd64|arm64]
#   bangban_<version>_<arch>.deb          window, bangbanctl with PC/SC, desktop entry
#   bangban-server_<version>_<arch>.deb   bangbanctl without C, and the service of the inbox
# What the programs need is computed from the programs (dpkg-shlibdeps) and checked, never bundled. For arm64 it builds with
# Debian's cross compiler against headers and libraries unpacked under dist/; nothing foreign is installed.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/meta.sh
. packaging/stage.sh
[ $# -ge 1 ] || { echo "usage: sh packaging/deb.sh OUTDIR [amd64|arm64]" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
need_go
[ "$(family)" = deb ] || stop "Debian packages are built on Debian or Ubuntu"
install_deb ca-certificates gcc libc6-dev pkg-config libgl1-mesa-dev xorg-dev libxkbcommon-dev libpcsclite-dev dpkg-dev binutils
host=$(dpkg --print-architecture)
ARCH=${2:-$host}
case $ARCH in amd64 | arm64) ;; *) stop "packages are made for amd64 and arm64, not $ARCH" ;; esac
export ARCH GOOS=linux GOARCH="$ARCH" UDEV=/usr/lib/udev/rules.d ZSH=/usr/share/zsh/vendor-completions
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage
mkdir -p "$stage" "$work/debian"
libraries=
[ "$ARCH" = "$host" ] || . packaging/cross.sh

build_counter
build_server
native=$stage/bangbanctl-pure
if [ "$ARCH" != "$host" ]; then
  native=$work/native
  GOARCH=$host CGO_ENABLED=0 release -o "$native" ./app/cmd/bangbanctl
fi
stage_texts

# Of a foreign library dpkg-shlibdeps finds the file, not whose it is: what each package says of its own is laid before it.
[ "$ARCH" = "$host" ] || cat "$sysroot"/var/lib/dpkg/info/*.shlibs > "$work/debian/shlibs.local"
# needs PROGRAM…: the packages that hold what the programs are linked with.
printf 'Source: bangban\n\nPackage: bangban\nArchitecture: %s\n' "$ARCH" > "$work/debian/control"
needs() {
  # shellcheck disable=SC2086
  (cd "$work" && dpkg-shlibdeps -O $libraries "$@" 2> "$work/shlibdeps.log") | sed -n 's/^shlibs:Depends=//p' | grep . ||
    { cat "$work/shlibdeps.log" >&2; stop "what the programs need could not be computed"; }
}
quoted() { printf '%s' "$1" | sed 's/, */\n/g' | sed 's/.*/"&"/' | paste -sd, -; }
DEPENDS=$(needs stage/bangban stage/bangbanctl)
# What the window opens while it runs stands in it by name: each must come with a package that it depends on.
for soname in $(strings -n 6 "$stage/bangban" | grep -oE '^lib(GL|X11|Xcursor|Xi|Xinerama|Xrandr|Xrender|Xext|Xxf86vm|xkbcommon)\.so\.[0-9]+$' | sort -u); do
  package=$(dpkg-query -S "*/$soname" 2>/dev/null | head -n 1 | cut -d: -f1)
  case "$DEPENDS" in
  *"$package"*) ;;
  *) [ -n "$package" ] && DEPENDS="$DEPENDS, $package" ;;
  esac
done
for must in libc6 libgl1 libx11-6 libpcsclite1; do
  case "$DEPENDS" in *"$must"*) ;; *) stop "the computed needs lack $must: $DEPENDS" ;; esac
done
DEPENDS=$(quoted "$DEPENDS, passwd")
RECOMMENDS='"pcscd", "cups", "curl", "x11-xserver-utils"'
SUGGESTS='"speech-dispatcher", "fonts-noto-cjk"'
export DEPENDS RECOMMENDS SUGGESTS
say "bangban depends on $DEPENDS"
pack_deb() { # NAME RECIPE
  nfpm "packaging/linux/$2.yaml" deb "$out/$1_${app_version}_$ARCH.deb"
  say "$out/$1_${app_version}_$ARCH.deb, $(wc -c < "$out/$1_${app_version}_$ARCH.deb") bytes"
}
pack_deb bangban counter
# The server's program stands alone: nothing to be computed, and that is looked at.
! readelf -lW "$stage/bangbanctl-pure" | grep -q ' INTERP ' || stop "the program without C wants a dynamic linker"
readelf -lW "$stage/bangban" | grep -q ' INTERP ' || stop "readelf sees no dynamic linker where there is one"
DEPENDS=$(quoted passwd)
pack_deb bangban-server server
