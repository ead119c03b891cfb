// Bundles src/*.js into the folder of the server, with the licences of what is in the bundles,
// and says what a page that loads an entry has to fetch. Usage: node build.mjs [folder]

import { rmSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const GOAL = resolve(process.argv[2] ?? join(HERE, "../src/kg/serve/static/built"));
const OUT = `${GOAL}-${process.pid}`; // becomes GOAL when all is well
const ENTRIES = ["editor", "check", "map", "network", "live"];
const LICENCE = /^(licen[cs]e|copying|notice)/i;

process.on("exit", () => rmSync(OUT, { recursive: true, force: true }));
await mkdir(OUT, { recursive: true });
const { metafile } = await build({
  absWorkingDir: HERE,
  entryPoints: ENTRIES.map((name) => `src/${name}.js`),
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "linked",
  chunkNames: "part-[hash]",
  loader: { ".png": "dataurl", ".svg": "dataurl" },
  metafile: true,
  logLevel: "warning",
});
await writeFile(join(OUT, "LICENCES.txt"), await licences(metafile));
const sizes = await measure(metafile);
await writeFile(join(OUT, "sizes.json"), `${JSON.stringify(sizes, null, 2)}\n`);
await rm(GOAL, { recursive: true, force: true });
await rename(OUT, GOAL);
for (const [name, { first, later }] of Object.entries(sizes)) {
  const more = later ? `, later ${kilobytes(later)}` : "";
  console.log(`${name}.js ${kilobytes(first)} gzipped${more}`);
}

/** The packages that are part of a bundle, each with the text of its licence. */
async function licences({ inputs }) {
  const folders = new Set();
  for (const path of Object.keys(inputs)) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (found) folders.add(join(HERE, found[1]));
  }
  const texts = ["The bundles in this folder hold these packages, under these licences.\n"];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json")));
    const files = (await readdir(folder)).filter((file) => LICENCE.test(file)).sort();
    if (!files.length) throw new Error(`${name} has no licence text`);
    texts.push(`\n${"=".repeat(72)}\n${name} ${version}: ${license}\n${"=".repeat(72)}\n`);
    for (const file of files) texts.push(`\n${(await readFile(join(folder, file), "utf8")).trim()}\n`);
  }
  return texts.join("");
}

/** Gzipped bytes of each entry: `first` with all it imports, `later` what it may import then. */
async function measure({ outputs }) {
  const files = new Map();
  for (const [path, output] of Object.entries(outputs)) {
    files.set(resolve(HERE, path), {
      size: gzipSync(await readFile(resolve(HERE, path)), { level: 9 }).length,
      imports: output.imports.map(({ path: to, kind }) => ({ to: resolve(HERE, to), kind })),
    });
  }
  const reach = (from, kinds, found = new Set()) => {
    if (found.has(from) || !files.has(from)) return found;
    found.add(from);
    for (const { to, kind } of files.get(from).imports) {
      if (kinds.includes(kind)) reach(to, kinds, found);
    }
    return found;
  };
  const sum = (paths) => [...paths].reduce((total, path) => total + files.get(path).size, 0);
  const sizes = {};
  for (const name of ENTRIES) {
    const entry = join(OUT, `${name}.js`);
    const first = reach(entry, ["import-statement"]);
    const all = reach(entry, ["import-statement", "dynamic-import"]);
    const style = await stat(join(OUT, `${name}.css`)).catch(() => null);
    sizes[name] = {
      first: sum(first),
      later: sum(all) - sum(first),
      files: [...first].map((path) => relative(OUT, path)).sort(),
      style: style ? files.get(join(OUT, `${name}.css`)).size : 0,
    };
  }
  return sizes;
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
