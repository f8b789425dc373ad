// Every mail as people see it, in a real browser: by day and by night, on a desk and on a telephone; nothing sticks out,
// nothing is left unfilled, everything can be read, and the text part says the same. GATEHOUSE_MAIL_PICTURES=DIR keeps pictures.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, test } from "node:test";
import { Browser } from "../support/browser.mjs";
import { gatehouse, temporaryFolder } from "../support/server.mjs";

const pictures = process.env.GATEHOUSE_MAIL_PICTURES;
const brands = {
  plain: "",
  loud: '[brand]\nname = "Marktplatz & Söhne <Berlin>"\n[brand.colors]\naccent = "#ffd400"\nbackground = "#fff8e7"\ntext = "#2b1d0e"\n',
};

/** In the page: each piece of text with its contrast to what lies behind it, as WCAG 2 counts. */
const contrasts = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node; (node = walker.nextNode()); ) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.getClientRects().length || e.getBoundingClientRect().height < 1) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    found.push({ text: node.data.trim().slice(0, 40), contrast: (a + 0.05) / (b + 0.05) });
  }
  return found;
})()`;

describe("mails", () => {
  let browser;
  before(() => (browser = new Browser()));
  after(() => browser.close());

  for (const [brand, config] of Object.entries(brands)) {
    const folder = temporaryFolder("gatehouse-mails-");
    const file = join(folder, "brand.toml");
    writeFileSync(file, config, { mode: 0o600 });
    const made = gatehouse(["mail", "preview", "--dev", "--data", ":memory:", "--config", file, "--out", folder]);
    assert.equal(made.status, 0, made.stderr);
    const names = readdirSync(folder).filter((name) => name.endsWith(".html")).map((name) => name.replace(".html", ""));
    assert.ok(names.length >= 17);

    for (const name of names)
      test(`${name}, ${brand}: reads well by day and night, wide and narrow`, async () => {
        for (const dark of [false, true])
          for (const width of [700, 360]) {
            const where = `${dark ? "dark" : "light"} at ${width}`;
            const page = await browser.open(pathToFileURL(join(folder, `${name}.html`)).href, { dark, width });
            assert.ok((await page.value("document.documentElement.scrollWidth")) <= width, `${where}: it sticks out`);
            for (const { text, contrast } of await page.value(contrasts)) assert.ok(contrast >= 4.5, `${where}: "${text}" has a contrast of ${contrast.toFixed(2)}`);
            for (const button of await page.value('[...document.querySelectorAll(".button a")].map((e) => e.getBoundingClientRect().height)')) assert.ok(button >= 44, `${where}: the button is ${button} px high`);
            assert.deepEqual(page.complaints, [], where);
            assert.ok(page.requests.every(({ url }) => url.startsWith("file:")), `${where}: it asks nobody for anything`);
            if (pictures) await picture(page, `${brand}-${name}-${dark ? "dark" : "light"}-${width}.png`);
            await page.send("Page.close");
          }
      });

    for (const name of names)
      test(`${name}, ${brand}: the text part is whole and plain`, () => {
        const html = readFileSync(join(folder, `${name}.html`), "utf8");
        const text = readFileSync(join(folder, `${name}.txt`), "utf8");
        for (const part of [html, text]) assert.ok(!/\{\{|\}\}|undefined|\[object/.test(part), "a tag is left unfilled");
        assert.ok(!/<\/?[a-z]+[^>]*>|&[a-z]+;|&#\d+;/.test(text.replaceAll("<Berlin>", "")), "no HTML in the text");
        for (const line of text.split("\n")) assert.ok(line.includes("://") || line.length <= 78, `a long line: ${line}`);
        for (const [link] of text.matchAll(/https?:\/\/\S+/g)) assert.ok(html.includes(link.replaceAll("&", "&amp;")) || html.includes(link), `${link} is in both`);
      });
  }
});

async function picture(page, name) {
  mkdirSync(pictures, { recursive: true });
  const { contentSize } = await page.send("Page.getLayoutMetrics").then(({ cssContentSize }) => ({ contentSize: cssContentSize }));
  const { data } = await page.send("Page.captureScreenshot", { captureBeyondViewport: true, clip: { x: 0, y: 0, width: contentSize.width, height: contentSize.height, scale: 1 } });
  writeFileSync(join(pictures, name), Buffer.from(data, "base64"));
}
