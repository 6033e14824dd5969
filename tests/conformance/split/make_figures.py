#!/usr/bin/env python3
"""Writes figures.json: what pandas, numpy, pyarrow and exact fractions say of splits and partitions.

    make_figures.py > figures.json

Long columns are not written but made again from their seed: see mixed() here and in the test.
"""
import fractions
import json
import math
import struct
import sys

import numpy
import pandas
import pyarrow
import pyarrow.dataset

MASK = (1 << 64) - 1


def mixed(state):
    """SplitMix64's output function: Stafford's mixer no. 13."""
    state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
    state = (state ^ state >> 27) * 0x94D049BB133111EB & MASK
    return state ^ state >> 31


def moremur(state):
    state = (state ^ state >> 27) * 0x3C79AC492BA7B653 & MASK
    state = (state ^ state >> 33) * 0x1C69B3F74AC4AE35 & MASK
    return state ^ state >> 27


def number(seed, index):
    return mixed((seed + (index + 1) * 0x9E3779B97F4A7C15) & MASK)


# ---- which part a record belongs to

def largest_remainders(shares, records):
    due = [fractions.Fraction(share) * records for share in shares]
    counts = [math.floor(one) for one in due]
    by_remainder = sorted(range(len(due)), key=lambda i: (counts[i] - due[i], i))
    for i in by_remainder[:records - sum(counts)]:
        counts[i] += 1
    return counts


def exact_classes():
    cases = []
    for shares in (["0.8", "0.1", "0.1"], ["0.7", "0.15", "0.15"], ["0.5", "0.5"],
                   ["0.6", "0.2", "0.1", "0.1"], ["0.98", "0.01", "0.01"], ["1"]):
        sizes = [1, 2, 3, 5, 7, 10, 49, 99, 100, 250, 1001]
        cases.append({"shares": [float(share) for share in shares], "sizes": sizes,
                      "counts": [largest_remainders(shares, size) for size in sizes]})
    return cases


def times():
    cases = []
    for seed, records, shares in ((1, 1000, [0.8, 0.1, 0.1]), (2, 37, [0.5, 0.25, 0.25]),
                                  (3, 5000, [0.9, 0.1]), (4, 11, [0.6, 0.2, 0.2])):
        instants = numpy.array([1_300_000_000_000_000 + number(seed, i) % 10**14
                                for i in range(records)])
        cuts = numpy.quantile(instants.astype(float), numpy.cumsum(shares)[:-1])
        part = (instants[:, None] > cuts[None, :]).sum(axis=1)
        cases.append({"seed": seed, "records": records, "shares": shares,
                      "parts": part.tolist()})
    return cases


# ---- which partition

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe",
         "America/St_Johns", "Pacific/Apia"]


def fields():
    instants = [int(pandas.Timestamp(text, tz="UTC").timestamp()) * 10**6 for text in (
        "2013-01-01 04:59:59", "2013-01-01 05:00:00", "2013-03-10 06:59:59", "2013-03-10 07:00:00",
        "2013-03-31 00:59:59", "2013-03-31 01:00:00", "2013-11-03 05:59:59", "2013-11-03 06:00:00",
        "2012-02-29 23:30:00", "2000-01-01 00:00:00", "1969-12-31 23:59:59", "1970-01-01 00:00:00",
        "1943-06-15 12:00:00", "2011-12-30 09:59:59", "2011-12-30 10:00:00", "2024-04-06 14:59:59",
        "2024-04-06 15:00:00", "2016-12-31 23:59:59")]
    instants += [number(9, i) % 1_900_000_000 * 10**6 for i in range(200)]
    cases = {}
    for zone in ZONES:
        local = pandas.Series(pandas.to_datetime(instants, unit="us", utc=True)).dt.tz_convert(zone)
        cases[zone] = {"year": local.dt.year.tolist(), "month": local.dt.month.tolist(),
                       "day": local.dt.day.tolist(), "hour": local.dt.hour.tolist(),
                       "minute": local.dt.minute.tolist(),
                       "weekday": (local.dt.day_of_week + 1).tolist(),
                       "date": local.dt.strftime("%Y-%m-%d").tolist()}
    return {"instants": instants, "zones": cases}


HIVE_ESCAPES = set('"#%\'*/:=?\\{[]^\x7f') | {chr(c) for c in range(0x20)}


def folders():
    """Hive's rule; and pyarrow.dataset, which reads folders of Hive, finds the value again."""
    values = ["UA", "New York", "a/b", "50%", "a=b", "12:30", "q?", "{x}", "[1]", "^", "it's",
              'say "hi"', "a#b", "back\\slash", "*", "tab\there", "Žilina", "日本", "%2F", "a+b", "~"]
    partitioning = pyarrow.dataset.partitioning(pyarrow.schema([("c", pyarrow.string())]),
                                                flavor="hive")
    cases = []
    for value in values + ["", None]:
        name = "c=" + ("".join("%%%02X" % ord(c) if c in HIVE_ESCAPES else c for c in value)
                       if value else "__HIVE_DEFAULT_PARTITION__")
        read = partitioning.parse("/" + name + "/part-0")
        field = pyarrow.dataset.field("c")
        due = field == value if value else field.is_null()
        assert read.equals(due), (value, name, read)
        cases.append({"value": value, "folder": name})
    return cases


