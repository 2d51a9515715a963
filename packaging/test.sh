#!/bin/sh
# Installs the test parts and runs every test:  sh packaging/test.sh [--full]
# It asks nothing, may be run again at any time, and prints what it does. Servers are started on free loopback ports or
# private sockets and stopped again.
#   --full   also the long ones, and one table at the end
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
full=
[ "${1:-}" = --full ] && full=1

need_go
case $(family) in
deb) install_deb ca-certificates gcc libc6-dev pkg-config libgl1-mesa-dev xorg-dev libxkbcommon-dev libpcsclite-dev pcscd vsmartcard-vpcd \
       xvfb xdotool openbox x11-utils imagemagick poppler-utils zbar-tools strace procps libgl1-mesa-dri \
       cups cups-client cups-ipp-utils avahi-daemon dbus libnss3-tools mupdf-tools qpdf iproute2 \
       postgresql nats-server softhsm2 swtpm openssl curl espeak-ng fonts-hanazono nodejs python3-cryptography binutils ;;
rpm) install_rpm ca-certificates gcc pkgconf-pkg-config mesa-libGL-devel libX11-devel libXcursor-devel libXrandr-devel libXinerama-devel libXi-devel \
       libXxf86vm-devel libxkbcommon-devel pcsc-lite-devel pcsc-lite xorg-x11-server-Xvfb xdotool ImageMagick poppler-utils strace
     say "vsmartcard-vpcd and zbar are not in every rpm family: tests that need them say that they are skipped" ;;
*)   say "no apt-get and no dnf here: tests whose tools are missing say that they are skipped" ;;
esac

began=$(date +%s)
took() { say "$1: $(( $(date +%s) - began )) s since the start"; }
export GOFLAGS="${GOFLAGS:-} -p=2"

say "1/8 formatting and vet"
unformatted=$(gofmt -l $(git ls-files '*.go' 2>/dev/null || find . -name '*.go'))
[ -z "$unformatted" ] || stop "gofmt would change: $unformatted"
CGO_ENABLED=0 go vet -tags ci,migrated_fynedo ./...
took vet

say "2/8 all packages, without C and without X"
CGO_ENABLED=0 go test -tags ci,migrated_fynedo ./...
took "pure Go tests"

say "3/8 with C: readers through the real PC/SC service, keys in a token, portraits in a cage"
go test ./cardreader/pcsc/... ./cardreader/vpcd/... ./cardreader/emrtd/...
go test ./app/keys ./app/institution
go test -run Token ./app/inbox
go test -tags ci,migrated_fynedo -run 'Photo|Portr|Visit' ./app/station
go test -tags ci,migrated_fynedo -run 'ThroughService|CardPhoto|StandsAlone|ModuleTable' ./app/cmd/bangbanctl
took "tests with C"

say "4/8 the whole line on the command line: card, voucher, paper, parcel, receipt"
sh packaging/line.sh
took "the line"

say "5/8 the same by keyboard in the real window"
sh packaging/walk.sh
sh packaging/newcomer.sh
took "the walk"

say "6/8 a real counter from nothing, on keys that nobody else has; the operators' page, command by command"
sh packaging/real.sh
sh packaging/operator.sh
took "the real counter"

say "7/8 the fault matrix of the queue, small counts"
sh packaging/faults.sh
took "the fault matrix"

say "8/8 fuzzing, 4 minutes shared in rotation"
sh packaging/fuzz.sh ${full:+--full}
took fuzzing

if [ -n "$full" ]; then
  say "long tests"
  sh packaging/full.sh
  took "long tests"
fi
say "all tests passed"
