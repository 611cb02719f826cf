/**
 * Serves a client that was just built in front of a node, so that the client can be tested without compiling the node
 * anew (`ENTRENOUS_WEB_DIST=web/dist`): the same files, policy and caching as `src/api/src/client` has them.
 */

import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { extname, join, normalize } from "node:path";
import { brotliCompressSync } from "node:zlib";

export interface Front {
  close: () => Promise<void>;
}

/** What the node answers itself. */
const NODE =
  /^\/(api|oauth|auth|invite|invitations|media|static|health|users|ap|inbox|nodeinfo|federation|\.well-known|manifest\.json|entrenous|actor|join|posts)(\/|$|\?)/;
const KINDS: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export async function front(dist: string, port: number, node: number): Promise<Front> {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
    `connect-src 'self' ws://localhost:${port}; font-src 'self'; manifest-src 'self'; worker-src 'self'; ` +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  const shell = await readFile(join(dist, "index.html"));
  const known = new Map<string, Buffer>();
  const packed = async (place: string) => {
    const body = known.get(place) ?? brotliCompressSync(await readFile(place));
    known.set(place, body);
    return body;
  };
  const server = createServer((asked, answer) => {
    const path = (asked.url ?? "/").split("?")[0] ?? "/";
    const page = (asked.headers.accept ?? "").includes("text/html");
    const headers = { "content-security-policy": policy, "cache-control": "no-cache" };
    const file = path === "/sw.js" || path.startsWith("/assets/");
    if (asked.method === "GET" && file) {
      const place = normalize(join(dist, path));
      packed(place).then(
        (body) => {
          const keep = path === "/sw.js" ? "no-cache" : "public, max-age=31536000, immutable";
          const kind = KINDS[extname(path)] ?? "application/octet-stream";
          const more = { "cache-control": keep, "content-type": kind, "content-encoding": "br" };
          answer.writeHead(200, { ...headers, ...more }).end(body);
        },
        () => answer.writeHead(404, headers).end(),
      );
      return;
    }
    if (asked.method === "GET" && page && !NODE.test(path)) {
      answer.writeHead(200, { ...headers, "content-type": "text/html; charset=utf-8" }).end(shell);
      return;
    }
    const onward = request(
      {
        host: "127.0.0.1",
        port: node,
        path: asked.url,
        method: asked.method,
        headers: asked.headers,
        agent: false,
      },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      },
    );
    onward.on("error", () => answer.writeHead(502).end());
    asked.pipe(onward);
  });
  server.on("upgrade", (asked, socket, head) => {
    const onward = connect(node, "127.0.0.1", () => {
      const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${String(value)}`);
      onward.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward])
      end.on("error", () => [socket, onward].forEach((one) => one.destroy()));
  });
  // Who asks by `fetch` keeps connections for later.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
