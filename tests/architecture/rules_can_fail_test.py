#!/usr/bin/env python3
"""The architecture checks see what they are meant to see: each is shown a small tree that breaks its rule."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True
import include_rules  # noqa: E402
import one_clock  # noqa: E402
import one_definition  # noqa: E402


class Tree(unittest.TestCase):
    def tree(self, **files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = pathlib.Path(folder.name)
        for name in ("gateway", "drivers", "config"):
            (root / name).mkdir()
        for path, text in files.items():
            file = root / path.replace("__", "/").replace("_h", ".h").replace("_cpp", ".cpp")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return root

    def test_polling_may_not_see_an_uplink(self):
        root = self.tree(gateway__polling__x_h='#include "gateway/uplink/forwarder.h"\n')
        self.assertEqual(len(list(include_rules.broken_rules(root))), 1)

    def test_a_line_may_see_the_store(self):
        root = self.tree(gateway__polling__x_h='#include "gateway/buffer/sample_store.h"\n')
        self.assertEqual(list(include_rules.broken_rules(root)), [])

    def test_two_types_of_one_name_are_seen(self):
        root = self.tree(gateway__a_h="enum class State : int { on, off };\n", config__b_h="struct State {\n    int x;\n};\n")
        self.assertEqual(one_definition.duplicates(root), {"State": ["config/b.h", "gateway/a.h"]})

    def test_hidden_and_announced_types_are_not_taken_for_duplicates(self):
        root = self.tree(gateway__a_h="struct State {};\n", config__b_h="struct State;\n",
                         config__c_cpp="namespace {\nstruct State {};\n}  // namespace\n")
        self.assertEqual(one_definition.duplicates(root), {})

    def test_a_header_may_not_show_a_library(self):
        root = self.tree(gateway__uplink__mqtt__x_h="#include <mqtt/async_client.h>\n")
        self.assertEqual(len(list(include_rules.broken_rules(root))), 1)

    def test_a_library_stays_at_home(self):
        root = self.tree(gateway__polling__x_cpp="#include <sqlite3.h>\n")
        self.assertEqual(len(list(include_rules.broken_rules(root))), 1)

    def test_a_sleep_is_seen_and_a_comment_is_not(self):
        root = self.tree(drivers__x_cpp="// sleep_for(1s) would be wrong\nstd::this_thread::sleep_for(1s);\n")
        self.assertEqual(len(list(one_clock.offences(root))), 1)

    def test_a_second_clock_is_seen(self):
        root = self.tree(gateway__polling__x_cpp="auto t = std::chrono::system_clock::now();\n")
        self.assertEqual(len(list(one_clock.offences(root))), 1)


if __name__ == "__main__":
    unittest.main()
