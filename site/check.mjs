// Opens every page of a built site in Chromium, on a screen of 380 pixels, in the light and the dark theme:
//
//	node check.mjs FOLDER CHROMIUM [PICTURES]
//
// PICTURES is a folder for screenshots of some pages, in both themes, on a wide and on a narrow screen.
// VERBOSE prints the time of each page, and ONLY selects pages by a regular expression.
//
// Each page must load without an error on the console and without a failed request, must not scroll sideways, and must have
// the contrast of WCAG AA. Every link inside the site must have a target, with its anchor. The search must find a page.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const [folder, executablePath, pictures] = process.argv.slice(2);
const require = createRequire(path.join(process.cwd(), 'package.json'));
const { chromium } = require('playwright-core');
const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');

const prefix = '/docs/';
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png' };
const server = createServer(async (req, res) => {
  let name = decodeURIComponent(new URL(req.url, 'http://x').pathname);
  if (!name.startsWith(prefix)) return res.writeHead(404).end();
  name = path.join(folder, name.slice(prefix.length));
  try {
    if (statSync(name).isDirectory()) name = path.join(name, 'index.html');
    res.writeHead(200, { 'content-type': types[path.extname(name)] ?? 'text/plain; charset=utf-8' }).end(await readFile(name));
  } catch {
    res.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;

const pages = readdirSync(folder, { recursive: true }).filter((f) => path.basename(f) === 'index.html').map((f) => f.slice(0, -'index.html'.length)).sort();
if (pages.length < 10) throw new Error(`only ${pages.length} pages`);

const faults = [];
const ids = new Map(); // of each page
const links = []; // from, to
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-renderer-backgrounding', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

async function open(context, at) {
  const began = performance.now();
  const page = await context.newPage();
  page.setDefaultTimeout(180_000); // of a machine that does other things too
  const fault = (text) => faults.push(`${at || 'index'}: ${text}`);
  page.on('console', (m) => m.type() === 'error' && fault(`console: ${m.text()}`));
  page.on('pageerror', (e) => fault(`error: ${e.message}`));
  page.on('requestfailed', (r) => fault(`request failed: ${r.url()} ${r.failure()?.errorText}`));
  page.on('request', (r) => r.url().startsWith(origin) || r.url().startsWith('data:') || r.url().startsWith('blob:') || fault(`asks another server: ${r.url()}`));
  await page.goto(origin + prefix + at, { waitUntil: 'load' });
  const seen = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    ids: [...document.querySelectorAll('[id]')].map((e) => e.id),
    links: [...document.querySelectorAll('a[href]')].map((e) => e.href),
    title: document.querySelector('h1')?.textContent,
  }));
  if (seen.width > 380) fault(`${seen.width} pixels wide on a screen of 380`);
  if (!seen.title) fault('no title');
  ids.set(prefix + at, new Set(seen.ids));
  for (const to of seen.links) links.push([at, to]);
  await page.evaluate(axe);
  for (const theme of ['default', 'slate']) {
    // Header and navigation are the same on all pages: those of the first are looked at.
    const found = await page.evaluate(async ([scheme, all]) => {
      document.body.setAttribute('data-md-color-scheme', scheme);
      document.documentElement.style.setProperty('transition', 'none');
      const result = await window.axe.run(all ? document : '.md-content', { runOnly: ['color-contrast'], resultTypes: ['violations'] });
      return result.violations.flatMap((v) => v.nodes.map((n) => `${n.target.join(' ')}: ${n.any[0]?.message}`));
    }, [theme, at === '']);
    for (const text of new Set(found.slice(0, 3))) fault(`${theme}: ${text}`);
  }
  await page.close();
  if (process.env.VERBOSE) console.log(`${at || 'index'}: ${Math.round(performance.now() - began)} ms`);
}

const context = await browser.newContext({ viewport: { width: 380, height: 800 }, reducedMotion: 'reduce' });
await context.addInitScript(() => document.addEventListener('DOMContentLoaded', () => {
  const style = document.createElement('style');
  style.textContent = '*{transition:none!important;animation:none!important}';
  document.head.append(style);
}));
const waiting = pages.filter((p) => !process.env.ONLY || new RegExp(process.env.ONLY).test(p));
await Promise.all(Array.from({ length: 2 }, async () => {
  for (let at; (at = waiting.shift()) !== undefined; ) await open(context, at);
}));

if (!process.env.ONLY) for (const [from, to] of links) {
  const url = new URL(to);
  if (url.origin !== origin) continue;
  let name = decodeURIComponent(url.pathname);
  if (!name.startsWith(prefix)) { faults.push(`${from}: ${to} leaves the site`); continue; }
  const known = ids.get(name);
  if (known) {
    const id = decodeURIComponent(url.hash.slice(1));
    if (id && !known.has(id)) faults.push(`${from}: ${name} has no #${id}`);
  } else {
    try { statSync(path.join(folder, name.slice(prefix.length))); } catch { faults.push(`${from}: ${name} does not exist`); }
  }
}

// The search: a word of a title finds its page.
const wide = await browser.newContext({ viewport: { width: 1280, height: 900 } });
const page = await wide.newPage();
page.setDefaultTimeout(180_000);
await page.goto(origin + prefix);
let found = false;
for (let n = 0; n < 20 && !found; n++) { // what is typed before the script listens is lost
  await page.fill('input.md-search__input', '');
  await page.locator('input.md-search__input').pressSequentially('rotate a token');
  found = await page.waitForSelector('.md-search-result__link[href*="rotate-a-token"]', { timeout: 5000 }).then(() => true, () => false);
}
if (!found) faults.push('the search does not find "rotate a token"');

for (const fault of faults.slice(0, 60)) console.log(fault);
console.log(`${pages.length} pages, ${links.length} links, ${faults.length} faults`);

if (pictures) {
  for (const scheme of ['light', 'dark']) {
    for (const [name, width] of [['wide', 1280], ['narrow', 380]]) {
      const shown = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
      for (const at of ['', 'concepts/groups/', 'getting-started/five-minutes/', 'reference/cli/']) {
        const picture = await shown.newPage();
        picture.setDefaultTimeout(180_000);
        await picture.goto(origin + prefix + at);
        await picture.screenshot({ path: path.join(pictures, `${name}-${scheme}-${at.replaceAll('/', '-') || 'index'}.png`) });
      }
    }
  }
}
await browser.close();
server.close();
process.exit(faults.length ? 1 : 0);
