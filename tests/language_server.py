"""A client of yaml-language-server, as much of an editor as the tests need.

Source: Language Server Protocol 3.17, base protocol and the requests named below.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from pathlib import Path

from machine import missing, program

SECONDS = 30  # a language server of 27 MB starts in one


def language_server():
    """Find the program that GATE_TEST_YAML_LANGUAGE_SERVER names."""
    path = Path(os.environ.get("GATE_TEST_YAML_LANGUAGE_SERVER", "no-such-file"))
    return path if path.is_file() else missing("yaml-language-server")


class Editor:
    """Speaks with a language server over its standard input and output."""

    def __init__(self, server, folder, settings=None):
        self.settings = {"yaml": {"validate": True, "hover": True, "completion": True}}
        self.settings["yaml"]["schemaStore"] = {"enable": False}
        self.settings["yaml"] |= settings or {}
        self.process = subprocess.Popen(
            [program("node"), str(server), "--stdio"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.answers = queue.Queue()
        self.marks = queue.Queue()
        self.number = 0
        threading.Thread(target=self._listen, daemon=True).start()
        root = folder.as_uri()
        about = {
            "dynamicRegistration": False,
            "completionItem": {"snippetSupport": True},
        }
        self.ask(
            "initialize",
            processId=os.getpid(),
            rootUri=root,
            workspaceFolders=[{"uri": root, "name": "book"}],
            capabilities={
                "textDocument": {"completion": about, "hover": {}},
                "workspace": {"configuration": True},
            },
        )
        self.tell("initialized")
        self.tell("workspace/didChangeConfiguration", settings=self.settings)

    def close(self):
        self.ask("shutdown")
        self.tell("exit")
        self.process.wait(SECONDS)
        self.process.stdin.close()
        self.process.stdout.close()

    # -- what an editor does

    def open(self, path, text=None):
        """Open a file, and return the error marks that come."""
        held = path.read_text("utf-8") if text is None else text
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1}
        self.tell("textDocument/didOpen", textDocument={**document, "text": held})
        while True:
            told = self.marks.get(timeout=SECONDS)
            if told["uri"] == path.as_uri():
                return told["diagnostics"]

    def shut(self, path):
        self.tell("textDocument/didClose", textDocument={"uri": path.as_uri()})
        while self.marks.get(timeout=SECONDS)["uri"] != path.as_uri():
            pass

    def hover(self, path, line, column):
        """Return the text that is shown over a place (from 0); "" if there is none."""
        found = self.ask("textDocument/hover", **_at(path, line, column))
        return found["contents"]["value"] if found else ""

    def offers(self, path, line, column):
        """Return what is offered at a place (from 0): text to insert -> about it."""
        found = self.ask("textDocument/completion", **_at(path, line, column))
        return {item["label"]: item for item in found["items"]}

    # -- the wire

    def ask(self, method, **params):
        self.number += 1
        self._send({"id": self.number, "method": method, "params": params or None})
        answer = self.answers.get(timeout=SECONDS)
        assert answer["id"] == self.number
        assert "error" not in answer, answer
        return answer["result"]

    def tell(self, method, **params):
        self._send({"method": method, "params": params})

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _listen(self):
        out = self.process.stdout
        while head := out.readline():
            while (line := out.readline()).strip():
                head += line
            lengths = [row for row in head.split(b"\r\n") if b"Content-Length" in row]
            self._take(json.loads(out.read(int(lengths[0].split(b":")[1]))))

    def _take(self, message):
        method = message.get("method")
        if method is None:
            self.answers.put(message)
        elif method == "textDocument/publishDiagnostics":
            self.marks.put(message["params"])
        elif "id" in message:  # the server asks, for its settings above all
            wanted = (message.get("params") or {}).get("items", ())
            result = [self.settings.get(item["section"]) for item in wanted] or None
            self._send({"id": message["id"], "result": result})


def _at(path, line, column):
    return {
        "textDocument": {"uri": path.as_uri()},
        "position": {"line": line, "character": column},
    }
