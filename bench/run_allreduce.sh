#!/usr/bin/env bash
# allreduce of 4 B to 100 MB with 2 and 4 processes, against Gloo
exec "$HOWDAH_BIN/bench_allreduce" "$@"
