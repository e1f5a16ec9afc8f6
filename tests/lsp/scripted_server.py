"""A small language server that behaves as its arguments say; files are read from the disk unless they are open.

    scripted_server.py [no-prepare] [no-version] [flat] [null-container] [endless] [twice] [partial] [wide] [links] [early] ...

A word is one thing in the whole workspace; `def NAME`, `int NAME` and `func (T) NAME` define it. A document has one error for
every line with `!`, and one for every `name?` that is defined nowhere. With `news` it says nothing of a clean file that stays clean.
"""

import json
import os
import re
import sys
import threading
import time
from urllib.parse import quote, unquote_to_bytes

FLAGS = set(sys.argv[1:])
ROOT = ""
OPEN = {}
CLEAN = {}
LOCK = threading.Lock()
EARLY = {"textDocument/documentSymbol": 2, "textDocument/definition": 1, "textDocument/references": 1, "textDocument/prepareRename": 1}


def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    with LOCK:
        sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        sys.stdout.buffer.flush()


def uri_of(path):
    return "file://" + quote(os.fsencode(path))


def path_of(uri):
    return os.fsdecode(unquote_to_bytes(uri.removeprefix("file://")))


def texts():
    found = {}
    for folder, _, names in os.walk(ROOT):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(".w"):
                found[path] = OPEN.get(path) or open(path, newline="", encoding="utf-8", errors="replace").read()
    return dict(sorted(found.items()))


def lines_of(text):
    return re.split("\n" if "feeds" in FLAGS else "\r\n|\n|\r", text)


def places(word):
    for path, text in texts().items():
        for number, line in enumerate(lines_of(text)):
            for match in re.finditer(rf"\b{re.escape(word)}\b", line):
                yield path, number, match.start(), line


def located(path, line, column, size):
    return {"uri": uri_of(path), "range": {"start": {"line": line, "character": column},
                                           "end": {"line": line, "character": column + size}}}


def word_at(params):
    path = path_of(params["textDocument"]["uri"])
    at = params["position"]
    line = lines_of(texts()[path])[at["line"]]
    for match in re.finditer(r"\w+", line):
        if match.start() <= at["character"] <= match.end():
            return match.group(), located(path, at["line"], match.start(), len(match.group()))
    return "", None


def is_definition(line, column):
    return re.search(r"(def|int|class|func \(\w+\)) $", line[:column]) is not None


def symbols(path):
    found, around = [], None
    text = texts()[path]
    rows = lines_of(text)
    for number, line in enumerate(rows):
        match = re.search(r"(def|int|class|func) (\(\w+\) )?(\w+)", line)
        if not match:
            continue
        name, kind = match.group(3), 5 if match.group(1) == "class" else 12
        last = number
        if match.group(1) == "class":
            around = name
            while last + 1 < len(rows) and rows[last + 1].startswith(" "):
                last += 1
        whole = {"start": {"line": number, "character": match.start()},
                 "end": {"line": last, "character": len(rows[last])}}
        if match.group(2):
            name = f"(*{match.group(2)[1:-2]}).{name}"
        if "flat" in FLAGS:
            found.append({"name": name, "kind": kind, "location": {"uri": uri_of(path), "range": whole},
                          "containerName": None if "null-container" in FLAGS else around if line.startswith(" ") else ""})
        else:
            found.append({"name": name, "kind": kind, "range": whole, "selectionRange": whole if "whole" in FLAGS else {
                "start": {"line": number, "character": match.start(3)}, "end": {"line": number, "character": match.end(3)}}})
    return found


def rename(params):
    old, at = word_at(params)
    changes, new = {}, params["newName"]
    for path, line, column, _ in places(old):
        if "partial" in FLAGS and path != path_of(at["uri"]):
            continue
        size = len(old) + (1 if "wide" in FLAGS else 0)
        edit = {"range": located(path, line, column, size)["range"], "newText": new}
        changes.setdefault(uri_of(path), []).extend([edit, edit] if "twice" in FLAGS else [edit])
    if "links" in FLAGS:
        for uri, edits in list(changes.items()):
            changes[uri.replace("/src/", "/link/")] = edits
    if "spellings" in FLAGS:
        for uri, edits in list(changes.items()):
            changes[re.sub("%[0-9A-F]{2}", lambda match: match.group().lower(), uri).replace("/src/", "/%73rc/")] = edits
    if "whole-file" in FLAGS:
        changes = {}
        for path, text in texts().items():
            changes[uri_of(path)] = [{"range": {"start": {"line": 0, "character": 0},
                                                "end": {"line": len(lines_of(text)), "character": 0}},
                                      "newText": re.sub(rf"\b{old}\b", new, text)}]
    return {"changes": changes}


