#!/usr/bin/env bash
# the step time of the example's CNN on 1 and 2 workers, against plain libtorch in one process
exec "$HOWDAH_BIN/bench_train" "$@"
