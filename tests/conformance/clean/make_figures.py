#!/usr/bin/env python3
"""Writes records.csv and figures.json beside itself: what pandas, numpy, scipy and Python's own
libraries make of the same records under each cleaning rule.

    make_figures.py

Which records stay is a list of their "id"s; values that were filled or clipped are [id, value].
Numbers are written with all their digits.
"""
import html.parser
import json
import os
import platform
import random
import unicodedata

import numpy
import pandas
import scipy
import scipy.stats

HERE = os.path.dirname(os.path.abspath(__file__))
BLOCKS = {"p", "div", "br", "li", "ul", "td", "tr", "table", "h1"}
random.seed(20130101)

WORDS = ("north wind sun traveller cloak strong agree first make take off considered then blew hard "
         "more closely fold around last gave attempt shone warmly immediately obliged confess").split()
TEXTS = [
    "  two  spaces\tand a tab ", "plain", "<p>One <b>bold</b> word</p><p>Next &amp; last</p>",
    "caf\u0065\u0301 \u2163 \uFB01ne \u212B", "non\u00A0breaking\u3000wide\u2003space",
    "&lt;not a tag&gt; &#8364;5 &eacute;&nbsp;&hellip;", "MiXeD CaSe \u00C4\u00D6\u00DC \u0416\u0396",
    "<ul><li>one</li><li title=\"a > b\">two</li></ul>", "x<!-- comment <b> -->y",
    "a<script>if (a < b) c();</script>b", "\u1112\u1161\u11AB\u1100\u1173\u11AF", "1 < 2",
    "\uFF34\uFF25\uFF38\uFF34 \u2460 \u00BD", "q\u0307\u0323 \u0344", "line\nbreak\r\n\r\nhere",
]


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return f"{value:016x}"


def records():
    rows = []
    sentences = [" ".join(random.choice(WORDS) for _ in range(40)) for _ in range(30)]
    for i in range(200):
        row = {
            "id": i,
            "carrier": random.choice(["UA", "AA", "B6", "DL", None]),
            "delay": random.choice([random.gauss(10, 15), random.expovariate(0.02)] * 5 + [float("nan")]),
            "distance": random.choice([random.randrange(80, 3000), random.randrange(80, 120)] * 3 + [None]),
            "air": random.choice([random.lognormvariate(4, 1)] * 5 + [None]),
            "day": f"20{random.randrange(11, 15)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}",
            "key": random.randrange(30),
            "kind": random.choice("ab"),
            "label": random.choice(["cat", "cat", "cat", "dog", None]),
            "text": TEXTS[i % len(TEXTS)] if i % 2 else random.choice(sentences),
        }
        if random.random() < 0.1:
            row["delay"] = None
        if random.random() < 0.1:
            row["day"] = None
        if random.random() < 0.05:
            row["text"] = None
        # A twin of a sentence, with one word more at its end.
        if row["text"] in sentences and random.random() < 0.4:
            row["text"] += " " + random.choice(WORDS)
        rows.append(row)
    return rows


def write_csv(rows):
    with open(os.path.join(HERE, "records.csv"), "w", newline="") as file:
        file.write(",".join(rows[0]) + "\n")
        for row in rows:
            fields = []
            for value in row.values():
                if value is None:
                    fields.append("")
                elif isinstance(value, str):
                    fields.append('"' + value.replace('"', '""') + '"')
                else:
                    fields.append(repr(value))
            file.write(",".join(fields) + "\n")


def frame(rows):
    table = pandas.DataFrame(rows)
    table["distance"] = table["distance"].astype("Int64")
    table["day"] = pandas.to_datetime(table["day"])
    return table


def plain(values):
    """As JSON: missing values are null."""
    made = []
    for value in values:
        if value is None or value is pandas.NA or value is pandas.NaT or value != value:
            made.append(None)
        elif isinstance(value, (str, bool)):
            made.append(value)
        else:
            made.append(value.item() if hasattr(value, "item") else value)
    return made


def ids(kept):
    return [int(i) for i in kept["id"]]


def changed(before, after):
    """[id, value] where a value is another."""
    pairs = enumerate(zip(plain(before), plain(after)))
    return [[i, new] for i, (old, new) in pairs if old != new]


def missing(table):
    for columns, only_if_all in [(["delay"], False), (["carrier", "air"], False), ([], False),
                                 (["carrier", "distance", "air"], True), (["day", "text"], True)]:
        kept = table.dropna(subset=columns or None, how="all" if only_if_all else "any")
        yield {"columns": columns, "only_if_all": only_if_all, "kept": ids(kept)}


