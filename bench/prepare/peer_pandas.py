"""The preparation of run_prepare.py as a user of pandas writes it: peer_pandas.py INPUT OUTPUT WHAT"""
import sys

import pandas
import scheme


def main(source, target, what):
    rows = pandas.read_csv(source, engine="pyarrow").dropna(subset=scheme.PRESENT)
    if what == scheme.DUPLICATES:
        rows = rows.drop_duplicates()
    values = rows[scheme.OUTLIERS]
    q1, q3 = values.quantile(0.25), values.quantile(0.75)
    reach = scheme.FACTOR * (q3 - q1)
    rows = rows[values.between(q1 - reach, q3 + reach)]
    normal = {name: (rows[name] - rows[name].mean()) / rows[name].std(ddof=0)
              for name in scheme.NORMAL}
    rows = rows.assign(**normal)
    rows.to_parquet(target, compression="zstd", compression_level=1, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
