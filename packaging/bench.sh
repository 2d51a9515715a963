#!/bin/sh
# Measures the way from the claims to the signed paper, and beside it in the same run the comparable work in node with the
# parts of @mosip/pixelpass, qrcode and pdf-lib. Prints one table. BANGBAN_NODE_MODULES names a folder that has them;
# without it they are installed into a folder that is thrown away, and left out, saying so, where that cannot be done.
set -eu
cd "$(dirname "$0")/.."
times=${1:-20x}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench() {
  CGO_ENABLED=0 go test -tags ci,migrated_fynedo -run '^$' -bench "$2" -benchtime "$times" -benchmem "$1" | awk '/^Benchmark/ {
    for (i = 3; i < NF; i += 2) of[$(i + 1)] = $i
    printf "%-34s %10.2f ms %10d B %8d allocs\n", $1, of["ns/op"] / 1e6, of["B/op"], of["allocs/op"] }'
}
bench ./app/voucher '^BenchmarkSignEncode$|^BenchmarkEncodeFace$'
bench ./print '^BenchmarkEncode$|^BenchmarkSheetToPDF$|^BenchmarkSignPDF$|^BenchmarkRaster$'
bench ./app/station '^BenchmarkIssue$'
command -v node > /dev/null || { echo "node is not installed: nothing beside it"; exit 0; }
modules=${BANGBAN_NODE_MODULES:-}
if [ -z "$modules" ]; then
  npm install --silent --no-audit --no-fund --prefix "$work" @mosip/pixelpass@0.6.0 qrcode@1.5.4 pdf-lib@1.17.1 @pdf-lib/fontkit@1.1.1 > "$work/log" 2>&1 ||
    { echo "the node packages cannot be installed here: nothing beside it"; exit 0; }
  modules=$work/node_modules
fi
NODE_PATH=$modules node packaging/web/bench.cjs assets/fonts/NotoSansSC_400Regular.ttf "${times%x}"
