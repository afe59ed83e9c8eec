# Root file systems of the Raspberry Pi's kind on an x86-64 Debian, for `run` and `count` to source.
#
# ready_tools            what is needed of this machine: packages, binfmt_misc
# make_root ROOT         bookworm-arm64, trixie-arm64 or bookworm-armhf; a finished one is kept
# in_root ROOT CMD...    run CMD in it, as a board would: nothing stays mounted afterwards
#
# They are outside the tree, in $ROOTS. Debian is not Raspberry Pi OS: what comes from Raspberry
# Pi's own archive (picamera2, its libcamera) is not there.

ROOTS=${CAMDIGITS_PI_ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/camdigits-pi}
# What the README has apt install, less picamera2; gcc makes the tests' webcam.
PACKAGES=('?essential' ca-certificates python3 python3-venv python3-opencv python3-numpy gcc libc6-dev)
APT=('Acquire::Check-Valid-Until "false"' 'APT::Install-Recommends "false"' 'Acquire::Languages "none"')

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }

ready_tools() {
    [ "$(id -u)" = 0 ] || { echo "tests/pi: wanted root (chroot, binfmt_misc), got $(id -un)" >&2; return 2; }
    # First: qemu-user-static's installation registers its formats only where this is mounted.
    [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    local missing=() package
    for package in qemu-user-static qemu-user binfmt-support mmdebstrap debian-archive-keyring arch-test gcc libc6-dev python3-venv; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    if [ ${#missing[@]} != 0 ]; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
    update-binfmts --import >/dev/null 2>&1 || true  # they are gone after a reboot
    arch-test arm64 >/dev/null && arch-test armhf >/dev/null ||
        { echo "tests/pi: qemu cannot be registered with the kernel (binfmt_misc)" >&2; return 2; }
}

mirror() {
    { sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources
      sed -n 's/^deb \(\[[^]]*\] \)\?\(http[^ ]*\).*/\2/p' /etc/apt/sources.list; } 2>/dev/null | head -n 1
}

# What the packages' scripts would have done, as far as Python and OpenCV need it.
settle() {
    local root=$1 folder
    cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
    cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
    mkdir -p "$root/etc/ssl/certs" "$root"/{tmp,proc,sys,dev,root,mnt}
    chmod 1777 "$root/tmp"
    for folder in "$root"/usr/lib/*/{blas,lapack}; do
        echo "${folder#"$root"}" >>"$root/etc/ld.so.conf.d/alternatives.conf"
    done
    chroot "$root" /sbin/ldconfig
}

make_root() {
    local root=$ROOTS/$1 suite=${1%-*} arch=${1#*-}
    case $1 in bookworm-arm64 | trixie-arm64 | bookworm-armhf) ;;
        *) echo "tests/pi: wanted bookworm-arm64, trixie-arm64 or bookworm-armhf, got $1" >&2; return 2 ;;
    esac
    if [ ! -e "$root" ]; then
        say "$1: fetching and unpacking Debian's packages"
        mkdir -p "$ROOTS"
        rm -rf --one-file-system "$root.part"
        # Unpacked by this machine, not installed by the emulated one: minutes in place of an hour.
        mmdebstrap --quiet --arch="$arch" --variant=extract "${APT[@]/#/--aptopt=}" \
            --setup-hook='for d in bin sbin lib; do mkdir -p "$1/usr/$d" && ln -s "usr/$d" "$1/$d"; done' \
            "${PACKAGES[@]/#/--include=}" "$suite" "$root.part" "$(mirror)" || return
        settle "$root.part" || return
        mv "$root.part" "$root"
    fi
    # Name service, certificates and pip's settings: registries are reached as this machine does.
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    [ ! -e /etc/pip.conf ] || cp -L /etc/pip.conf "$root/etc/"
    python3 "$HERE/fake_board.py" "$ROOTS/boards"
}

# BOARD pi3, pi4 (default) or pi5; SHARE a folder that is /mnt in the root; QEMU another qemu, by its
# path in there; GUEST_ENV more of "NAME=VALUE".
in_root() {
    local root=$ROOTS/$1 board=${BOARD:-pi4} cpu
    case ${1#*-}-$board in  # qemu-arm knows none of these processors
        armhf-*) cpu= ;; *-pi3) cpu=cortex-a53 ;; *-pi4) cpu=cortex-a72 ;; *-pi5) cpu=cortex-a76 ;;
        *) echo "tests/pi: wanted BOARD pi3, pi4 or pi5, got $board" >&2; return 2 ;;
    esac
    shift
    # LiteRT reads the processor from /proc and /sys; qemu shows the host's, and it crashes.
    # $-expressions in the quoted script are the inner shell's.
    # shellcheck disable=SC2016
    root=$root boards=$ROOTS/boards/$board share=${SHARE:-$ROOTS/share} unshare -m --propagation private bash -ec '
        mkdir -p "$share" "$root/mnt"
        mount -t proc proc "$root/proc" 2>/dev/null || mount --bind /proc "$root/proc"
        mount --bind /dev "$root/dev"
        mount --bind "$boards/cpuinfo" "$root/proc/cpuinfo"
        mount --bind "$boards/sys" "$root/sys"
        mount --bind "$share" "$root/mnt"
        exec env -i HOME=/root PATH=/opt/camdigits/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
            TERM=dumb '"${cpu:+QEMU_CPU=$cpu}"' '"${GUEST_ENV:-}"' chroot "$root" "$@"' pi ${QEMU:-} "$@"
}

# The wheel, as `pip install .` in a checkout would make it for the system's OpenCV.
build_wheel() {
    local into=$ROOTS/share/wheel
    [ -x "$ROOTS/x86/bin/pip" ] || python3 -m venv "$ROOTS/x86"
    rm -rf "$into"
    CAMDIGITS_OPENCV=none SOURCE_DATE_EPOCH=1700000000 "$ROOTS/x86/bin/pip" wheel -q --no-deps -w "$into" "$HERE/../.."
}

# The README's Pi section: a venv that sees Debian's OpenCV and NumPy; "numpy<2" where those want it.
install_wheel() {
    local pins=() venv=$ROOTS/$1/opt/camdigits wheel
    wheel=$(echo "$ROOTS"/share/wheel/*.whl)
    ! cmp -s "$wheel" "$venv/camdigits.whl" || return 0
    case $1 in bookworm-*) pins=('numpy<2') ;; esac
    [ -e "$venv/bin/pip" ] || in_root "$1" python3 -m venv --system-site-packages /opt/camdigits
    rm -rf "$venv"/lib/python3*/site-packages/camdigits*  # the version's name may be the same
    in_root "$1" /opt/camdigits/bin/pip install -q --no-compile --only-binary=:all: \
        "/mnt/wheel/$(basename "$wheel")" ${pins[@]+"${pins[@]}"}
    cp "$wheel" "$venv/camdigits.whl"
}
