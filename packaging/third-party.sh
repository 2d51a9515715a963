#!/bin/sh
# Writes THIRD-PARTY: the licence of every module that is linked into the two programs, and of the fonts.
# Run it after go.mod changed:  sh packaging/third-party.sh
set -eu
cd "$(dirname "$0")/.."
out=THIRD-PARTY
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
{
  for tags in migrated_fynedo ci,migrated_fynedo; do
    for os in linux windows; do
      CGO_ENABLED=$([ "$os" = linux ] && echo 1 || echo 0) GOOS=$os \
        go list -e -deps -tags "$tags" -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' . ./app/cmd/bangbanctl
    done
  done
} | LC_ALL=C sort -u | awk 'NF==3' > "$tmp"
{
  echo "Bangban is licensed under the Apache License 2.0 (LICENSE). It contains the following works of others."
  echo "Made by packaging/third-party.sh from the module graph; do not edit."
  while read -r path version dir; do
    printf '\n================================================================================\n%s %s\n\n' "$path" "$version"
    found=
    for f in LICENSE LICENSE.md LICENSE.txt LICENCE COPYING COPYING.txt License license.md; do
      if [ -f "$dir/$f" ]; then cat "$dir/$f"; found=1; break; fi
    done
    if [ -z "$found" ]; then echo "packaging/third-party.sh: $path $version has no licence file" >&2; exit 1; fi
  done < "$tmp"
  for f in assets/fonts/OFL-*.txt assets/LICENSE-*.txt cardreader/photo/jp2/LICENSE-*.txt; do
    printf '\n================================================================================\n%s\n\n' "$(basename "$f" .txt)"
    cat "$f"
  done
} > "$out"
echo "THIRD-PARTY: $(wc -l < "$tmp") modules, the fonts and the JPEG 2000 decoder"
