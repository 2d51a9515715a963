#!/bin/sh
# Makes the pictures beside this script and their truth, by opj_compress and opj_decompress 2.5.0 (libopenjp2-tools of
# Debian 12):  sh make.sh
# The face is nobody's: draw.go makes it of ellipses and noise.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$PWD
go build -o "$work/draw" draw.go
cd "$work"
make() { # name source options …
  name=$1 source=$2
  shift 2
  opj_compress -i "$source" -o "$here/$name" "$@" > log || { cat log; exit 1; }
}
truth() { opj_decompress -i "$here/$1" -o "$here/${1%.*}.png" > log || { cat log; exit 1; }; }

./draw 413 531
make passport.jp2 face.ppm -I -r 33 # 413×531, what a passport holds; only its digest is kept (photo_test.go)
./draw 102 126
make rct-lossless.j2k face.ppm
make ict-layers-tiles.jp2 face.ppm -I -r 60,30,15 -p RPCL -SOP -EPH -t 64,64 -n 4
make grey-styles-offset.jp2 face.pgm -I -r 8 -M 63 -b 32,32 -d 3,5
make ycc420.jp2 face.raw -F 102,126,3,8,u@1x1:2x2:2x2 -mct 0
make grey-lossless.j2k face.pgm
make ict-lossy.j2k face.ppm -I -r 20
make no-mct-precincts.jp2 face.ppm -r 12 -mct 0 -c '[128,128],[64,64]' -p PCRL -b 32,32 -n 4
make roi-one-resolution.jp2 face.ppm -r 6 -ROI c=0,U=8 -n 1
for f in rct-lossless.j2k ict-layers-tiles.jp2 grey-styles-offset.jp2 ycc420.jp2 grey-lossless.j2k ict-lossy.j2k \
  no-mct-precincts.jp2 roi-one-resolution.jp2; do truth $f; done

mkdir -p "$here/tiny" # what fuzzing starts from
./draw 16 20
make tiny/ict.j2k face.ppm -I -r 20 -n 2
make tiny/rct-tiles.jp2 face.ppm -r 20 -t 16,16 -n 2 -b 16,16
make tiny/grey-styles.j2k face.pgm -r 8 -M 63 -n 2

# 1900 tiles that claim 65535 layers each: without a limit, minutes of work for 28 kB.
{ printf 'P5\n1200 1600\n255\n'; head -c 1920000 /dev/zero | tr '\0' '\200'; } > flat.pgm
mkdir -p "$here/hostile"
make hostile/costly.j2k flat.pgm -t 32,32 -n 1
printf '\377\377' | dd of="$here/hostile/costly.j2k" bs=1 seek=51 conv=notrunc 2> log

opj_decompress -i "$here/passport.jp2" -o passport.ppm > log
tail -c $((413 * 531 * 3)) passport.ppm | sha256sum
