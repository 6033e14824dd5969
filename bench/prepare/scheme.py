"""What all contenders of run_prepare.py do."""

PRESENT = ["dep_delay", "arr_delay", "air_time"]  # records without one of them are dropped
OUTLIERS = "dep_delay"  # kept within FACTOR interquartile ranges of the quartiles
FACTOR = 3
NORMAL = ["dep_delay", "arr_delay", "air_time", "distance"]  # to mean 0 and standard deviation 1
PLAIN, DUPLICATES = "plain", "duplicates"  # the second: and each record is kept once
