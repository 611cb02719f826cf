import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const src = fileURLToPath(new URL("./src", import.meta.url));

/** Where `npm run dev` finds a node: the first one of `cargo xtask demo`. */
const node = process.env["ENTRENOUS_NODE"] ?? "http://127.0.0.1:8301";
const served = ["/api", "/oauth", "/auth", "/invite", "/media", "/static", "/manifest.json", "/health"];

/** Tells the service worker which files the shell is made of, and gives that state of them a name. */
function shellList(): Plugin {
  return {
    name: "entrenous-shell-list",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const files = Object.keys(bundle)
          .filter((name) => name.startsWith("assets/") && !name.endsWith(".map"))
          .sort();
        const page = bundle["index.html"];
        const text = page?.type === "asset" ? String(page.source) : "";
        const version = createHash("sha256")
          .update(files.join() + text)
          .digest("hex")
          .slice(0, 12);
        const list = JSON.stringify({ version, files: files.map((name) => `/${name}`) });
        const worker = bundle["sw.js"];
        if (worker?.type !== "chunk" || !worker.code.includes("__SHELL__"))
          this.error("the service worker does not ask for the list of the shell");
        worker.code = `const __SHELL__=${list};${worker.code}`;
      },
    },
  };
}

/** What the page after signing in is made of: one chunk, since every file costs a slow network a round trip. */
const MAIN = `${src}/main.ts`;
let first: Set<string> | null = null;

function isFirst(id: string, context: { getModuleInfo: (id: string) => { importedIds: string[] } | null }) {
  if (first === null) {
    first = new Set();
    const open = [MAIN];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (first.has(next)) continue;
      first.add(next);
      open.push(...(context.getModuleInfo(next)?.importedIds ?? []));
    }
  }
  return first.has(id);
}

/** Puts the script that asks early in front of the others, as a file of its own. */
function askEarly(): Plugin {
  return {
    name: "entrenous-early",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const early = Object.values(bundle ?? {}).find((one) => one.type === "chunk" && one.name === "early");
        if (!early || early.type !== "chunk" || early.imports.length > 0)
          throw new Error("the early script must be there, and stand alone");
        const attrs = { type: "module", crossorigin: true, src: `/${early.fileName}` };
        return [{ tag: "script", attrs, injectTo: "head-prepend" }];
      },
    },
  };
}

/** For the list of what is in a release: the packages of which something is in the client, one a line, into a named file. */
function listPackages(): Plugin {
  return {
    name: "entrenous-packages",
    apply: "build",
    enforce: "post",
    writeBundle(_options, bundle) {
      const file = process.env["ENTRENOUS_PACKAGES"];
      if (!file) return;
      const packages = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const id of chunk.moduleIds) {
          const inner = id.split("/node_modules/").at(-1);
          const name = inner === id ? undefined : /^(@[^/]+\/)?[^/]+/.exec(inner ?? "")?.[0];
          if (name) packages.add(name);
        }
      }
      writeFileSync(file, [...packages].sort().join("\n") + "\n");
    },
  };
}

export default defineConfig({
  plugins: [svelte(), shellList(), askEarly(), listPackages()],
  resolve: { alias: { $: src } },
  build: {
    target: "es2022",
    // The node sends a policy that forbids inline anything, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        index: fileURLToPath(new URL("./index.html", import.meta.url)),
        early: `${src}/early.ts`,
        sw: `${src}/sw/main.ts`,
      },
      output: {
        // The service worker's address never changes: browsers look there for a new one.
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
        codeSplitting: {
          groups: [{ name: (id, context) => (id !== MAIN && isFirst(id, context) ? "first" : null) }],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(served.map((path) => [path, { target: node, ws: true, changeOrigin: true }])),
  },
});
