"""A large CSV of flights: the real ones of 2013 again and again, each time with numbers of its own.

    flights_csv.py FLIGHTS.csv OUTPUT.csv BYTES

The same arguments write the same bytes. In each round delays and air times differ by some minutes
and distances by some hundredths of miles, and one row in 200 is there a second time. Missing values
are empty fields.
"""
import sys

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.csv

REPEATED = 200


def shifted(column, random, width):
    return pyarrow.compute.add(column, pyarrow.array(random.integers(-width, width, len(column))))


def varied(flights, random):
    columns = {name: flights[name].combine_chunks() for name in flights.column_names}
    for name in ("dep_delay", "arr_delay", "air_time"):
        columns[name] = shifted(columns[name], random, 4)
    distance = columns["distance"].to_numpy() + random.integers(0, 100, len(flights)) / 100
    columns["distance"] = pyarrow.array(numpy.round(distance, 2))
    rows = pyarrow.table(columns)
    again = numpy.sort(numpy.concatenate(
        [numpy.arange(len(rows)), random.choice(len(rows), len(rows) // REPEATED, replace=False)]))
    return rows.take(again)


def main(source, target, least_bytes):
    flights = pyarrow.csv.read_csv(source, convert_options=pyarrow.csv.ConvertOptions(
        column_types={"time_hour": pyarrow.string()}, strings_can_be_null=True))
    with open(target, "wb") as file:
        round_number = 0
        while file.tell() < least_bytes:
            rows = varied(flights, numpy.random.default_rng(round_number))
            pyarrow.csv.write_csv(rows, file, pyarrow.csv.WriteOptions(
                include_header=round_number == 0, quoting_style="none"))
            round_number += 1


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
