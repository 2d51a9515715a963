# Headers and libraries of another architecture, unpacked under dist/cross-ARCH. Sourced by deb.sh and rpm.sh; exports CC and
# the way to pkg-config. Nothing of it is installed and nothing of it runs.
# shellcheck shell=sh
[ "$ARCH" = arm64 ] || stop "there is a cross compiler for arm64 only"
install_deb gcc-aarch64-linux-gnu libc6-dev-arm64-cross debootstrap
sysroot=$PWD/dist/cross-$ARCH
if [ ! -f "$sysroot/.complete" ]; then
  say "fetching headers and libraries for $ARCH"
  rm -rf "$sysroot"
  mkdir -p "$sysroot"
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  as_root debootstrap --foreign --arch="$ARCH" --variant=minbase \
    --include=libc6-dev,libgl-dev,libegl-dev,libx11-dev,libxcursor-dev,libxi-dev,libxinerama-dev,libxrandr-dev,libxxf86vm-dev,libxkbcommon-dev,libpcsclite-dev \
    "$suite" "$sysroot" "${BANGBAN_MIRROR:-http://deb.debian.org/debian}" > "$sysroot.log" 2>&1 || { tail -n 5 "$sysroot.log" >&2; stop "no headers for $ARCH"; }
  for deb in "$sysroot"/var/cache/apt/archives/*.deb; do as_root dpkg-deb -x "$deb" "$sysroot"; done
  # dpkg-shlibdeps reads which library is whose from here.
  as_root mkdir -p "$sysroot/var/lib/dpkg/info"
  for deb in "$sysroot"/var/cache/apt/archives/*.deb; do
    name=$(dpkg-deb -f "$deb" Package)
    for list in shlibs symbols; do
      as_root sh -c "dpkg-deb -I '$deb' $list > '$sysroot/var/lib/dpkg/info/$name:$ARCH.$list' 2>/dev/null || rm -f '$sysroot/var/lib/dpkg/info/$name:$ARCH.$list'"
    done
    as_root sh -c "dpkg-deb -c '$deb' | awk '{print \$6}' | sed 's/^\\.//; s|/\$||' > '$sysroot/var/lib/dpkg/info/$name:$ARCH.list'"
    as_root sh -c "{ dpkg-deb -f '$deb'; echo 'Status: install ok installed'; echo; } >> '$sysroot/var/lib/dpkg/status'"
  done
  as_root touch "$sysroot/.complete"
fi
triple=aarch64-linux-gnu
CC="$triple-gcc --sysroot=$sysroot"
PKG_CONFIG_SYSROOT_DIR=$sysroot
PKG_CONFIG_LIBDIR=$sysroot/usr/lib/$triple/pkgconfig:$sysroot/usr/share/pkgconfig
export CC PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_LIBDIR
libraries="-l$sysroot/usr/lib/$triple -l$sysroot/lib/$triple --admindir=$sysroot/var/lib/dpkg"
