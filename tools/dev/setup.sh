# ./dev setup

quiet=
while [ $# -gt 0 ]; do
  case $1 in
    --quiet) quiet=1 ;;
    -h | --help)
      cat <<'HELP'
./dev setup [--quiet]

Makes this machine ready: installs the Debian packages of third_party/debian.txt (as root),
downloads libtorch (539 MB, of which 0.6 GB unpacked are kept), Arrow (51 MB), the Python packages that
tests read results with (80 MB), onnxruntime (28 MB), the example's flights (9 MB) and Hadoop's jars (120 MB) into the
cache. Everything is pinned by version and SHA-256. Interrupted, it goes on where it stopped;
complete, it returns at once.

The cache is HOWDAH_CACHE, or XDG_CACHE_HOME/howdah, or ~/.cache/howdah.
HELP
      exit ;;
    *) wrong_option "$1" ;;
  esac
  shift
done

packages() { sed -n 's/^\([a-z0-9][^ ]*\) .*/\1/p' "$HOWDAH_ROOT/third_party/debian.txt"; }

missing_packages() {
  local installed
  # shellcheck disable=SC2046
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $(packages) 2>/dev/null |
    sed -n 's/ installed$//p') || :
  comm -23 <(packages | sort) <(sort -u <<<"$installed")
}

# apt-get writes hundreds of lines: they go to a log, of which the user sees errors only.
install_packages() {
  local log=$HOWDAH_CACHE/apt.log
  mkdir -p "$HOWDAH_CACHE"
  echo "installing Debian packages: $*"
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
  "${get[@]}" install -y --no-install-recommends "$@" >"$log" 2>&1 && return
  # Perhaps the package lists are missing or old.
  if "${get[@]}" update >"$log" 2>&1 &&
    "${get[@]}" install -y --no-install-recommends "$@" >>"$log" 2>&1; then
    return
  fi
  die "apt-get failed: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log"): all of it is in $log"
}

command -v dpkg-query >/dev/null ||
  die "this is not Debian: ./dev setup knows Debian 12 only; third_party/debian.txt lists what to install"
missing=$(missing_packages | tr '\n' ' ')
missing=${missing% }
if [ -n "$missing" ]; then
  if [ "$(id -u)" -ne 0 ]; then
    die "Debian packages are missing: run  sudo apt-get install -y --no-install-recommends $missing  and then ./dev ${HOWDAH_VERB:-setup} again"
  fi
  # shellcheck disable=SC2086
  install_packages $missing
fi

python_tool setup
python_tool cluster fetch
[ -n "$quiet" ] || echo "everything is set up (cache: $HOWDAH_CACHE)"