def judge(uri, version):
    text = OPEN[path_of(uri)]
    known = {word for whole in texts().values() for word in re.findall(r"(?:def|int|class) (\w+)", whole)}
    items = []
    for number, line in enumerate(lines_of(text)):
        missing = [word for word in re.findall(r"(\w+)\?", line) if word not in known]
        for what in ["!"] * line.count("!") + missing:
            items.append({"severity": 1, "message": f"bad {what}", "range": located("/", number, 0, 1)["range"]})
    params = {"uri": uri, "diagnostics": items}
    if "no-version" not in FLAGS:
        params["version"] = version
    if "news" in FLAGS and not items and CLEAN.get(uri):
        return
    CLEAN[uri] = not items
    if "clears" in FLAGS:
        send({"method": "textDocument/publishDiagnostics", "params": {**params, "diagnostics": []}})
        threading.Timer(0.6, send, [{"method": "textDocument/publishDiagnostics", "params": params}]).start()
    elif "mute" not in FLAGS:
        send({"method": "textDocument/publishDiagnostics", "params": params})


def answer(method, params):
    if EARLY.get(method, 0) > 0 and "early" in FLAGS:
        EARLY[method] -= 1
        return None if method.endswith("prepareRename") else []
    if method == "textDocument/prepareRename":
        return {"defaultBehavior": True} if "default-prepare" in FLAGS else word_at(params)[1]["range"]
    if method == "textDocument/rename":
        return rename(params)
    if method == "textDocument/documentSymbol":
        return symbols(path_of(params["textDocument"]["uri"]))
    if method in ("textDocument/definition", "textDocument/references"):
        word, _ = word_at(params)
        return [located(path, line, column, len(word)) for path, line, column, text in places(word)
                if method.endswith("references") or is_definition(text, column)]
    return None


def take(message):
    global ROOT
    method, params = message.get("method"), message.get("params") or {}
    if method == "initialize":
        ROOT = path_of(params["rootUri"])
        capabilities = {"textDocumentSync": 1, "documentSymbolProvider": True, "referencesProvider": True, "hoverProvider": True,
                        "definitionProvider": "no-definition" not in FLAGS,
                        "renameProvider": True if "no-prepare" in FLAGS else {"prepareProvider": True}}
        return send({"id": message["id"], "result": {"capabilities": capabilities}})
    if method == "initialized" and FLAGS & {"endless", "heartbeat"}:
        send({"method": "$/progress", "params": {"token": "t", "value": {"kind": "begin", "title": "for ever"}}})
        if "heartbeat" in FLAGS:
            threading.Thread(target=beat, daemon=True).start()
    if method == "exit":
        os._exit(0)
    document = params.get("textDocument", {})
    path = path_of(document.get("uri", ""))
    if method == "textDocument/didOpen":
        OPEN[path] = document["text"]
    if method == "textDocument/didChange":
        OPEN[path] = params["contentChanges"][0]["text"]
    if method == "textDocument/didClose":
        OPEN.pop(path, None)
        if "news" in FLAGS:
            CLEAN.pop(document["uri"], None)
            send({"method": "textDocument/publishDiagnostics", "params": {"uri": document["uri"], "diagnostics": []}})
    if method in ("textDocument/didOpen", "textDocument/didChange"):
        judge(document["uri"], document["version"])
    if "id" not in message or "method" not in message:
        return None
    if method == "textDocument/rename" and params["newName"] == "refused":
        return send({"id": message["id"], "error": {"code": -32602, "message": "not this name"}})
    return send({"id": message["id"], "result": answer(method, params)})


def beat():
    while True:
        time.sleep(0.2)
        send({"method": "$/progress", "params": {"token": "t", "value": {"kind": "report"}}})


def main():
    while True:
        size = 0
        while (line := sys.stdin.buffer.readline().strip()):
            if line.lower().startswith(b"content-length"):
                size = int(line.split(b":")[1])
        if not size:
            return
        take(json.loads(sys.stdin.buffer.read(size)))


main()
