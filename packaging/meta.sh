# Name, id, version and words of the program, from FyneApp.toml alone. Sourced by the package scripts.
# shellcheck shell=sh

# toml KEY: the text or number behind the first KEY of FyneApp.toml.
toml() { sed -nE "s/^$1 *= *\"?([^\"]*)\"?\$/\1/p" FyneApp.toml | head -n 1; }

app_name=$(toml Name)
app_id=$(toml ID)
app_version=$(toml Version)
app_icon=$(toml Icon)
app_site=$(toml Website)
app_generic=$(toml GenericName)
app_comment=$(toml Comment)
for meta in "$app_name" "$app_id" "$app_version" "$app_icon" "$app_site" "$app_generic" "$app_comment"; do
  [ -n "$meta" ] || stop "FyneApp.toml lacks a name, an id, a version, an icon, a website or words"
done
export app_name app_id app_version app_icon app_site app_generic app_comment

# One moment for every file of a package: that of the commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}
export SOURCE_DATE_EPOCH
app_date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)

# fill FILE: a template with @NAME@, @ID@, @VERSION@, @DATE@, @SITE@, @GENERIC@, @COMMENT@ filled in, on standard output.
fill() {
  sed -e "s|@NAME@|$app_name|g" -e "s|@ID@|$app_id|g" -e "s|@VERSION@|$app_version|g" -e "s|@DATE@|$app_date|g" \
    -e "s|@SITE@|$app_site|g" -e "s|@GENERIC@|$app_generic|g" -e "s|@COMMENT@|$app_comment|g" "$1"
}

# nfpm RECIPE PACKAGER TARGET: the packer, a Go tool by exact version, so that nothing is installed. ${NAMES} in the recipe are
# filled in from the environment.
nfpm() {
  set -- "$1" "$2" "$3" "$(mktemp)"
  case $2 in
  deb) sed '/^license:/d' "$1" > "$4" ;; # not a field of Debian's
  *) cp "$1" "$4" ;;
  esac
  for filled in ARCH app_version app_site app_id BUILT STAGE UDEV ZSH DEPENDS RECOMMENDS SUGGESTS; do
    eval "filling=\${$filled:-}"
    sed -i "s;\${$filled};$filling;g" "$4"
  done
  if ! GOOS='' GOARCH='' CC='' CGO_ENABLED=0 nice go run -p 2 github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.43.4 package --config "$4" --packager "$2" --target "$3" > "$4.log" 2>&1; then
    cat "$4.log" >&2
    stop "$3 was not packed"
  fi
  rm -f "$4" "$4.log"
}

# The flags of every release build: no path of this machine in it, the commit where there is a repository.
release() { nice -n 5 go build -p 2 -trimpath -buildvcs=auto -ldflags '-s -w' "$@"; }
