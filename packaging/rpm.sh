#!/bin/sh
# Builds the packages of the Fedora and openEuler/Kylin families:  sh packaging/rpm.sh OUTDIR [amd64|arm64]
# Any Linux with Go and the C compiler will do; the needs are the sonames that the programs are linked with, as rpm writes them.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
. packaging/meta.sh
. packaging/stage.sh
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
sonames() { for f in "$@"; do readelf -d "$f"; done | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' | sort -u; }
DEPENDS=$(sonames "$stage/bangban" "$stage/bangbanctl" | sed 's/.*/"&()(64bit)"/' | paste -sd, -)
case $DEPENDS in *libGL* ) ;; *) stop "the window is linked without OpenGL: $DEPENDS" ;; esac
DEPENDS="$DEPENDS, \"shadow-utils\""
RECOMMENDS='"pcsc-lite", "cups"'
SUGGESTS='"speech-dispatcher"'
export DEPENDS RECOMMENDS SUGGESTS
case $ARCH in amd64) machine=x86_64 ;; *) machine=aarch64 ;; esac
nfpm packaging/linux/counter.yaml rpm "$out/bangban-$app_version-1.$machine.rpm"
DEPENDS='"shadow-utils"'
nfpm packaging/linux/server.yaml rpm "$out/bangban-server-$app_version-1.$machine.rpm"
say "$(ls -l "$out"/*.$machine.rpm | awk '{print $NF, $5}')"
