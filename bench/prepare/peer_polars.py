"""The preparation of run_prepare.py as a user of Polars writes it.

    peer_polars.py INPUT OUTPUT WHAT lazy|eager

lazy: the file is read for each of the three steps and streamed through. eager: it is read once and
held.
"""
import sys

import polars
import scheme


def main(source, target, what, manner):
    column = polars.col
    lazy = manner == "lazy"

    def result(frame):
        return frame.collect(engine="streaming") if lazy else frame.collect()

    def held(frame):
        return frame if lazy else frame.collect().lazy()

    rows = polars.scan_csv(source, try_parse_dates=True).drop_nulls(scheme.PRESENT)
    if what == scheme.DUPLICATES:
        rows = rows.unique(keep="first", maintain_order=True)
    rows = held(rows)
    values = column(scheme.OUTLIERS)
    limits = result(rows.select(q1=values.quantile(0.25, "linear"),
                                q3=values.quantile(0.75, "linear")))
    q1, q3 = limits["q1"][0], limits["q3"][0]
    reach = scheme.FACTOR * (q3 - q1)
    rows = held(rows.filter(values.is_between(q1 - reach, q3 + reach)))
    seen = result(rows.select(
        *(column(name).mean().alias(name + " mean") for name in scheme.NORMAL),
        *(column(name).std(ddof=0).alias(name + " sd") for name in scheme.NORMAL)))
    rows = rows.with_columns(
        (column(name) - seen[name + " mean"][0]) / seen[name + " sd"][0] for name in scheme.NORMAL)
    if lazy:
        rows.sink_parquet(target, compression="zstd", compression_level=1)
    else:
        rows.collect().write_parquet(target, compression="zstd", compression_level=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
