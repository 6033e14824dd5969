# ./dev lint

fast= tidy= clang= fix=
while [ $# -gt 0 ]; do
  case $1 in
    --fast) fast=1 ;;
    --tidy) tidy=1 ;;
    --clang) clang=1 ;;
    --fix) fix=1 ;;
    -h | --help)
      cat <<'HELP'
./dev lint [--fast] [--fix] [--tidy] [--clang]

Checks the tree: the arrows between modules, the length of files (a warning), clang-format. Exit
code 1 when something is wrong, one line each.

  --fast    without clang-format: under a second
  --fix     let clang-format write
  --tidy    clang-tidy over src/ as well (minutes)
  --clang   compile everything with clang 14 and its thread-safety analysis as well (minutes)
HELP
      exit ;;
    *) wrong_option "$1" ;;
  esac
  shift
done

cd "$HOWDAH_ROOT"
failed=0
sources() { git ls-files -co --exclude-standard -- "$@" | while read -r file; do
  [ -e "$file" ] && echo "$file"; done; }

python_tool lint.arrows "$HOWDAH_ROOT" || failed=1
python_tool lint.length "$HOWDAH_ROOT"
if [ -z "$fast" ]; then
  command -v clang-format-14 >/dev/null || die "clang-format-14 is not installed: run ./dev setup"
  if [ -n "$fix" ]; then
    sources '*.cc' '*.h' | xargs -r clang-format-14 -i
  elif ! sources '*.cc' '*.h' | xargs -r clang-format-14 --dry-run -Werror 2>&1 |
    sed -n 's/: error: code should be clang-formatted.*/: not as clang-format writes it: run .\/dev lint --fix/p' |
    sort -u -t: -k1,1 | { ! grep .; }; then
    failed=1
  fi
fi
if [ -n "$tidy" ]; then
  "$HOWDAH_ROOT/dev" build >/dev/null
  sources 'src/*.cc' | xargs -r -P "$(nproc)" -n 4 \
    clang-tidy-14 -p build/release --quiet --warnings-as-errors='*' 2>/dev/null || failed=1
fi
if [ -n "$clang" ]; then
  need_setup
  cmake -S . -B build/clang -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_C_COMPILER=clang-14 -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_CXX_FLAGS=-Wthread-safety \
    -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache >/dev/null
  cmake --build build/clang -j "$(build_jobs)" || failed=1
fi
[ "$failed" -eq 0 ] && echo "lint: nothing to complain about"
exit "$failed"