def hash_buckets():
    """From the published rule: a value's bits, mixed with what kind of value it is."""
    fraction, microseconds = 0x9E3779B97F4A7C15, 0x78DDE6E5FD29F054

    def bucket(bits, kind, buckets):
        high, low = mixed(bits ^ kind), moremur(bits ^ kind)
        low_turned = (low << 32 | low >> 32) & MASK
        high = mixed((high + low_turned) & MASK)
        low = moremur(low ^ high)
        return (high + low) % (1 << 64) % buckets

    integers = [0, 1, -1, 5, 1000, 2**62, -(2**63)] + [number(5, i) % 10**6 for i in range(50)]
    floats = [0.5, -2.25, 5.0, 1e300, -0.0] + [math.ldexp(number(6, i) >> 11, -53)
                                               for i in range(50)]
    days = [0, 15706, -1, 20000]
    bits = lambda x: struct.unpack("<Q", struct.pack("<d", x))[0]
    return {"buckets": 97, "integers": integers, "floats": floats, "days": days,
            "of_integers": [bucket(i & MASK, 0, 97) for i in integers],
            "of_floats": [bucket(int(x) & MASK, 0, 97) if x == int(x) and abs(x) < 2**63
                          else bucket(bits(x), fraction, 97) for x in floats],
            "of_days": [bucket(d * 86_400_000_000 & MASK, microseconds, 97) for d in days]}


def ranges():
    cases = []
    for seed, records, buckets, modulus in ((1, 1000, 8, 10**9), (2, 5000, 16, 500), (3, 10, 4, 100),
                                            (4, 2000, 5, 7)):
        values = numpy.array([number(seed, i) % modulus for i in range(records)], dtype=float)
        edges = numpy.unique(numpy.quantile(values, numpy.arange(1, buckets) / buckets))
        edges = edges[edges < values.max()]
        cases.append({"seed": seed, "records": records, "buckets": buckets, "modulus": modulus,
                      "bucket": numpy.searchsorted(edges, values, side="left").tolist()})
    return cases


# ---- expressions

def expressions():
    frame = pandas.DataFrame({
        "a": pandas.array([5, -7, None, 0, 12, 3], dtype="Int64"),
        "x": pandas.array([0.5, 2.5, -2.5, None, 1e10, -0.125], dtype="Float64"),
        "t": pandas.array(["Rome", " São Paulo", None, "", "žilina", "ROME"], dtype="string")})
    a, x, t = frame["a"], frame["x"], frame["t"]
    away = lambda v: numpy.sign(v) * numpy.floor(abs(v) + 0.5)
    said = {
        "a > 0 and x > 0": (a > 0) & (x > 0),
        "a > 0 or x > 0": (a > 0) | (x > 0),
        "not (a > 0)": ~(a > 0),
        "a is missing": a.isna(),
        "a in (5, 12)": a.isin([5, 12]).astype("boolean").mask(a.isna()),
        "a between -7 and 3": ((a >= -7) & (a <= 3)),
        "a * 2 + 1": a * 2 + 1,
        "a + x": a + x,
        "a / 4": a / 4,
        "abs(x)": x.abs(),
        "round(x)": away(x),
        "floor(x)": x.map(math.floor, na_action="ignore"),
        "length(t)": t.str.len(),
        "lower(t)": t.str.lower(),
        "trim(t)": t.str.strip(),
        "contains(t, 'o')": t.str.contains("o", regex=False),
        "matches(t, '^[A-Z]+$')": t.str.contains("^[A-Z]+$"),
        "coalesce(a, 99)": a.fillna(99),
        "if(x > 0, a, -1)": a.where((x > 0).fillna(False), -1).mask(x.isna()),
    }
    plain = lambda column: [None if pandas.isna(v) else v for v in column.astype(object).tolist()]
    return {"a": plain(a), "x": plain(x), "t": plain(t),
            "values": {text: plain(column) for text, column in said.items()}}


def main():
    figures = {
        "made_with": {"python": sys.version.split()[0], "numpy": numpy.__version__,
                      "pandas": pandas.__version__, "pyarrow": pyarrow.__version__},
        "exact_classes": exact_classes(), "times": times(), "fields": fields(),
        "folders": folders(), "hash_buckets": hash_buckets(), "ranges": ranges(),
        "expressions": expressions()}
    json.dump(figures, sys.stdout, separators=(",", ":"))
    print()


main()
