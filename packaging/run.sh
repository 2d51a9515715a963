#!/bin/sh
# Installs what is missing, builds the counter and opens it in training mode:  sh packaging/run.sh [DATA-FOLDER]
# It asks nothing, may be run again at any time, and prints what it does.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh

need_go
case $(family) in
deb) install_deb ca-certificates gcc libc6-dev pkg-config libgl1-mesa-dev xorg-dev libxkbcommon-dev libpcsclite-dev pcscd libgl1 x11-xserver-utils ;;
rpm) install_rpm ca-certificates gcc pkgconf-pkg-config mesa-libGL-devel libX11-devel libXcursor-devel libXrandr-devel libXinerama-devel libXi-devel \
       libXxf86vm-devel libxkbcommon-devel pcsc-lite-devel pcsc-lite ;;
*)   say "no apt-get and no dnf here: install a C compiler, the X11 and OpenGL headers and pcsc-lite by hand; trying to build anyway" ;;
esac

data=${1:-${XDG_DATA_HOME:-$HOME/.local/share}/bangban-training}
mkdir -p dist
say "building the counter (the first time takes some minutes)"
go build -p 2 -tags x11,migrated_fynedo,no_emoji -o dist/bangban .
go build -p 2 -o dist/bangbanctl ./app/cmd/bangbanctl
say "training counter; its data folder is $data"
if [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ]; then
  stop "built dist/bangban, but there is no display to open it on. Log in at a desktop and run this again."
fi
exec dist/bangban --training --data "$data"
