"""--memory is kept: the peak of the process stays within it and a constant, however large the source.

HOWDAH_MEMORY_TEST_GIB and _MIB try another source and another limit."""

import json
import os
import re
import unittest

from howdah_prepare import NO_HADOOP, PrepareTest, start
from synthetic import HEADER, lines

MIB = 1 << 20
SOURCE_BYTES = int(float(os.environ.get("HOWDAH_MEMORY_TEST_GIB", "1.2")) * (1 << 30))
# What is there before any data come: the program, Arrow, its threads' stacks and arenas.
CONSTANT = 128 * MIB

BODY = """
steps:
  - clean: {drop_missing: [x], drop_duplicates: true}
  - normalize: {columns: [x, y], method: standard}
split: {train: 0.8, test: 0.2, seed: 1}
"""


class Memory(PrepareTest):
    def write_source(self):
        """Blocks that differ in their ids only."""
        block = [line.split(",", 1)[1] for line in lines(20_000, words=10)]
        rows = 0
        with open(self.path / "raw" / "a.csv", "w") as file:
            file.write(HEADER)
            while file.tell() < SOURCE_BYTES:
                file.writelines(f"{rows + i},{line}" for i, line in enumerate(block))
                rows += len(block)
        return rows

    def peak_of(self, process):
        """The report, what was told, and the most memory that was resident, as the kernel saw it."""
        out, err = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.stdout.close()
        process.stderr.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, err)
        return json.loads(out), err, usage.ru_maxrss * 1024

    def test_cleaning_and_normalizing_keep_to_the_memory(self):
        memory = int(os.environ.get("HOWDAH_MEMORY_TEST_MIB", "256"))
        rows = self.write_source()
        process = start("prepare", self.job(BODY), "--json", "--memory", f"{memory} MiB",
                        env={**NO_HADOOP, "TMPDIR": str(self.path)})
        report, err, peak = self.peak_of(process)
        print(f"{SOURCE_BYTES / (1 << 30):.1f} GiB with {memory} MiB: peak {peak / MIB:.0f} MiB, "
              f"{report['run']['seconds']:.1f} s")
        self.assertEqual(report["rows_read"], rows)
        self.assertAlmostEqual(report["run"]["peak_memory_bytes"], peak, delta=8 * MIB)
        for share in re.findall(r"(\d+)%", err):
            self.assertLessEqual(int(share), 100, err)
        self.assertLessEqual(peak, memory * MIB + CONSTANT)


if __name__ == "__main__":
    unittest.main()