def rounded(value, column):
    return int(numpy.rint(float(value))) if column == "distance" else value


def fill(table):
    numbers = ["delay", "distance", "air"]
    for method in ["mean", "median"]:
        for column in numbers:
            whole = rounded(getattr(table[column].astype(float), method)(), column)
            yield {"method": method, "column": column, "by": "",
                   "filled": changed(table[column], table[column].fillna(whole))}
            for by in ["carrier", "key"]:
                figures = getattr(table[column].astype(float).groupby(table[by]), method)()
                own = table[by].map(figures)
                values = [
                    value if value is not None else rounded(whole if mine != mine else mine, column)
                    for value, mine in zip(plain(table[column]), own)]
                yield {"method": method, "column": column, "by": by, "filled": changed(table[column], values)}
    for column in ["carrier", "distance", "label", "day", "key"]:
        most = table[column].mode()[0]
        before, after = table[column], table[column].fillna(most)
        if column == "day":
            before, after = before.dt.strftime("%Y-%m-%d"), after.dt.strftime("%Y-%m-%d")
        yield {"method": "mode", "column": column, "by": "", "filled": changed(before, after)}
    modes = table.groupby("kind")["carrier"].agg(lambda values: values.mode()[0])
    yield {"method": "mode", "column": "carrier", "by": "kind",
           "filled": changed(table["carrier"], table["carrier"].fillna(table["kind"].map(modes)))}
    for column, value, typed in [("delay", "-1.5", -1.5), ("distance", "7", 7), ("label", "none", "none")]:
        yield {"method": "constant", "column": column, "by": "", "value": value,
               "filled": changed(table[column], table[column].fillna(typed))}


def duplicates(table):
    for keys in [["carrier"], ["key", "kind"], ["text"], ["carrier", "day"], []]:
        yield {"keys": keys, "kept": ids(table.drop_duplicates(subset=keys or None))}


def near_duplicates(table):
    def shingles(text):
        words = text.split()
        return {tuple(words[i:i + 3]) for i in range(max(1, len(words) - 2))}

    dropped, seen = set(), []
    for row in table[table["text"].notna()].itertuples():
        mine = shingles(row.text)
        similarities = [len(mine & other) / len(mine | other) for other in seen]
        # Far from the threshold, so that an estimate says the same.
        assert not any(0.4 < similarity < 0.9 for similarity in similarities)
        if any(similarity > 0.7 for similarity in similarities):
            dropped.add(row.id)
        seen.append(mine)
    yield {"column": "text", "threshold": 0.7,
           "kept": [int(i) for i in table["id"] if i not in dropped]}


def limits(values, method, factor, low, high):
    values = values[~numpy.isnan(values)]
    if method == "zscore":
        mean, sd = values.mean(), values.std()
        flags = numpy.abs(scipy.stats.zscore(values)) > factor
        assert (flags == ((values < mean - factor * sd) | (values > mean + factor * sd))).all()
        return mean - factor * sd, mean + factor * sd
    if method == "iqr":
        q1, q3 = numpy.quantile(values, [0.25, 0.75])
        assert numpy.isclose(q3 - q1, scipy.stats.iqr(values), rtol=1e-14)
        return q1 - factor * (q3 - q1), q3 + factor * (q3 - q1)
    if method == "mad":
        median = numpy.median(values)
        mad = scipy.stats.median_abs_deviation(values)
        return median - factor * 1.4826 * mad, median + factor * 1.4826 * mad
    if method == "quantile":
        return (None if low is None else numpy.quantile(values, low),
                None if high is None else numpy.quantile(values, high))
    return low, high


def outliers(table):
    for method, factor, low, high in [("zscore", 2, None, None), ("iqr", 1.5, None, None),
                                      ("mad", 3, None, None), ("quantile", 1, 0.02, 0.975),
                                      ("quantile", 1, None, 0.9), ("range", 1, 0.0, 250.0)]:
        for columns in [["delay"], ["distance"], ["delay", "air"]]:
            within = pandas.Series(True, index=table.index)
            bounds, clipped, beyond = {}, {}, 0
            for column in columns:
                values = table[column].astype(float).to_numpy(na_value=numpy.nan)
                least, most = limits(values, method, factor, low, high)
                bounds[column] = [least, most]
                below = values < (-numpy.inf if least is None else least)
                above = values > (numpy.inf if most is None else most)
                within &= ~(below | above)
                beyond += int((below | above).sum())
                if column == "distance":
                    least = None if least is None else numpy.ceil(least)
                    most = None if most is None else numpy.floor(most)
                clipped[column] = changed(values, numpy.clip(values, least, most))
            yield {"method": method, "factor": factor, "low": low, "high": high,
                   "columns": columns, "kept": ids(table[within]), "limits": bounds,
                   "changed": beyond, "clipped": clipped}


