// Bundles the page: node web/build.mjs OUT.html. One file, nothing fetched; cone fills in the result at @CONE_RESULT@.
// SPDX-License-Identifier: Apache-2.0
import { build } from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const slots = { '@CONE_STYLE@': 'src/style.css', '@CONE_SCRIPT@': 'src/main.js' };

async function bundle(entry) {
  const result = await build({
    entryPoints: [join(here, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    charset: 'ascii',
    legalComments: 'none',
    loader: { '.woff2': 'dataurl' },
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return result.outputFiles[0].text.trim();
}

// Every slot stands once, and what goes in cannot close the element it goes into.
function fill(page, slot, text) {
  const parts = page.split(slot);
  if (parts.length !== 2) throw new Error(`${slot} must stand once in the template, found ${parts.length - 1}`);
  if (/<\/(script|style)/i.test(text)) throw new Error(`${slot}: the bundle closes its own element`);
  return parts.join(text);
}

const out = process.argv[2];
if (!out) throw new Error('usage: node web/build.mjs OUT.html');
let page = await readFile(join(here, 'src/page.html'), 'utf8');
for (const [slot, entry] of Object.entries(slots)) page = fill(page, slot, await bundle(entry));
await writeFile(out, page);
