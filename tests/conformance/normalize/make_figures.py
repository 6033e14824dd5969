#!/usr/bin/env python3
"""Writes figures.json: a small table, and what scikit-learn and NumPy make of it.

    pip install scikit-learn==1.9.1
    python3 make_figures.py > figures.json

Each method learns from the rows of the training part and is applied to all. Missing values are
null. The test beside it compares the steps of src/transform with these figures.
"""
import json
import math

import numpy
from sklearn.preprocessing import (MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder,
                                   QuantileTransformer, RobustScaler, StandardScaler)

ROWS, TRAINING = 220, 170
QUANTILES = 11


def table(random):
    columns = {
        "normal": random.normal(12.5, 40, ROWS),
        "skewed": random.lognormal(3, 1.7, ROWS),
        "ties": random.integers(0, 9, ROWS).astype(float),
        "far": random.normal(0, 1, ROWS) + 1e3,
        "small": random.normal(0, 1e-7, ROWS),
        "constant": numpy.full(ROWS, 7.0),
    }
    for name in ("normal", "ties", "far"):
        columns[name][random.random(ROWS) < 0.12] = numpy.nan
    names = numpy.array(["UA", "B6", "DL", "AA", "9E", "Ü"])
    carriers = names[numpy.minimum(random.geometric(0.4, ROWS) - 1, 5)].astype(object)
    carriers[random.random(ROWS) < 0.1] = None
    carriers[TRAINING:][::9] = "HA"
    return columns, carriers


def plain(values):
    return [None if math.isnan(value) else float(value) for value in values]


def numbers(columns):
    matrix = numpy.column_stack(list(columns.values()))
    methods = {
        "standard": StandardScaler(),
        "minmax": MinMaxScaler(),
        "maxabs": MaxAbsScaler(),
        "robust": RobustScaler(),
        "quantile": QuantileTransformer(n_quantiles=QUANTILES, subsample=None),
    }
    made = {name: method.fit(matrix[:TRAINING]).transform(matrix)
            for name, method in methods.items()}
    made["log"] = numpy.sign(matrix) * numpy.log1p(numpy.abs(matrix))
    return {name: {column: plain(values[:, i]) for i, column in enumerate(columns)}
            for name, values in made.items()}


def categories(carriers):
    """The order is Howdah's: the most frequent first, then by bytes. The rest is the encoders'."""
    seen = [carrier for carrier in carriers[:TRAINING] if carrier is not None]
    order = sorted(set(seen), key=lambda carrier: (-seen.count(carrier), carrier.encode()))
    # Missing is one more unknown.
    column = numpy.array([["<missing>" if carrier is None else carrier] for carrier in carriers],
                         dtype=object)
    learnt = numpy.array([[carrier] for carrier in order], dtype=object)
    one_hot = OneHotEncoder(categories=[order], handle_unknown="ignore",
                            sparse_output=False).fit(learnt).transform(column)
    ordinal = OrdinalEncoder(categories=[order], handle_unknown="use_encoded_value",
                             unknown_value=-1).fit(learnt).transform(column)
    return {
        "onehot": {name: [int(value) for value in one_hot[:, i]] for i, name in enumerate(order)},
        "index": [int(value) + 1 for value in ordinal[:, 0]],
    }


def main():
    columns, carriers = table(numpy.random.Generator(numpy.random.PCG64(20130101)))
    print(json.dumps({
        "training": TRAINING,
        "quantiles": QUANTILES,
        "numbers": {name: plain(values) for name, values in columns.items()},
        "carrier": list(carriers),
        "made": numbers(columns),
        "categories": categories(carriers),
    }, ensure_ascii=False, separators=(",", ":")))


main()
