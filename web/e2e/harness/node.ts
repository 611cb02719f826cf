/** Real nodes: set up, started, connected and ended by their id, as in `federation-tests/src/node.rs`. */

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { front, type Front } from "./front";

export const PASSWORD = "correct horse battery";
export const SCOPES = "read write follow push admin:read admin:write";

/** What a test needs to know of a node. */
export interface Address {
  name: string;
  url: string;
  authority: string;
  dir: string;
}

export function binary(): string {
  const path = process.env["ENTRENOUS_BIN"];
  if (!path || !existsSync(path)) throw new Error("ENTRENOUS_BIN must lead to the node's binary");
  return path;
}

/** Below the range from which the system takes ports for outgoing connections, of which tests make many. */
const FIRST_PORT = 12_000;
const PORTS = 18_000;
let tried = (process.pid * 137) % PORTS;

async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + (tried++ % PORTS);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** Asks until there is an answer: another process has no event to wait for. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null | false>,
  seconds = 30,
): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Runs a command on a node and answers what it printed. */
export function command(node: Pick<Address, "dir">, args: string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      binary(),
      [...args, "--data-dir", node.dir],
      { timeout: 60_000, env: { ...process.env, ENTRENOUS_LOG_LEVEL: "warn" } },
      (error, out, words) => {
        if (error) reject(new Error(`entrenous ${args.join(" ")}: ${words || error.message}`));
        else resolve(out.trim());
      },
    );
    // A command that does not read its input may be gone already.
    child.stdin?.on("error", () => {});
    child.stdin?.end(`${input}\n`);
  });
}

export const addPerson = (node: Address, username: string, name: string, locale = "en") =>
  command(
    node,
    ["person", "add", "--username", username, "--display-name", name, "--locale", locale, "--password-stdin"],
    PASSWORD,
  );

export const makeToken = (node: Address, username: string, scopes = SCOPES) =>
  command(node, ["token", "create", "--username", username, "--scopes", scopes]);

export class Node {
  private process: ChildProcess | null = null;
  private front: Front | null = null;

  private constructor(
    readonly address: Address,
    private readonly listen: number,
    private readonly port: number,
  ) {}

  /** `services` are the push services that may tell its people's devices. */
  static async start(name: string, accent: string, services: string[] = []): Promise<Node> {
    const dir = await mkdtemp(join(tmpdir(), "entrenous-e2e-"));
    const port = await freePort();
    // With a client of its own the front stands where people come, and the node behind it.
    const listen = process.env["ENTRENOUS_WEB_DIST"] ? await freePort() : port;
    const authority = `localhost:${port}`;
    const node = new Node({ name, url: `http://${authority}`, authority, dir }, listen, port);
    const args = ["init", "--url", node.address.url, "--listen", `127.0.0.1:${listen}`, "--name", name];
    args.push("--accent", accent, "--owner", "owner", "--owner-password-stdin", "--allow-local");
    try {
      await command(node.address, args, PASSWORD);
      if (services.length > 0) {
        const path = join(dir, "entrenous.toml");
        const text = await readFile(path, "utf8");
        await writeFile(path, text.replace("# services = []", `services = ${JSON.stringify(services)}`));
      }
      await node.serve();
      return node;
    } catch (error) {
      await node.remove();
      throw error;
    }
  }

  async serve(): Promise<void> {
    const log = createWriteStream(join(this.address.dir, "log.txt"), { flags: "a" });
    this.process = spawn(binary(), ["serve", "--data-dir", this.address.dir], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ENTRENOUS_LOG_LEVEL: process.env["TEST_LOG"] ?? "info" },
    });
    this.process.stderr?.pipe(log);
    const dist = process.env["ENTRENOUS_WEB_DIST"];
    if (dist) this.front = await front(dist, this.port, this.listen);
    await eventually(`${this.address.name} to answer`, async () => {
      if (this.process?.exitCode !== null) throw new Error(await this.lastWords());
      return (await fetch(`${this.address.url}/health`)).ok;
    });
  }

  /** The last lines it logged. */
  async lastWords(): Promise<string> {
    const text = await readFile(join(this.address.dir, "log.txt"), "utf8").catch(() => "");
    return `--- ${this.address.name}\n${text.slice(-4_000)}`;
  }

  async stop(): Promise<void> {
    await this.front?.close();
    this.front = null;
    const mine = this.process;
    this.process = null;
    if (!mine || mine.exitCode !== null) return;
    const gone = new Promise((resolve) => mine.once("exit", resolve));
    mine.kill("SIGTERM");
    const late = setTimeout(() => mine.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(late);
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.address.dir, { recursive: true, force: true });
  }
}

/** The real invitation: link, join, confirm. */
export async function connect(a: Address, b: Address): Promise<void> {
  const link = await command(a, ["peer", "invite"]);
  await command(b, ["peer", "join", link, "--yes"]);
  await command(a, ["peer", "confirm", b.authority]);
  for (const [here, there] of [
    [a, b],
    [b, a],
  ] as const)
    await eventually("both nodes to be active", async () => {
      const peers = JSON.parse(await command(here, ["--json", "peer", "list"])) as {
        authority: string;
        state: string;
      }[];
      return peers.some((peer) => peer.authority === there.authority && peer.state === "active");
    });
}
