#!/bin/sh
# Looks for what the specimens carry (names and numbers of invented people) in folders after a visit:
#   sh packaging/residue.sh DIR…
# Exits non-zero when something is found, or when a planted control is not found.
set -eu
cd "$(dirname "$0")/.."
words=$(mktemp)
trap 'rm -f "$words"' EXIT
for f in assets/specimens/emrtd*.json; do
  grep -oE '"(given_names|number)": *"[^"]{6,}"' "$f" | sed -E 's/.*: *"([^"]*)"/\1/'
done | sort -u > "$words"
[ -s "$words" ] || { echo "residue: no words to look for" >&2; exit 1; }
# Each word as UTF-8 and as UTF-16, both byte orders.
look() { # look DIR: prints the files that hold one of the words
  while read -r w; do
    grep -rlaF -- "$w" "$1" 2>/dev/null || true
    for enc in UTF-16LE UTF-16BE; do
      hex=$(printf %s "$w" | iconv -t "$enc" | od -An -v -tx1 | tr -d ' \n' | sed 's/../\\x&/g')
      grep -rlaP -- "$hex" "$1" 2>/dev/null || true
    done
  done < "$words" | sort -u
}
control=$(mktemp -d)
head -n 1 "$words" | tr -d '\n' > "$control/plain"
head -n 1 "$words" | tr -d '\n' | iconv -t UTF-16LE > "$control/wide"
found=$(look "$control" | wc -l)
rm -rf "$control"
[ "$found" = 2 ] || { echo "residue: the planted control was not found ($found of 2)" >&2; exit 1; }
bad=0
for d in "$@"; do
  [ -e "$d" ] || continue
  hits=$(look "$d")
  if [ -n "$hits" ]; then echo "residue: found in: $hits" >&2; bad=1; fi
done
[ "$bad" = 0 ] || exit 1
echo "residue: $(wc -l < "$words") words in $* : nothing; the planted control was found"
