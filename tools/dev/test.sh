# ./dev test

quick=
selection=()
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=1 ;;
    -R | -L | -E | -LE) value_of "$1" $#; selection+=("$1" "$2"); shift ;;
    -h | --help)
      cat <<'HELP'
./dev test [--quick] [-R NAMES] [-E NAMES] [-L LABEL] [-LE LABEL]

Builds what users run (release) and tests it: the modules' unit tests, the checks of the tree, and
the tests against a real Hadoop cluster (label `integration`), which is started for them and taken
down again, whatever happens. Ends with ctest's own closing lines.

  --quick     without the tests that start Hadoop daemons
  -R NAMES    only tests whose name matches this regular expression; -E leaves them out
  -L LABEL    only tests with this label (a module's name, integration, tools); -LE leaves them out

  ./dev test -R block_reader
  ./dev test -L hdfs
HELP
      exit ;;
    *) wrong_option "$1" ;;
  esac
  shift
done
[ -z "$quick" ] || selection+=(-LE 'integration|daemons')

cd "$HOWDAH_ROOT"
"$HOWDAH_ROOT/dev" build
build=build/release
export HOWDAH_BIN=$HOWDAH_ROOT/$build/bin

# Does the selection hold a test that wants the cluster?
wants_cluster() {
  ctest --test-dir "$build" --show-only=json-v1 "${selection[@]}" |
    python3 -c '
import json, sys
tests = json.load(sys.stdin)["tests"]
labels = {label for test in tests for entry in test.get("properties", [])
          if entry["name"] == "LABELS" for label in entry["value"]}
sys.exit("integration" not in labels)'
}

cluster=test-$$
if wants_cluster; then
  # What a killed run left behind.
  for left in "$HOWDAH_CACHE"/clusters/test-*; do
    pid=${left##*/test-}
    if [[ $pid =~ ^[0-9]+$ && ! -d /proc/$pid ]]; then
      python_tool cluster down --name "test-$pid"
    fi
  done
  trap 'python_tool cluster down --name "$cluster"' EXIT
  trap 'exit 130' INT TERM HUP
  python_tool cluster up --name "$cluster"
  exports=$(python_tool cluster env --name "$cluster")
  eval "$exports"
fi
ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$(nproc)" "${selection[@]}"
