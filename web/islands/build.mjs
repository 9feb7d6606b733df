// Builds src/ into ../static/dist: app.js and app.css, one chunk per island, the icon sprite and manifest.json.
// `node build.mjs` writes; `node build.mjs --check` builds in memory and fails when the committed files differ.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = resolve(here, "../static/dist");
const target = ["chrome90", "firefox90", "safari15"];

// Raw bytes a page may cost; a larger file fails the build so that growth is a decision.
const budgets = { "app.js": 120_000, "app.css": 680_000, "diagram.js": 330_000, "table.js": 760_000, "form.js": 720_000 };

// Strings and choices that form-js keeps to itself. When upstream changes one of these lines, the build stops.
const formPatches = [
  ["placeholder: 'Search',", "placeholder: sayInForm('Search'),", 1],
  ["children: valueLabel || 'Select'", "children: valueLabel || sayInForm('Select')", 1],
  ['children: "Browse"', "children: sayInForm('Browse')", 1],
  ["function getLocaleDateFormat(locale = 'default') {", "function getLocaleDateFormat(locale = document.documentElement.lang || 'default') {", 1],
];

const patchForms = {
  name: "patch-forms",
  setup(build) {
    build.onLoad({ filter: /form-js-viewer[\\/]dist[\\/]index\.es\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const [from, to, times] of formPatches) {
        const found = contents.split(from).length - 1;
        if (found !== times) return { errors: [{ text: `expected ${times} × ${from} in form-js-viewer, but found ${found}; look at build.mjs` }] };
        contents = contents.replaceAll(from, to);
      }
      const words = JSON.stringify(join(here, "src/words.js"));
      return { contents: `import { t as sayInForm } from ${words};\n${contents}`, loader: "js", resolveDir: dirname(path) };
    });
  },
};

// `import css from "x.css?sheet"`: the stylesheet as text, for document.adoptedStyleSheets (allowed by a strict style-src).
const sheets = {
  name: "sheets",
  setup(build) {
    build.onResolve({ filter: /\.css\?sheet$/ }, ({ path, resolveDir }) => ({ path: relative(here, resolve(resolveDir, path.replace("?sheet", ""))), namespace: "sheet" }));
    build.onLoad({ filter: /.*/, namespace: "sheet" }, async ({ path }) => {
      // The path is part of the hash in the file's name, so it must not be that of one machine.
      const result = await esbuild.build({ entryPoints: [resolve(here, path)], bundle: true, minify: true, write: false, target, loader: fonts });
      return { contents: result.outputFiles[0].text, loader: "text" };
    });
  },
};

const fonts = { ".woff2": "dataurl", ".woff": "empty", ".ttf": "empty", ".eot": "empty", ".svg": "dataurl" };

async function bundle() {
  const result = await esbuild.build({
    absWorkingDir: here,
    entryPoints: { app: "src/app.js", "app-css": "src/app.css" },
    outdir: dist,
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    write: false,
    metafile: true,
    target,
    charset: "utf8",
    legalComments: "linked",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    loader: fonts,
    plugins: [patchForms, sheets],
    logLevel: "warning",
  });
  const files = new Map(result.outputFiles.map((file) => [basename(file.path), Buffer.from(file.contents)]));
  const manifest = {};
  for (const name of files.keys()) {
    const plain = name.replace(/-[A-Z0-9]{8}(?=\.)/, "").replace("app-css", "app");
    manifest[plain === "chunk.js" || plain.startsWith("chunk.js") ? name : plain] = name;
  }
  return { files, manifest };
}

function addHashed(files, manifest, name, text) {
  const contents = Buffer.from(text, "utf8");
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8).toUpperCase();
  const hashed = name.replace(/(\.\w+)$/, `-${hash}$1`);
  files.set(hashed, contents);
  manifest[name] = hashed;
}

async function sprite() {
  const names = JSON.parse(await readFile(join(here, "icons.json"), "utf8")).sort();
  const own = (await readdir(join(here, "src/icons"))).filter((file) => file !== "favicon.svg").map((file) => file.replace(".svg", "")).sort();
  const symbol = (name, svg, attributes) => {
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/<path stroke="none"[^>]*>/, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24"${attributes}>${body}</symbol>`;
  };
  const line = ' fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
  const symbols = [];
  for (const name of names) symbols.push(symbol(name, await readFile(join(here, `node_modules/@tabler/icons/icons/outline/${name}.svg`), "utf8"), line));
  for (const name of own) symbols.push(symbol(name, await readFile(join(here, `src/icons/${name}.svg`), "utf8"), ""));
  return { svg: `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`, names: [...names, ...own] };
}

async function buildAll() {
  const { files, manifest } = await bundle();
  const icons = await sprite();
  addHashed(files, manifest, "icons.svg", icons.svg);
  addHashed(files, manifest, "favicon.svg", await readFile(join(here, "src/icons/favicon.svg"), "utf8"));
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  files.set("manifest.json", Buffer.from(JSON.stringify(sorted, null, 1) + "\n"));
  files.set("icons.json", Buffer.from(JSON.stringify(icons.names) + "\n"));
  const tooLarge = Object.entries(budgets).filter(([name, most]) => files.get(manifest[name])?.length > most);
  for (const [name, most] of tooLarge) console.error(`${name} has ${files.get(manifest[name]).length} bytes, the budget is ${most}`);
  for (const name of Object.keys(budgets)) if (!manifest[name]) console.error(`${name} was not built`);
  if (tooLarge.length || Object.keys(budgets).some((name) => !manifest[name])) process.exitCode = 1;
  return { files, manifest };
}

const { files, manifest } = await buildAll();
if (process.argv.includes("--check")) {
  const committed = new Set(await readdir(dist));
  const wrong = [];
  for (const [name, contents] of files) {
    if (!committed.delete(name)) wrong.push(`missing: ${name}`);
    else if (!contents.equals(await readFile(join(dist, name)))) wrong.push(`differs: ${name}`);
  }
  for (const name of committed) wrong.push(`left over: ${name}`);
  if (wrong.length) {
    console.error(`static/dist is not what the sources give; run "npm ci && npm run build" in web/islands:\n  ${wrong.join("\n  ")}`);
    process.exitCode = 1;
  } else console.log(`static/dist is fresh: ${files.size} files`);
} else {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  for (const [name, contents] of files) await writeFile(join(dist, name), contents);
  for (const [plain, name] of Object.entries(manifest)) if (!plain.includes("LEGAL")) console.log(`${plain.padEnd(22)} ${String(files.get(name).length).padStart(8)}`);
}
