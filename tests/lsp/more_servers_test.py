#!/usr/bin/env python3
"""The profiles in servers/more with their servers: each where its program is installed (by scripts/setup.sh, on PATH or in
$GRADUS_SERVERS, folders), else skipped.

    tests/lsp/more_servers_test.py build/gradus
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
COMMAND = ""


class Server(unittest.TestCase):
    server = ""
    program = ""
    files = {}

    def setUp(self):
        if not self.server:
            self.skipTest("no server of its own")
        self.environment = dict(os.environ)
        self.environment["PATH"] += "".join(os.pathsep + str(one) for one in (SOURCE / "servers/node_modules/.bin",
                                                                              os.environ.get("GRADUS_SERVERS", "")))
        if not shutil.which(self.program, path=self.environment["PATH"]):
            self.skipTest(f"{self.program} is not installed")
        self.folder = Path(tempfile.mkdtemp(prefix="gradus-more-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name, text in self.files.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name):
        return (self.folder / name).read_text()

    def bundle(self, *arguments, exit_code=0):
        ran = subprocess.run([COMMAND, "lsp", *arguments, "--json", "--timeout", "240", "--server",
                              str(SOURCE / f"servers/more/{self.server}.toml")], cwd=self.folder, env=self.environment,
                             capture_output=True, text=True, timeout=900)
        self.assertEqual(ran.returncode, exit_code, f"{arguments}: {ran.stdout}{ran.stderr}")
        return json.loads(ran.stdout)

    def symbols(self, name):
        return [one["name"] for one in self.bundle("symbols", name)["facts"]["symbols"]]

    def places(self, verb, address):
        key = {"def": "definitions", "refs": "references"}[verb]
        return [(one["uri"].removeprefix("ws:///"), one["range"][0]) for one in self.bundle(verb, address)["facts"][key]]

    def errors(self, name):
        return self.bundle("diag", name)["facts"]["counts"]["errors"]


class Documentation(unittest.TestCase):
    def test_its_profile_is_the_one_that_is_tested(self):
        text = (SOURCE / "docs/language-servers.md").read_text()
        shown = text.split("```toml\n")[1].split("```")[0]
        lines = (SOURCE / "servers/more/gopls.toml").read_text().splitlines(keepends=True)
        self.assertEqual(shown, "".join(line for line in lines if not line.startswith("#")))


class Go(Server):
    server, program = "gopls", "gopls"
    files = {"go.mod": "module shop\n\ngo 1.20\n",
             "cart.go": "package shop\n\ntype Cart struct{ prices []int }\n\nfunc (c *Cart) Total() int { return len(c.prices) }\n\n"
                        "func (c Cart) Len() int { return c.Total() }\n\nfunc Make() *Cart { return &Cart{} }\n",
             "use.go": "package shop\n\nfunc use() int { return Make().Total() }\n"}

    def test_everything(self):
        self.assertLessEqual({"Cart", "Cart.Total", "Cart.Len", "Make"}, set(self.symbols("cart.go")))
        for address in ("go://cart.go#Cart.Total", "go://cart.go#(*Cart).Total"):
            self.assertEqual(self.places("refs", address), [("cart.go", 4), ("cart.go", 6), ("use.go", 2)])
        self.assertEqual(self.errors("use.go"), 0)
        bundle = self.bundle("rename", "go://cart.go#Cart.Total", "Sum", "--apply", "--allow-dirty")
        self.assertTrue(bundle["facts"]["safety"]["safe"], bundle["facts"]["safety"])
        self.assertEqual(self.read("use.go"), self.files["use.go"].replace("Total", "Sum"))
        for name in ("func", "1x", "_", "Len"):
            self.assertIn(self.bundle("rename", "go://cart.go#Cart.Sum", name, exit_code=2)["status"], "BAD_SELECTOR_SYNTAX")
        self.write("use.go", self.read("use.go") + "var wrong int = \"text\"\n")
        self.assertEqual(self.errors("use.go"), 1)
        self.assertLess(len(self.bundle("symbols", "use.go")["environment"]["server"]["version"]), 100)


class TypeScript(Server):
    server, program = "typescript", "typescript-language-server"
    files = {"tsconfig.json": '{"compilerOptions": {"strict": true}}',
             "src/cart.ts": "export class Cart {\n  prices: number[] = [];\n  total(): number { return this.prices.length; }\n}\n\n"
                            "export function make(): Cart { return new Cart(); }\n",
             "src/main.ts": 'import { make } from "./cart";\n\nconst value = make().total();\nconsole.log({ value });\n'}

    def test_everything(self):
        self.assertLessEqual({"Cart", "Cart.total", "make"}, set(self.symbols("src/cart.ts")))
        self.assertEqual(self.places("def", "ts://src/cart.ts#make"), [("src/cart.ts", 5)])
        self.assertEqual(self.places("def", "src/main.ts@L3:C16"), [("src/cart.ts", 5)])
        self.assertEqual(self.errors("src/main.ts"), 0)
        bundle = self.bundle("rename", "ts://src/cart.ts#Cart.total", "sum", "--apply", "--allow-dirty")
        self.assertTrue(bundle["facts"]["safety"]["safe"], bundle["facts"]["safety"])
        self.assertEqual(self.read("src/main.ts"), self.files["src/main.ts"].replace("total", "sum"))
        self.bundle("rename", "src/main.ts@L3:C7", "result", "--apply", "--allow-dirty")
        self.assertIn("{ value: result }", self.read("src/main.ts"))
        self.bundle("rename", "ts://src/cart.ts#make", "class", exit_code=2)
        self.bundle("rename", "ts://src/cart.ts#Cart.sum", "delete", "--apply", "--allow-dirty")
        self.assertIn("make().delete()", self.read("src/main.ts"))
        self.write("src/bad.ts", "const x: number = 'a';\nconst y: string = 1;\n")
        self.assertEqual(self.errors("src/bad.ts"), 2)


class PythonServer(Server):
    files = {"shop.py": "class Cart:\n    def total(self):\n        return 1\n\n\ndef make():\n    return Cart()\n",
             "main.py": "from shop import make\n\nprint(make().total())\n"}

    def check(self):
        self.assertLessEqual({"Cart", "Cart.total", "make"}, set(self.symbols("shop.py")))
        self.assertEqual(self.places("def", "py://shop#make"), [("shop.py", 5)])
        bundle = self.bundle("rename", "py://shop#make", "build", "--apply", "--allow-dirty")
        self.assertEqual(self.read("main.py"), self.files["main.py"].replace("make", "build"))
        self.assertIn("def build", self.read("shop.py"))
        self.bundle("rename", "py://shop#build", "class", exit_code=2)
        return bundle


class Pylsp(PythonServer):
    server, program = "pylsp", "pylsp"

    def test_everything(self):
        self.check()


class Jedi(PythonServer):
    server, program = "jedi", "jedi-language-server"

    def test_everything(self):
        self.check()


class Bash(Server):
    server, program = "bash", "bash-language-server"
    files = {"run.sh": "#!/bin/bash\ngreet() {\n  echo hello\n}\ngreet\n"}

    def test_everything(self):
        self.assertIn("greet", self.symbols("run.sh"))
        self.assertEqual(self.places("def", "sh://run.sh#greet"), [("run.sh", 1)])
        self.assertEqual(self.places("refs", "sh://run.sh#greet"), [("run.sh", 1), ("run.sh", 4)])
        self.bundle("rename", "sh://run.sh#greet", "hello_all", "--apply", "--allow-dirty")
        self.assertEqual(self.read("run.sh"), self.files["run.sh"].replace("greet", "hello_all"))


class Yaml(Server):
    server, program = "yaml", "yaml-language-server"
    files = {"a.yaml": "one:\n  two: 3\n", "bad.yaml": "one: [1, 2\n"}

    def test_everything(self):
        self.assertIn("one.two", self.symbols("a.yaml"))
        self.assertEqual(self.errors("a.yaml"), 0)
        self.assertGreater(self.errors("bad.yaml"), 0)


class Css(Server):
    server, program = "css", "vscode-css-language-server"
    files = {"a.css": ":root { --main: red; }\na { color: var(--main); }\n", "bad.css": "a { color: }\n"}

    def test_everything(self):
        self.assertEqual(self.places("refs", "a.css@L1:C11"), [("a.css", 0), ("a.css", 1)])
        self.assertEqual(self.errors("a.css"), 0)
        self.assertGreater(self.errors("bad.css"), 0)


class JsonServer(Server):
    server, program = "json", "vscode-json-language-server"
    files = {"a.json": '{"one": {"two": 3}}\n', "bad.json": '{"one": }\n'}

    def test_everything(self):
        self.assertIn("one.two", self.symbols("a.json"))
        self.assertEqual(self.errors("a.json"), 0)
        self.assertGreater(self.errors("bad.json"), 0)


if __name__ == "__main__":
    COMMAND = str(Path(sys.argv[1]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
