"""The preparation of run_prepare.py as a user of DuckDB writes it.

    peer_duckdb.py INPUT OUTPUT WHAT passes|table

passes: the file is read for each of the three steps. table: it is read once into a table of memory.
"""
import sys

import duckdb
import scheme


def main(source, target, what, manner):
    database = duckdb.connect()
    database.execute("SET enable_progress_bar = false")
    present = " AND ".join(f"{name} IS NOT NULL" for name in scheme.PRESENT)
    distinct = "DISTINCT" if what == scheme.DUPLICATES else ""
    kind = "TEMP TABLE" if manner == "table" else "TEMP VIEW"
    database.execute(f"CREATE {kind} present AS "
                     f"SELECT {distinct} * FROM read_csv('{source}') WHERE {present}")
    q1, q3 = database.execute(
        f"SELECT unnest(quantile_cont({scheme.OUTLIERS}, [0.25, 0.75])) FROM present").fetchall()
    q1, q3 = q1[0], q3[0]
    reach = scheme.FACTOR * (q3 - q1)
    database.execute(f"CREATE TEMP VIEW kept AS SELECT * FROM present WHERE {scheme.OUTLIERS} "
                     f"BETWEEN {q1 - reach} AND {q3 + reach}")
    seen = database.execute("SELECT " + ", ".join(
        f"avg({name}), stddev_pop({name})" for name in scheme.NORMAL) + " FROM kept").fetchone()
    normal = ", ".join(f"({name} - {seen[2 * i]!r}::DOUBLE) / {seen[2 * i + 1]!r}::DOUBLE AS {name}"
                       for i, name in enumerate(scheme.NORMAL))
    database.execute(f"COPY (SELECT * REPLACE ({normal}) FROM kept) TO '{target}' "
                     "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


if __name__ == "__main__":
    main(*sys.argv[1:])
