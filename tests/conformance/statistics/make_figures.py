#!/usr/bin/env python3
"""Writes figures.json: what numpy, scipy, pandas and exact fractions say of some columns.

    make_figures.py > figures.json

The moments are those of exact rational arithmetic, rounded once. Numbers are written in hexadecimal.
Long columns are not written but made again from their seed: see number() here and in figures_test.cc.
"""
import fractions
import json
import math
import platform
import sys

import numpy
import pandas
import scipy
import scipy.integrate
import scipy.stats

Fraction = fractions.Fraction
MASK = (1 << 64) - 1
SHARES = [0.0, 0.01, 0.1, 0.25, 1 / 3, 0.5, 0.6, 0.75, 0.9, 0.99, 1.0]


def mixed(state):
    """SplitMix64's output function."""
    state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
    state = (state ^ state >> 27) * 0x94D049BB133111EB & MASK
    return state ^ state >> 31


def number(kind, seed, index):
    """Exact operations only, so that every language makes the same column."""
    bits = mixed((seed + (index + 1) * 0x9E3779B97F4A7C15) & MASK)
    uniform = math.ldexp(bits >> 11, -53)
    if kind == "uniform":
        return uniform
    if kind == "far":
        return 1e9 + uniform
    if kind == "integers":
        return float(bits % 100)
    if kind == "wide":
        return math.ldexp(uniform - 0.5, bits % 601 - 300)
    raise ValueError(kind)


def to_double(value):
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def root(value):
    """The root of a fraction, rounded to nearest: from an integer root of 2^200 times as many."""
    if value == 0:
        return 0.0
    scale = 4 ** (600 + max(0, value.denominator.bit_length() - value.numerator.bit_length()))
    return to_double(Fraction(math.isqrt(int(value * scale)), math.isqrt(scale)))


def figures(values):
    exact = [Fraction(value) for value in values]
    count = len(exact)
    mean = sum(exact) / count
    deviations = sum((value - mean) ** 2 for value in exact)
    with numpy.errstate(all="ignore"):
        quantiles = numpy.quantile(values, SHARES, method="linear")
        deviation = scipy.stats.median_abs_deviation(values)
    probes = sorted({values[0], values[-1], min(values), max(values), 0.25, 50.0})
    result = {
        "count": count,
        "sum": to_double(sum(exact)).hex(),
        "mean": to_double(mean).hex(),
        "variance": to_double(deviations / count).hex(),
        "standard_deviation": root(deviations / count).hex(),
        "minimum": min(values).hex(),
        "maximum": max(values).hex(),
        "quantiles": [[share.hex(), float(at).hex()] for share, at in zip(SHARES, quantiles)
                      if math.isfinite(at)],
        "ranks": [[probe.hex(), float(scipy.stats.percentileofscore(values, probe, "mean") / 100).hex()]
                  for probe in probes],
    }
    if math.isfinite(deviation):
        result["median_absolute_deviation"] = float(deviation).hex()
    if count > 1:
        result["sample_variance"] = to_double(deviations / (count - 1)).hex()
        spread = pandas.Series(values).std()
        if math.isfinite(spread) and spread > 0:
            result["pandas_std"] = float(spread).hex()
    return result


def value_counts(values):
    counts = pandas.Series(values).value_counts()
    ordered = counts.iloc[numpy.argsort([text.encode() for text in counts.index], kind="stable")]
    ordered = ordered.sort_values(ascending=False, kind="stable")
    return {"values": values, "sorted": [[text, int(count)] for text, count in ordered.items()]}


def banding(threshold, permutations):
    def area(f, low, high):
        return scipy.integrate.quad(f, low, high)[0]

    choices = [(bands, rows) for bands in range(1, permutations + 1)
               for rows in range(1, permutations // bands + 1)]
    best = min(choices, key=lambda c: area(lambda s: 1 - (1 - s ** c[1]) ** c[0], 0, threshold)
               + area(lambda s: (1 - s ** c[1]) ** c[0], threshold, 1))
    return {"threshold": threshold, "permutations": permutations, "bands": best[0], "rows": best[1]}


def main():
    written = {
        "one": [3.25],
        "two": [0.1, 0.2],
        "ties": [1.0, 2.0, 2.0, 2.0, 5.0, 5.0, -1.0],
        "tenths": [0.1] * 10,
        "cancelling": [1e16, 1.0, -1e16, 1.0, 3.0],
        "far": [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16],
        "denormal": [5e-324, 1.5e-323, -4.9e-322, 2.2e-308, 1e-310],
        "large": [1e308, 1.5e308, 1.7e308, 1.6e308],
        "both_ends": [-1.7e308, 1.7e308, 1e308, -1.0],
        "all_exponents": [math.ldexp(1.0, e) * (-1) ** e for e in range(-1074, 1024, 41)],
        "odd_ends": [1.7976931348623157e308, 2.2250738585072014e-308, -5e-324, 0.0, 1.0],
    }
    made = [("uniform", 1, 10007), ("far", 2, 5000), ("integers", 3, 6001), ("wide", 4, 3000)]
    columns = [dict(name=name, values=[value.hex() for value in values], **figures(values))
               for name, values in written.items()]
    for kind, seed, length in made:
        values = [number(kind, seed, index) for index in range(length)]
        columns.append(dict(name=kind, kind=kind, seed=seed, length=length, **figures(values)))
    json.dump({
        "made_with": {"python": platform.python_version(), "numpy": numpy.__version__,
                      "scipy": scipy.__version__, "pandas": pandas.__version__},
        "columns": columns,
        "value_counts": value_counts(
            ["pear", "apple", "Äpfel", "", "fig", "apple", "pear", "fig", "kiwi", "apple", "Zoe", "zoe"]),
        "bandings": [banding(threshold, permutations)
                     for threshold in (0.3, 0.5, 0.7, 0.8, 0.9) for permutations in (16, 64, 128)],
    }, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
