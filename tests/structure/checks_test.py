"""The checks of sources and documents find what they look for, and nothing else."""

import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.dont_write_bytecode = True


def load(path: str):
    """A script without a .py suffix, as a module."""
    loader = importlib.machinery.SourceFileLoader(path.replace("/", "_").replace("-", "_"), str(TESTS / path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


sys.path.insert(0, str(TESTS / "structure"))
includes = load("structure/check-includes")
type_names = load("structure/check-type-names")
names = load("docs/check-names")
comments = load("docs/draw-comments")


class TemporaryProject(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path: str, text: str):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)


class Includes(TemporaryProject):
    def findings_for(self, path: str, header: str) -> list[str]:
        self.write(path, f"#include {header}\n")
        return includes.findings(self.root)

    def test_accepts_includes_of_lower_layers_and_the_standard_library(self):
        self.assertEqual(self.findings_for("service/quotes/a.cc", '"service/http/router.h"'), [])
        self.assertEqual(self.findings_for("stockclient/flights/a.h", '"circuitbreaker/clock.h"'), [])
        self.assertEqual(self.findings_for("circuitbreaker/src/a.cc", "<atomic>"), [])
        self.assertEqual(self.findings_for("stockclient/wire/a.cc", "<curl/curl.h>"), [])

    def test_finds_an_include_upwards(self):
        found = self.findings_for("service/http/a.cc", '"service/quotes/batch.h"')
        self.assertEqual(
            found,
            ['service/http/a.cc:1: #include "service/quotes/batch.h": service/http must not include service/quotes'],
        )

    def test_finds_an_include_sideways(self):
        self.assertEqual(len(self.findings_for("stockclient/quota/a.cc", '"stockclient/wire/verdict.h"')), 1)

    def test_finds_the_service_or_the_client_in_the_library(self):
        self.assertEqual(len(self.findings_for("circuitbreaker/include/circuitbreaker/a.h", '"stockclient/a.h"')), 1)
        self.assertEqual(len(self.findings_for("stockclient/a.h", '"service/http/router.h"')), 2)

    def test_finds_the_simulator_anywhere_but_in_the_service_itself(self):
        self.assertEqual(self.findings_for("service/app.cc", '"stockclient/simulator/simulator.h"'), [])
        self.assertEqual(len(self.findings_for("service/http/a.cc", '"stockclient/simulator/simulator.h"')), 1)

    def test_finds_a_library_outside_its_folder(self):
        self.assertEqual(len(self.findings_for("stockclient/flights/a.cc", "<nlohmann/json.hpp>")), 1)
        self.assertEqual(len(self.findings_for("service/http/b.cc", "<httplib.h>")), 2)
        self.assertEqual(len(self.findings_for("circuitbreaker/src/c.cc", "<sys/socket.h>")), 3)

    def test_finds_an_unknown_library_and_an_unknown_folder(self):
        self.assertEqual(len(self.findings_for("service/http/a.cc", "<boost/asio.hpp>")), 1)
        self.assertEqual(len(self.findings_for("service/new/a.cc", "<vector>")), 2)


class TypeNames(TemporaryProject):
    def test_finds_a_name_shared_by_two_types_in_different_namespaces(self):
        self.write("circuitbreaker/src/a.h", "namespace a {\nclass Window {\n};\n}")
        self.write("stockclient/b.cc", "namespace b { namespace {\nenum class Window : char { x }; } }")
        found = type_names.findings(self.root)
        self.assertEqual(len(found), 1)
        self.assertIn("circuitbreaker/src/a.h:2 (Window), stockclient/b.cc:2 (Window)", found[0])

    def test_finds_a_nested_type_with_the_name_of_another(self):
        self.write("service/a.h", "struct A { struct Phase {}; };\nstruct Phase final : A {};")
        self.assertEqual(len(type_names.findings(self.root)), 1)

    def test_ignores_declarations_aliases_specialisations_comments_and_tests(self):
        self.write("service/a.h", "class A;\nclass A {};\nusing B = A;\n// struct A {};\ntemplate <> struct A<int> {};")
        self.write("tests/a_test.cc", "struct A {};")
        self.write("service/b.cc", 'const char* const kText = "struct A {";\nvoid f(struct A a) {}')
        self.assertEqual(type_names.findings(self.root), [])

    def test_allows_an_implementation_in_each_class(self):
        self.write("service/a.cc", "struct A::Impl {};\nstruct B::Impl {};")
        self.assertEqual(type_names.findings(self.root), [])
        self.write("service/b.cc", "struct Impl {};\nnamespace x { struct Impl {}; }")
        self.assertEqual(len(type_names.findings(self.root)), 1)


class Names(unittest.TestCase):
    def findings_in(self, text: str, **options) -> list[str]:
        found = names.findings_in(text, {"stock_cache_bytes", "http_duration_seconds"}, {"--fresh-ttl"}, {"http_engine"}, **options)
        return [complaint for _, complaint in found]

    def test_accepts_existing_names(self):
        text = "`--fresh-ttl`, STOCK_SERVICE_FRESH_TTL, stock_cache_bytes, http_duration_seconds_bucket, http_engine.cc"
        self.assertEqual(self.findings_in(text), [])

    def test_finds_a_flag_a_variable_and_a_metric_that_do_not_exist(self):
        self.assertEqual(self.findings_in("--fresh-time"), ["no program has the flag --fresh-time"])
        self.assertEqual(self.findings_in("STOCK_SERVICE_PORTS=1"), ["STOCK_SERVICE_PORTS belongs to no setting"])
        self.assertEqual(self.findings_in("rate(stock_cache_size[5m])"), ["the service exports no metric stock_cache_size"])

    def test_looks_for_flags_in_prose_only(self):
        self.assertEqual(self.findings_in("RUN useradd --uid 1", is_prose=False), [])


class DrawComments(unittest.TestCase):
    def test_joins_the_lines_of_a_block_and_takes_trailing_comments(self):
        source = '/// Two\n/// lines.\nint a;\nint b;  // behind it\nauto url = "http://none";\n'
        self.assertEqual(comments.blocks_of(source), [(1, "Two\nlines."), (4, "behind it")])

    def test_draws_the_same_hundred_blocks_for_the_same_seed(self):
        draw = [
            subprocess.run([TESTS / "docs/draw-comments", "--seed", seed], check=True, capture_output=True).stdout
            for seed in ("1", "1", "2")
        ]
        self.assertEqual(draw[0], draw[1])
        self.assertNotEqual(draw[0], draw[2])
        self.assertEqual(draw[0].count(b"\n\n"), 100)


if __name__ == "__main__":
    unittest.main()
