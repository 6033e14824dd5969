"""The preparation of scheme.py as mappers and reducers of Hadoop Streaming: streaming.py PHASE [JSON]

limits and moments learn, `write` writes; the JSON holds what the phases before have learnt.
"""
import collections
import json
import sys

sys.path.insert(0, ".")  # where Hadoop places links to the files
import scheme  # noqa: E402

MISSING = ("", "NA")


def rows(learnt):
    """The fields of the records that are kept."""
    at = {name: i for i, name in enumerate(learnt["columns"])}
    present = [at[name] for name in scheme.PRESENT]
    outliers, first = at[scheme.OUTLIERS], learnt["columns"][0]
    low, high = learnt.get("limits", (float("-inf"), float("inf")))
    for line in sys.stdin:
        fields = line.rstrip("\n").split(",")
        if fields[0].strip('"') == first or any(fields[i] in MISSING for i in present):
            continue
        if low <= float(fields[outliers]) <= high:
            yield fields


def map_limits(learnt):
    at = learnt["columns"].index(scheme.OUTLIERS)
    for value, count in collections.Counter(fields[at] for fields in rows(learnt)).items():
        print(f"{value}\t{count}")


def reduce_limits(_):
    counts = collections.Counter()
    for line in sys.stdin:
        value, count = line.split("\t")
        counts[value] += int(count)
    for value, count in counts.items():
        print(f"{value}\t{count}")


def map_moments(learnt):
    columns = [learnt["columns"].index(name) for name in scheme.NORMAL]
    sums = [[0, 0.0, 0.0] for _ in columns]
    for fields in rows(learnt):
        for column, into in zip(columns, sums):
            value = float(fields[column])
            into[0] += 1
            into[1] += value
            into[2] += value * value
    for name, (count, total, squares) in zip(scheme.NORMAL, sums):
        print(f"{name}\t{count}\t{total!r}\t{squares!r}")


def reduce_moments(_):
    sums = {}
    for line in sys.stdin:
        name, count, total, squares = line.split("\t")
        before = sums.get(name, (0, 0.0, 0.0))
        sums[name] = (before[0] + int(count), before[1] + float(total), before[2] + float(squares))
    for name, (count, total, squares) in sums.items():
        mean = total / count
        print(f"{name}\t{mean!r}\t{(squares / count - mean * mean) ** 0.5!r}")


def map_write(learnt):
    scales = [(learnt["columns"].index(name), *learnt["scales"][name]) for name in scheme.NORMAL]
    for fields in rows(learnt):
        for column, mean, deviation in scales:
            fields[column] = repr((float(fields[column]) - mean) / deviation)
        print(",".join(fields))


if __name__ == "__main__":
    globals()[sys.argv[1]](json.load(open("learnt.json")) if sys.argv[1][0] == "m" else None)
