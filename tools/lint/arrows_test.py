import tempfile
import unittest
from pathlib import Path

from lint import arrows


class Arrows(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("src/base/CMakeLists.txt", "howdah_module(base LINK fmt::fmt)")
        self.write("src/net/CMakeLists.txt", "howdah_module(net USES base)")
        self.write("src/hadoop/CMakeLists.txt", "howdah_module(hadoop\n  USES net # the wire\n)")
        self.write("src/train/CMakeLists.txt", "howdah_module(train USES base TEST_LINK howdah_net)")
        self.write("src/base/status.h", "#pragma once\n")
        self.write("src/net/socket.h", '#include "base/status.h"\n')

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def violations(self):
        return arrows.check(self.root)

    def test_accepts_a_tree_whose_arrows_go_downwards(self):
        self.write("src/hadoop/rpc.cc", '#include "base/status.h"\n#include "net/socket.h"\n')
        self.assertEqual(self.violations(), [])

    def test_refuses_an_include_of_a_higher_module_and_names_the_line(self):
        self.write("src/base/log.cc", '#include <string>\n#include "net/socket.h"\n')
        self.assertEqual(len(self.violations()), 1)
        self.assertTrue(self.violations()[0].startswith("src/base/log.cc:2: "))

    def test_refuses_a_lower_module_that_is_not_used(self):
        self.write("src/train/loop.cc", '#include "net/socket.h"\n')
        self.assertEqual(len(self.violations()), 1)

    def test_lets_a_test_include_what_only_tests_link(self):
        self.write("src/train/loop_test.cc", '#include "net/socket.h"\n')
        self.assertEqual(self.violations(), [])

    def test_refuses_generated_headers_of_a_module_above(self):
        self.write("src/base/log.cc", '#include "hadoop/proto/rpc.pb.h"\n')
        self.assertEqual(len(self.violations()), 1)

    def test_refuses_uses_that_point_upwards_or_nowhere(self):
        self.write("src/net/CMakeLists.txt", "howdah_module(net USES base hadoop nothing)")
        self.assertEqual(len(self.violations()), 2)

    def test_refuses_a_module_without_a_place_in_the_order(self):
        self.write("src/helpers/CMakeLists.txt", "howdah_module(helpers USES base)")
        self.assertEqual(len(self.violations()), 1)

    def test_refuses_a_way_around_by_a_relative_path(self):
        self.write("src/base/log.cc", '#include "../net/socket.h"\n')
        self.assertEqual(len(self.violations()), 1)

    def test_keeps_libraries_in_the_modules_that_own_them(self):
        for header in ("torch/torch.h", "ATen/ATen.h", "c10/util/Exception.h", "arrow/api.h",
                       "grpcpp/grpcpp.h", "hadoop/proto/x.grpc.pb.h"):
            self.write("src/net/socket.cc", f"#include <{header}>\n")
            self.assertEqual(len(self.violations()), 1, header)
        self.write("src/net/socket.cc", "")
        self.write("src/train/loop.cc", "#include <torch/torch.h>\n")
        self.assertEqual(self.violations(), [])


if __name__ == "__main__":
    unittest.main()