def dates(table):
    for start, end in [("2012-03-01", "2013-06-30"), ("2013-01-01", ""), ("", "2012-12-31")]:
        within = table["day"].isna() | (
            (table["day"] >= (start or "1900")) & (table["day"] <= (end or "2100")))
        yield {"from": start, "to": end, "kept": ids(table[within]),
               "missing": int((~within).sum())}


def lengths(table):
    for least, most in [(1, 10), (12, 40), (30, 10**6)]:
        size = table["text"].str.len()
        yield {"min": least, "max": most,
               "kept": ids(table[table["text"].isna() | ((size >= least) & (size <= most))])}


class Words(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.script = "", False

    def handle_starttag(self, tag, attrs):
        self.script = tag == "script"
        self.text += " " if tag in BLOCKS or self.script else ""

    def handle_endtag(self, tag):
        self.script = False
        self.text += " " if tag in BLOCKS or tag == "script" else ""

    def handle_data(self, data):
        self.text += "" if self.script else data


def without_html(text):
    words = Words()
    words.feed(text)
    words.close()
    return words.text


def simply(text, change):
    """Letter by letter, and only where a letter becomes one letter."""
    return "".join(change(c) if len(change(c)) == 1 else c for c in text)


def texts():
    for form in ["none", "nfc", "nfkc"]:
        for case in ["keep", "lower", "upper"]:
            for strip in [False, True]:
                made = []
                for text in TEXTS:
                    text = without_html(text) if strip else text
                    change = {"keep": str, "lower": str.lower, "upper": str.upper}[case]
                    for _ in range(2):
                        text = simply(text, change)
                        text = text if form == "none" else unicodedata.normalize(form.upper(), text)
                    made.append(" ".join(text.split()))
                yield {"unicode": form, "case": case, "strip_html": strip, "texts": made}


def ranges(points):
    """[first, last, first, last...] of sorted code points."""
    bounds = []
    for point in points:
        if not bounds or ord(point) != bounds[-1] + 1:
            bounds += [ord(point), ord(point)]
        bounds[-1] = ord(point)
    return bounds


def code_points():
    """Of stretches of 512 code points: hashes of what each becomes, with a stop behind each."""
    for start in [*range(0x80, 0x3480, 512), *range(0xA480, 0xAC80, 512), *range(0xF880, 0x10000, 512)]:
        points = [p for p in map(chr, range(start, min(start + 512, 0x10000)))
                  if unicodedata.category(p) not in ("Cn", "Cs", "Co")]
        # Mappings to several letters are left out: see clean_text_one.h.
        lower = [p for p in points if len(p.lower()) == 1]
        upper = [p for p in points if len(p.upper()) == 1]
        for to, of, become in [("nfc", points, lambda p: unicodedata.normalize("NFC", p)),
                               ("nfkc", points, lambda p: unicodedata.normalize("NFKC", p)),
                               ("lower", lower, str.lower), ("upper", upper, str.upper)]:
            yield {"to": to, "of": ranges(of), "hash": fnv("".join(become(p) + "." for p in of))}


def label_noise(table):
    labelled = table[table["label"].notna()]
    noisy = set()
    for _, group in labelled.groupby(["key", "kind"]):
        counts = group["label"].value_counts()
        if len(counts) > 1:
            believed = counts.index[0] if counts.iloc[0] * 2 > len(group) else None
            noisy |= set(group[group["label"] != believed]["id"])
    yield {"columns": ["key", "kind", "label"], "noisy": sorted(int(i) for i in noisy)}


def main():
    rows = records()
    write_csv(rows)
    table = frame(rows)
    figures = {
        "made_by": {"python": platform.python_version(), "pandas": pandas.__version__,
                    "numpy": numpy.__version__, "scipy": scipy.__version__,
                    "unicode": unicodedata.unidata_version},
        "missing": list(missing(table)), "fill": list(fill(table)),
        "duplicates": list(duplicates(table)), "near_duplicates": list(near_duplicates(table)),
        "outliers": list(outliers(table)), "dates": list(dates(table)),
        "lengths": list(lengths(table)), "label_noise": list(label_noise(table)),
        "raw_texts": TEXTS, "texts": list(texts()), "code_points": list(code_points()),
    }
    with open(os.path.join(HERE, "figures.json"), "w") as file:
        json.dump(figures, file, separators=(",", ":"), ensure_ascii=True)
        file.write("\n")


main()
