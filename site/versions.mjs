// Opens a site with several versions, as mike makes it, in Chromium:
//
//	node versions.mjs FOLDER CHROMIUM
//
// FOLDER has the versions next, v0.1.0 (latest) and v0.2.0-rc.1. The address of the site must lead to the latest; its header
// must offer all versions, and lead to the same page of another one.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { statSync } from 'node:fs';
import path from 'node:path';

const [folder, executablePath] = process.argv.slice(2);
const require = createRequire(path.join(process.cwd(), 'package.json'));
const { chromium } = require('playwright-core');

const prefix = '/scimstack/'; // as GitHub Pages serves the site of a repository
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml' };
const server = createServer(async (req, res) => {
  let name = path.join(folder, decodeURIComponent(new URL(req.url, 'http://x').pathname).slice(prefix.length));
  try {
    if (statSync(name).isDirectory()) name = path.join(name, 'index.html');
    res.writeHead(200, { 'content-type': types[path.extname(name)] ?? 'text/plain' }).end(await readFile(name));
  } catch {
    res.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;

const faults = [];
const must = (what, got, wanted) => JSON.stringify(got) === JSON.stringify(wanted) || faults.push(`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.setDefaultTimeout(120_000); // of a machine that does other things too
page.on('console', (m) => m.type() === 'error' && faults.push(`console: ${m.text()}`));
page.on('pageerror', (e) => faults.push(`error: ${e.message}`));

await page.goto(origin + prefix);
await page.waitForURL(`${origin}${prefix}latest/`);
await page.goto(`${origin}${prefix}latest/concepts/groups/`);
await page.waitForSelector('.md-version__current');
must('the version of latest', (await page.textContent('.md-version__current')).trim().split(/\s/)[0], 'v0.1.0');
const offered = await page.$$eval('.md-version__link', (all) => all.map((a) => a.textContent.trim()));
must('the versions that are offered', offered.sort(), ['next', 'v0.1.0', 'v0.2.0-rc.1']);
await page.hover('.md-version');
await page.click('.md-version__link:has-text("next")');
await page.waitForURL(`${origin}${prefix}next/concepts/groups/`).catch(() => faults.push(`the link to next leads to ${page.url()}`));
await page.waitForSelector('.md-version__current');
must('the version of next', (await page.textContent('.md-version__current')).trim().split(/\s/)[0], 'next');
must('its title', await page.textContent('h1').then((s) => s.replace('¶', '').trim()), 'Groups and membership');

for (const fault of faults) console.log(fault);
console.log(`versions ${offered.join(', ')}: ${faults.length} faults`);
await browser.close();
server.close();
process.exit(faults.length ? 1 : 0);
