# ./dev bench

list() {
  for file in "$HOWDAH_ROOT"/bench/run_*; do
    [ -x "$file" ] || continue
    name=${file##*/run_}
    printf '  %-16s %s\n' "${name%.*}" "$(sed -n '2,5s/^# \{0,1\}//p;2,5s/^"""\(.*\)$/\1/p' "$file" | head -n 1)"
  done
}

case ${1:-} in
  -h | --help)
    cat <<'HELP'
./dev bench                 lists the benchmarks
./dev bench NAME [options]  builds, runs bench/run_NAME and prints its figures

Each benchmark runs its peer in the same run and prints the ratio. Options go to the benchmark.
HELP
    exit ;;
  "")
    lines=$(list)
    [ -n "$lines" ] || die "bench/ holds no run_NAME yet"
    echo "$lines"
    exit ;;
  -*) wrong_option "$1" ;;
esac
name=$1
shift
for file in "$HOWDAH_ROOT/bench/run_$name" "$HOWDAH_ROOT/bench/run_$name".{sh,py}; do
  if [ -x "$file" ]; then
    "$HOWDAH_ROOT/dev" build
    export HOWDAH_BIN=$HOWDAH_ROOT/build/release/bin
    cd "$HOWDAH_ROOT"
    exec "$file" "$@"
  fi
done
die "no benchmark '$name': ./dev bench lists them" 2
