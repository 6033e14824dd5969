# ./dev build

preset=release
targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --preset) value_of "$1" $#; preset=$2; shift ;;
    --preset=*) preset=${1#*=} ;;
    -h | --help)
      cat <<'HELP'
./dev build [--preset release|dev|asan|tsan] [TARGET...]

Compiles with ccache into build/PRESET; setup comes first where something is missing. The programs
lie in build/PRESET/bin: howdah, howdah-data, howdah-train. A TARGET is one of CMake's, for example
hdfs_test.

  ./dev build                          what users run
  ./dev build --preset dev hdfs_test   one module's tests, with debug information
HELP
      exit ;;
    -*) wrong_option "$1" ;;
    *) targets+=("$1") ;;
  esac
  shift
done

case $preset in
  release | dev | asan | tsan) ;;
  *) die "no preset '$preset': release, dev, asan or tsan" 2 ;;
esac
need_setup
cd "$HOWDAH_ROOT"
build=build/$preset
if [ ! -e "$build/build.ninja" ]; then
  mkdir -p "$build"
  if ! cmake --preset "$preset" >"$build/configure.log" 2>&1; then
    tail -n 20 "$build/configure.log" >&2
    die "CMake could not configure: all of it is in $build/configure.log"
  fi
fi
arguments=()
for target in "${targets[@]}"; do arguments+=(--target "$target"); done
cmake --build --preset "$preset" -j "$(build_jobs)" "${arguments[@]}" ||
  die "the build failed: see above"
if [ ${#targets[@]} -eq 0 ] && [ -d "$build/bin" ]; then
  find "$build/bin" -maxdepth 1 -type f -executable | sort
fi
