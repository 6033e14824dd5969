# What every verb of ./dev shares: the cache, ccache's settings, one-line errors.

if [ -n "${HOWDAH_CACHE:-}" ]; then
  HOWDAH_CACHE=$(realpath -m "$HOWDAH_CACHE")
elif [ -n "${XDG_CACHE_HOME:-}" ]; then
  HOWDAH_CACHE=$XDG_CACHE_HOME/howdah
else
  HOWDAH_CACHE=${HOME:?HOME is not set: set it or HOWDAH_CACHE}/.cache/howdah
fi
export HOWDAH_CACHE

# Paths relative to the tree, so that every checkout shares the cache; the rest is what a precompiled
# header needs.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$HOWDAH_ROOT}
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros,include_file_mtime,include_file_ctime}

die() {  # die MESSAGE [EXIT_CODE]
  echo "dev $verb: $1" >&2
  exit "${2:-1}"
}

wrong_option() { die "unknown option '$1': see ./dev $verb --help" 2; }

value_of() {  # value_of OPTION REMAINING_COUNT: an option that needs a value has one
  [ "$2" -ge 2 ] || die "$1 needs a value: see ./dev $verb --help" 2
}

# One of our Python packages under tools/.
python_tool() { PYTHONPATH=$HOWDAH_ROOT/tools python3 -m "$@"; }

need_setup() { HOWDAH_VERB=$verb "$HOWDAH_ROOT/dev" setup --quiet; }

# Jobs for a build: a core each, and no more than memory holds at 1.5 GB a compiler.
build_jobs() {
  local by_memory
  by_memory=$(awk '/^MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)
  local jobs
  jobs=$(nproc)
  [ "$by_memory" -ge "$jobs" ] || jobs=$by_memory
  [ "$jobs" -ge 1 ] || jobs=1
  echo "$jobs"
}

# The version that third_party/NAME.lock pins first.
pinned() { sed -n 's/^[a-z0-9-]*==\([^ ]*\) .*/\1/p;T;q' "$HOWDAH_ROOT/third_party/$1.lock" | head -n 1; }

# Folders that tests, examples and benchmarks find by these names.
HOWDAH_READERS=$HOWDAH_CACHE/readers-$(pinned readers)  # for PYTHONPATH: pyarrow, pandas
HOWDAH_ONNXRUNTIME=$HOWDAH_CACHE/onnxruntime-$(pinned onnxruntime)  # runs what was exported
HOWDAH_PEERS=$HOWDAH_CACHE/peers-$(pinned peers)        # polars, duckdb, scikit-learn, scipy
HOWDAH_FLIGHTS=$HOWDAH_CACHE/flights-$(pinned flights)  # flights.csv and its small tables
HOWDAH_TORCH_PEER=$HOWDAH_CACHE/torch-peer-$(pinned torch-peer)  # PyTorch for Python, sacrebleu
export HOWDAH_READERS HOWDAH_ONNXRUNTIME HOWDAH_PEERS HOWDAH_FLIGHTS HOWDAH_TORCH_PEER
