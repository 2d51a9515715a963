#!/bin/sh
# The recipe for macOS, for a Mac with Xcode's command line tools and Go:  sh packaging/macos.sh OUTDIR
# NOT RUN by this project: it has no Mac, and what leaves a Mac must be signed and notarised with a certificate of one's own.
set -eu
cd "$(dirname "$0")/.."
. packaging/deps.sh
[ "$(uname -s)" = Darwin ] || stop "this runs on a Mac"
. packaging/meta.sh
out=$1
bundle=$out/$app_name.app
mkdir -p "$bundle/Contents/MacOS" "$bundle/Contents/Resources"
CGO_ENABLED=1 release -tags migrated_fynedo,no_emoji -o "$bundle/Contents/MacOS/bangban" .
CGO_ENABLED=1 release -o "$bundle/Contents/MacOS/bangbanctl" ./app/cmd/bangbanctl
fill packaging/macos/Info.plist > "$bundle/Contents/Info.plist"
mkdir -p "$out/icon.iconset"
for n in 128 256 512; do sips -z $n $n assets/icon.png --out "$out/icon.iconset/icon_${n}x$n.png"; done
iconutil -c icns -o "$bundle/Contents/Resources/icon.icns" "$out/icon.iconset"
say "$bundle; now: codesign --options runtime --sign NAME, notarytool submit, stapler staple"
