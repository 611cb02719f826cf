import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const src = fileURLToPath(new URL("./src", import.meta.url));

/** Where `npm run dev` finds a node: the first one of `cargo xtask demo`. */
const node = process.env["ENTRENOUS_NODE"] ?? "http://127.0.0.1:8301";
const served = ["/api", "/oauth", "/auth", "/invite", "/media", "/static", "/manifest.json", "/health"];

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias: { $: src } },
  build: {
    target: "es2022",
    // The node sends a policy that forbids inline anything, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        index: fileURLToPath(new URL("./index.html", import.meta.url)),
        sw: `${src}/sw/main.ts`,
      },
      output: {
        // The service worker's address never changes: browsers look there for a new one.
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  server: {
    proxy: Object.fromEntries(served.map((path) => [path, { target: node, ws: true, changeOrigin: true }])),
  },
});
