"""Whether this test can fail: a tiny server whose answers are not what its document says, one defect for each check."""

import http.server
import json
import tempfile
import threading

from asking import ask

TEXT = {"application/json": {"schema": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}}
GOOD = {"200": {"description": "Success", "content": TEXT}}
LINKED = {"200": {"description": "Success", "content": TEXT, "headers": {
    "Link": {"required": True, "schema": {"type": "string"}}}}}
# Path: documented answers, what is answered, and the words with which that is found (none for what is right).
CASES = {
    "/right": (GOOD, (200, "application/json", '{"id":"1"}'), None),
    "/undocumented": (GOOD, (418, "application/json", '{"id":"1"}'), "Undocumented status code"),
    "/failing": (GOOD | {"5XX": {"description": "Failure"}}, (500, "application/json", "{}"), "Server error"),
    "/text": (GOOD, (200, "text/plain", "1"), "Undocumented Content-Type"),
    "/other": (GOOD, (200, "application/json", '{"id":1}'), "Response violates schema"),
    "/bare": (LINKED, (200, "application/json", '{"id":"1"}'), "Missing required response headers"),
}


class Stub(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        # schemathesis also looks at what there is besides the paths.
        _, (status, kind, text), _ = CASES.get(self.path.split("?")[0], (None, (404, "text/plain", ""), None))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def document(paths):
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stub", "version": "1"},
        "paths": {path: {"get": {"operationId": path[1:], "responses": CASES[path][0]}} for path in paths},
    }


def found(paths):
    """What is found of these paths."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(document(paths), file)
            file.flush()
            return ask(f"http://127.0.0.1:{server.server_port}", file.name, {}, examples=2)
    finally:
        server.shutdown()
        server.server_close()


def check():
    asked = found(["/right"])
    assert asked.code == 0 and asked.requests() > 0, f"what is right is not found right:\n{asked.said}"
    asked = found(CASES)
    assert asked.code == 1, f"a server full of defects passes:\n{asked.said}"
    for path, (_, _, words) in CASES.items():
        section = asked.said.split(f" GET {path} ", 1)[1:]
        if words is None:
            assert not section, f"what is right is blamed:\n{asked.said}"
        else:
            assert section and words in section[0].split(" GET /")[0], f"{words!r} of {path} is not found:\n{asked.said}"
