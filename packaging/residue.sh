#!/bin/sh
# Looks for what the specimens carry (names and numbers of invented people) in folders after a visit:
#   sh packaging/residue.sh DIR…
# Exits non-zero when something is found, or when a planted control is not found.
#   sh packaging/residue.sh --memory PID [SPECIMEN]
# looks into the memory of a running counter (gcore) once nobody is served: nothing of the card's files, the portrait or a
# PDF may be there; the person's name, which the toolkit may hold for a while, is counted. The counter must have been
# started with BANGBAN_PLANTED set to a word: that word must be found. In training the simulated card lies in the same
# process and is the card, not a copy of it: lift it (Shift+F4) before, and its own table is told apart by its Base64.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = --memory ]; then
  pid=$2 specimen=assets/specimens/${3:-emrtd}.json
  dump=$(mktemp -d)
  trap 'rm -rf "$dump"' EXIT
  gcore -o "$dump/core" "$pid" > "$dump/log" 2>&1 || { echo "residue: gcore: $(tail -n 1 "$dump/log")" >&2; exit 1; }
  python3 - "$dump/core.$pid" "$specimen" "$(tr '\0' '\n' < "/proc/$pid/environ" | sed -n 's/^BANGBAN_PLANTED=//p')" << 'PYTHON'
import base64, json, mmap, sys
core, specimen, planted = sys.argv[1:]
with open(core, "rb") as f:
    memory = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
def count(what):
    n, at = 0, memory.find(what)
    while at >= 0:
        n, at = n + 1, memory.find(what, at + 1)
    return n
card = json.load(open(specimen))
bad = 0
def none(name, n):
    global bad
    print(f"residue: {name}: {n}")
    bad += n > 0
if not planted or not count(planted.encode()):
    sys.exit("residue: the planted word was not found in memory")
print("residue: planted word:", count(planted.encode()))
for d in card.get("dirs", []):
    for name, b64 in d["files"].items():
        body = base64.b64decode(b64)
        if len(body) >= 64:
            none(f"file {name} of the card", count(body[len(body) // 2:len(body) // 2 + 48]))
none("machine readable zone", sum(count(line.encode()) for line in card.get("mrz", [])))
none("PDF", count(b"%PDF-1.7\n") + count(b"%PDF-1.4\n") + count(b"%PDF-1.3\n"))
truth = card["truth"]
print("residue: name held by the toolkit:", count(f"{truth['surname']} {truth['given_names']}".encode()) + count(truth["given_names"].encode()))
sys.exit(1 if bad else 0)
PYTHON
  exit
fi
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
