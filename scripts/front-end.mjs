// Builds what the pages load, into connectors/channels/static/. Run it with: npm run build
//
// Everything is served from our own origin, so that no page tells another site who reads it.
import { copyFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, NodePackageImporter } from "sass";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const styles = join(root, "connectors/channels/styles");
const target = join(root, "connectors/channels/static");

const scripts = {
  "govuk-frontend.min.js": "govuk-frontend/dist/govuk/govuk-frontend.min.js",
  "htmx.min.js": "htmx.org/dist/htmx.min.js",
};

// A page that is being served must never find half a file: each is written beside its place, then moved there.
async function place(name, write) {
  const file = join(target, name);
  const unfinished = `${file}.unfinished`;
  await write(unfinished);
  await rename(unfinished, file);
}

function compiled(file) {
  return compile(file, {
    style: "compressed",
    importers: [new NodePackageImporter(root)],
    quietDeps: true,
  }).css;
}

await mkdir(target, { recursive: true });

// Each style sheet that is no partial (_name.scss) becomes a file of its own.
const sheets = (await readdir(styles)).filter((name) => name.endsWith(".scss") && !name.startsWith("_"));
for (const sheet of sheets) {
  const css = compiled(join(styles, sheet));
  await place(sheet.replace(/\.scss$/, ".css"), (file) => writeFile(file, css));
}

for (const [name, source] of Object.entries(scripts)) {
  await place(name, (file) => copyFile(join(modules, source), file));
}

// Our own scripts and pictures stand in the repository and are copied as they are.
const own = [];
for (const [folder, ending] of [["scripts", ".js"], ["pictures", ".svg"]]) {
  const from = join(root, "connectors/channels", folder);
  for (const name of (await readdir(from).catch(() => [])).filter((name) => name.endsWith(ending))) {
    await place(name, (file) => copyFile(join(from, name), file));
    own.push(name);
  }
}

// What an earlier version built and this one does not would otherwise be served for ever.
const expected = new Set([
  ...sheets.map((sheet) => sheet.replace(/\.scss$/, ".css")),
  ...Object.keys(scripts),
  ...own,
]);
for (const name of await readdir(target)) {
  if (!expected.has(name)) await rm(join(target, name), { recursive: true });
}

process.stdout.write(`Built ${expected.size} files into connectors/channels/static\n`);
