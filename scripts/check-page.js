// Opens a report in Chromium and asks axe-core for violations, in the light and the dark scheme, wide and narrow, both languages;
// then uses the filter. Needs puppeteer-core and axe-core beside it (NODE_PATH).
//
//     node check-page.js /path/to/chromium /path/to/report.html
const puppeteer = require("puppeteer-core");
const axe = require.resolve("axe-core/axe.min.js");

async function violations(page, name) {
  const result = await page.evaluate(async () => {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.length} × ${v.nodes[0].html.slice(0, 200)}`);
  });
  for (const line of result) { console.log(`FAILED: ${name}: ${line}`); }
  if (result.length === 0) { console.log(`ok: ${name}: no violations`); }
  return result.length;
}

(async () => {
  const [chromium, file] = process.argv.slice(2);
  const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  let failed = 0;
  for (const scheme of ["light", "dark"]) {
    for (const width of [1280, 500]) {
      const page = await browser.newPage();
      // The page forbids scripts of others to itself; the checker is one.
      await page.setBypassCSP(true);
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      const errors = [];
      page.on("pageerror", (e) => errors.push(String(e)));
      page.on("request", (r) => { if (!r.url().startsWith("file:")) { errors.push(`asks for ${r.url()}`); } });
      await page.goto(`file://${file}`);
      await page.addScriptTag({ path: axe });
      failed += await violations(page, `${scheme}, ${width} px`);
      if (await page.$("#lang-en")) {
        await page.click("#lang-en");
        failed += await violations(page, `${scheme}, ${width} px, English`);
        await page.click("#lang-vi");
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
      if (wide) { console.log(`FAILED: ${scheme}, ${width} px: the page is wider than the window`); failed += 1; }
      for (const error of errors) { console.log(`FAILED: ${scheme}, ${width} px: ${error}`); failed += 1; }
      if (await page.$("#filter")) {
        const counts = await page.evaluate(async () => {
          const form = document.getElementById("filter");
          const shown = () => Array.from(document.querySelectorAll("[data-s]")).filter((r) => !r.hidden).length;
          const wait = () => new Promise((done) => setTimeout(done, 300));
          const all = shown();
          form.elements.result.value = "fail";
          form.dispatchEvent(new Event("input"));
          await wait();
          const failing = shown();
          form.elements.q.value = "khong-co-chu-nay-o-dau-ca";
          form.dispatchEvent(new Event("input"));
          await wait();
          const none = shown();
          form.reset();
          await wait();
          return { all, failing, none, again: shown() };
        });
        const right = counts.failing > 0 && counts.failing <= counts.all && counts.none === 0 && counts.again === counts.all;
        console.log(`${right ? "ok" : "FAILED"}: filter: ${JSON.stringify(counts)}`);
        failed += right ? 0 : 1;
      }
      await page.close();
    }
  }
  await browser.close();
  process.exit(failed ? 1 : 0);
})();
