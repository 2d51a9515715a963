#!/bin/sh
# Builds the packages of the Fedora and openEuler/Kylin families:  sh packaging/rpm.sh OUTDIR [amd64|arm64]
# Any Linux with Go and the C compiler will do; the needs are the sonames that the programs are linked with, as rpm writes them.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/meta.sh
. packaging/stage.sh
for tool in readelf strings; do command -v $tool > /dev/null 2>&1 || stop "$tool (binutils) is missing"; done
[ $# -ge 1 ] || { echo "usage: sh packaging/rpm.sh OUTDIR [amd64|arm64]" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
need_go
case $(uname -m) in x86_64) host=amd64 ;; aarch64) host=arm64 ;; *) host=none ;; esac
ARCH=${2:-$host}
export ARCH GOOS=linux GOARCH="$ARCH" UDEV=/usr/lib/udev/rules.d ZSH=/usr/share/zsh/site-functions
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage
mkdir -p "$stage"
[ "$ARCH" = "$host" ] || . packaging/cross.sh
build_counter
build_server
native=$stage/bangbanctl-pure
if [ "$ARCH" != "$host" ]; then
  native=$work/native
  GOARCH=$host CGO_ENABLED=0 release -o "$native" ./app/cmd/bangbanctl
fi
stage_texts
# linked PROGRAM…: sonames and the versions of symbols that they are wanted with, as rpm's own generator writes them.
linked() {
  for f in "$@"; do
    readelf -d "$f" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1()(64bit)/p'
    readelf -V "$f" | awk '/ File: / { for (i = 1; i <= NF; i++) if ($i == "File:") lib = $(i + 1) } / Name: / { for (i = 1; i <= NF; i++) if ($i == "Name:") print lib "(" $(i + 1) ")(64bit)" }'
  done
}
# opened PROGRAM: what the window opens while it runs stands in it by name.
opened() { strings -n 6 "$1" | grep -oE '^lib(GL|X11|Xcursor|Xi|Xinerama|Xrandr|Xrender|Xext|Xxf86vm|xkbcommon)\.so\.[0-9]+$' | sed 's/$/()(64bit)/'; }
DEPENDS=$({ linked "$stage/bangban" "$stage/bangbanctl"; opened "$stage/bangban"; } | sort -u | sed 's/.*/"&"/' | paste -sd, -)
for must in libGL.so libX11.so libpcsclite.so 'libc.so.6(GLIBC_'; do
  case $DEPENDS in *"$must"*) ;; *) stop "the computed needs lack $must: $DEPENDS" ;; esac
done
DEPENDS="$DEPENDS, \"shadow-utils\""
say "bangban wants $DEPENDS"
RECOMMENDS='"pcsc-lite", "cups", "xrandr"'
SUGGESTS='"speech-dispatcher"'
export DEPENDS RECOMMENDS SUGGESTS
case $ARCH in amd64) machine=x86_64 ;; *) machine=aarch64 ;; esac
nfpm packaging/linux/counter.yaml rpm "$out/bangban-$app_version-1.$machine.rpm"
DEPENDS='"shadow-utils"'
nfpm packaging/linux/server.yaml rpm "$out/bangban-server-$app_version-1.$machine.rpm"
say "$(ls -l "$out"/*.$machine.rpm | awk '{print $NF, $5}')"
