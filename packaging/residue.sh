#!/bin/sh
# Looks for what the specimens carry (names and numbers of invented people) in folders after a visit:
#   sh packaging/residue.sh DIR…
# Exits non-zero when something is found, or when a planted control is not found.
#   sh packaging/residue.sh --memory PID [SPECIMEN]
# looks into the memory of a running counter once nobody is served: nothing of the card's files, its machine readable zone,
# the portrait or a PDF may be there. What the toolkit still holds of the person's words is counted; with STRINGS=none it
# must be nothing, which is so after half a minute (Fyne keeps the sizes of words for 20 s). The image is every page in memory
# that is the program's own, read while it stands still: what gcore writes, less the gigabytes that were never touched.
# The counter must have been started with BANGBAN_PLANTED set to a word: that word must be found. In training a simulated
# card lies in the same process and is the card, not a copy of it: lift it (Shift+F4) before.
#   sh packaging/residue.sh --pixels NAME WxH+X+Y FILE
# notes rows of the picture that stands there on the screen, for --memory with PIXELS=FILE: as the toolkit draws them they may
# not be there any more, in no order of red, green and blue. With SEEN=1 they must be, which is the control.
# SCALAR=FILE: a locked counter may not hold the voucher key, whose scalar stands in FILE in hex (app/keys TestScalarForResidue).
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = --pixels ]; then
  import -silent -window root -crop "$3" +repage -depth 8 rgb:- | python3 -c '
import sys
name, width = sys.argv[1], int(sys.argv[2].split("x")[0])
dots = sys.stdin.buffer.read()
rows = [dots[at:at + 3 * width] for at in range(0, len(dots), 3 * width)]
rows = sorted({r for r in rows if len({r[i:i + 3] for i in range(0, len(r), 3)}) >= 12}, key=lambda r: -len(set(r)))[:8]
if len(rows) < 4:
    sys.exit(f"residue: no picture is seen where {name} should be")
for r in rows:
    print(name, r.hex())' "$2" "$3" >> "$4"
  exit
fi
if [ "${1:-}" = --memory ]; then
  pid=$2 specimen=assets/specimens/${3:-emrtd}.json
  # Opening it is what asks the system: being root is not enough in every container.
  { true < "/proc/$pid/mem" && true < "/proc/$pid/pagemap"; } 2> /dev/null || { echo "residue: skipped: no right to look into the memory of $pid"; exit 0; }
  python3 - "$pid" "$specimen" "$(tr '\0' '\n' < "/proc/$pid/environ" | sed -n 's/^BANGBAN_PLANTED=//p')" "${STRINGS:-count}" << 'PYTHON'
import base64, json, os, signal, struct, sys
pid, specimen, planted, strings = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]

# A page of a mapped file that was never written is the file, not memory: bit 61 of its entry (Linux
# Documentation/admin-guide/mm/pagemap.rst). Bits 62 and 63: swapped, present.
def image():
    out, page = [], os.sysconf("SC_PAGE_SIZE")
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem, open(f"/proc/{pid}/pagemap", "rb") as pagemap:
        for line in maps.readlines():
            span, perms, _, _, inode, *path = line.split(None, 5)
            if "r" not in perms or path and path[0].startswith(("[v", "/dev/")):
                continue
            screen = bool(path) and "SYSV" in path[0]  # what is handed to the X server: shared, but ours
            start, end = (int(x, 16) for x in span.split("-"))
            pagemap.seek(start // page * 8)
            run = bytearray()
            for n, (entry,) in enumerate(struct.iter_unpack("<Q", pagemap.read((end - start) // page * 8))):
                got = b""
                if entry >> 62 & 3 and (screen or not (entry >> 61 & 1 and inode != "0")):
                    try:
                        mem.seek(start + n * page)
                        got = mem.read(page)
                    except OSError:
                        pass
                if got:
                    run += got
                elif run:
                    out.append(bytes(run))
                    run = bytearray()
            out.append(bytes(run))
    return out

os.kill(pid, signal.SIGSTOP)
try:
    memory = image()
finally:
    os.kill(pid, signal.SIGCONT)

def count(what, unless=b""):
    n = 0
    for part in memory:
        at = part.find(what)
        while at >= 0:
            n += not unless or not part[:at].endswith(unless)
            at = part.find(what, at + 1)
    return n

def coded(text):
    return [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("utf-32-le")]

card = json.load(open(specimen))
truth = card["truth"]
bad = []
def none(name, n):
    print(f"residue: {name}: {n}")
    if n:
        bad.append(name)

print(f"residue: {sum(map(len, memory)) >> 20} MB of memory")
if not planted or not count(planted.encode()):
    sys.exit("residue: the planted word was not found in memory")
print("residue: planted word:", count(planted.encode()))
for d in card.get("dirs", []):
    for name, b64 in d["files"].items():
        body = base64.b64decode(b64)
        part = body[len(body) // 2:len(body) // 2 + 48]
        if len(body) >= 64 and not part.isascii():  # what is typed, the machine readable zone, is among the words below
            none(f"file {name} of the card", count(part))
none("PDF", count(b"%PDF-1."))

def drawn(rgb):  # a row as textures, buffers and pictures for the screen hold it
    dots = [rgb[i:i + 3] for i in range(0, len(rgb), 3)]
    return [b"".join(d + b"\xff" for d in dots)] + [b"".join(d[::-1] + last for d in dots) for last in (b"\xff", b"\0")]

pictures = {}
for line in open(os.environ["PIXELS"]) if os.environ.get("PIXELS") else []:
    name, row = line.split()
    pictures.setdefault(name, []).append(sum(count(form) for form in drawn(bytes.fromhex(row))))
for name, rows in pictures.items():
    if os.environ.get("SEEN"):
        print(f"residue: rows of the {name} while it is shown: {sum(map(bool, rows))} of {len(rows)}, {sum(rows)} times")
        if not any(rows):
            bad.append(f"control: the {name} is shown and not found")
    else:
        none(f"rows of the {name}", sum(rows))
if os.environ.get("SCALAR"):
    scalar = bytes.fromhex(open(os.environ["SCALAR"]).read())
    held = count(scalar) + count(scalar[::-1])  # as bytes, and as the words of a number
    if os.environ.get("SEEN"):
        print("residue: voucher key while a clerk is logged in:", held)
        if not held:
            bad.append("control: the voucher key is open and not found")
    else:
        none("voucher key", held)
if os.environ.get("SEEN"):
    sys.exit(f"residue: {bad[-1]}" if bad and bad[-1].startswith("control") else 0)
# The titles of specimens in the list of a training counter hold names too, each after a colon.
words = [w for line in card.get("mrz", []) for w in coded(line.strip("<")[:30])]
full = truth.get("full_name") or f"{truth['surname']} {truth['given_names']}"
words += [w for w in coded(truth.get("number", "")) if w] + coded(full)
held = sum(count(w, b": ") for w in words)
print("residue: words of the person that the toolkit holds:", held)
if strings == "none" and held:
    bad.append("words")
sys.exit(f"residue: found in memory: {', '.join(bad)}" if bad else 0)
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
