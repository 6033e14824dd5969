#!/usr/bin/env bash
# a step in float32 and bfloat16, with and without channels-last memory; what augmentation costs
exec "$HOWDAH_BIN/bench_precision" "$@"
