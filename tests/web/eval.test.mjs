// The page of an evaluation in a real browser: every section, viewer, keyboard, themes, poor and hostile documents.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { evalSample } from '../../web/sample_eval.mjs';
import { startBrowser } from './browser.mjs';

const SECTIONS = ['summary', 'numbers', 'comparison', 'calibration', 'localisation', 'kinds', 'breakdowns', 'solutions'];

let browser;
let opened = [];

before(async () => {
  browser = await startBrowser();
});

after(() => browser?.stop());

async function open(document, options) {
  const report = await browser.open(document, options);
  opened.push(report);
  return report.page;
}

// Whatever a test did: nothing on the console, nothing asked of the network.
afterEach(async () => {
  for (const { page, problems, others } of opened) {
    assert.deepEqual(problems, []);
    assert.deepEqual(others(), []);
    await page.evaluate(() => localStorage.clear()); // files share one storage
    await page.close();
  }
  opened = [];
});

const text = (page, selector) => page.locator(selector).innerText();

// Every value of the kind `from` below `value` replaced by what `to` makes of it.
function replaced(value, from, to) {
  if (Array.isArray(value)) return value.map((each) => replaced(each, from, to));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, from, to)]));
  return typeof value === from ? to(value) : value;
}

test('the summary says the number, scorers, files, threshold with its source, and all that is odd', async () => {
  const page = await open(evalSample());
  assert.match(await text(page, '.badge'), /0\.6421/);
  const shown = await text(page, '#summary');
  const parts = [
    '[0.6111, 0.6711]', 'Corrected: 0.6502 [0.6192, 0.6792]', 'scorer_a.jsonl', 'scorer_b.jsonl', 'sample_circular.jsonl, sample_confidence.jsonl',
    '0.4375', 'chosen on sample_deception, which is not reported', '0.5125', '10,000 draws, seed 1',
    'place of the error outside the solution: 2', 'blank steps: 1', 'nothing said of a solution (left out): 3', 'scores that are not finite: 1', 'scores of unknown solutions: 7',
  ];
  for (const part of parts) assert.ok(shown.includes(part), part);
  await page.locator('#summary summary', { hasText: 'first examples' }).click();
  assert.ok((await text(page, '.odd')).includes('error at step 9 of 6'));
  const { top, bottom } = await page.locator('.odd').evaluate((element) => element.getBoundingClientRect());
  assert.ok(top < 900, `what is odd starts at ${top}, ends at ${bottom}`);
});

test('a count that the page does not know is shown under its own name', async () => {
  const document = evalSample();
  document.counts.scores[1].moon_phases = 4;
  const page = await open(document);
  assert.ok((await text(page, '.odd')).includes('moon phases: 4 (the scores of scorer_b.jsonl)'));
});

test('nothing odd is said to be nothing, and a threshold that was given to be given', async () => {
  const document = evalSample();
  document.counts = { items: { solutions: 4, bad_rows: 0, examples: [] }, scores: [{ judged: 4, missing: 0, examples: [] }] };
  document.threshold = { value: 0.5, rule: 'a step is wrong iff its score is below the threshold', from: null };
  const page = await open(document);
  assert.match(await text(page, '#summary .note'), /Nothing odd was counted/);
  assert.ok((await text(page, '#summary')).includes('0.5000, given or the default'));
});

test('the table has a row per number, both columns where they differ, and the scale', async () => {
  const document = evalSample();
  const page = await open(document);
  const rows = page.locator('table.numbers tbody tr:not(.group)');
  assert.equal(await rows.count(), document.numbers.length);
  const differing = document.numbers.filter(({ compat, strict }) => compat.value !== strict.value).length;
  assert.equal(await page.locator('table.numbers tr.differs').count(), differing);
  const cells = (at) => rows.nth(at).locator('td').allInnerTexts();
  assert.deepEqual(await cells(0), ['1', '0.6421', '[0.6111, 0.6711]', '0.6502', '[0.6192, 0.6792]', '+0.0520', '[+0.0280, +0.0780]']);
  assert.deepEqual(await cells(1), ['1', '0.8127', '[0.7817, 0.8417]', 'the same', '+0.0110', '[−0.0130, +0.0370]']);
  assert.deepEqual(await cells(document.numbers.length - 1), ['1', '−1.0000', '-', '-', '-', '-', '-'], 'the convention of a script beside what does not exist');
});

test('columns that differ by rounding alone are the same', async () => {
  const document = evalSample();
  document.numbers[1].strict = { ...document.numbers[1].strict, low: document.numbers[1].strict.low + 2e-16 };
  document.numbers[2].strict = { ...document.numbers[2].strict, low: document.numbers[2].strict.low + 2e-9 };
  const page = await open(document);
  const rows = page.locator('table.numbers tbody tr:not(.group)');
  assert.match(await rows.nth(1).innerText(), /the same/);
  assert.match(await rows.nth(2).innerText(), /differs/);
});

test('numbers of a percent scale have two places', async () => {
  const document = evalSample();
  document.numbers = [{ id: 'f1', part: 'math', scale: 100, compat: { value: 61.2345, low: 58.1, high: 64.3 }, strict: { value: 61.2345, low: 58.1, high: 64.3 } }];
  document.comparison = null;
  document.compared_with = null;
  const page = await open(document);
  assert.deepEqual(await page.locator('table.numbers tbody tr:not(.group) td').allInnerTexts(), ['100', '61.23', '[58.10, 64.30]', 'the same']);
  assert.match(await text(page, '.verdict-text'), /corrected number is the same/);
  assert.match(await text(page, '#comparison'), /One scorer was evaluated/);
});

test('differences of unlike scales do not share a plot; each row says what its interval says', async () => {
  const document = evalSample();
  const column = { difference: 3.2, low: 1.1, high: 5.4 };
  document.comparison.push({ id: 'f1', part: 'math', scale: 100, compat: column, strict: column });
  const page = await open(document);
  const charts = page.locator('#comparison figure.chart');
  assert.equal(await charts.count(), 2);
  const readings = await charts.first().locator('svg text').allTextContents();
  for (const reading of ['▲ higher', '▼ lower', '○ not told apart', '- no number']) assert.ok(readings.includes(reading), reading);
  await charts.first().getByRole('button', { name: 'Show as table' }).click();
  assert.equal(await charts.first().locator('tbody tr').count(), document.comparison.length - 1);
  await page.locator('#column').selectOption('compat');
  assert.equal(await charts.first().locator('tbody tr').count(), document.comparison.length - 1);
});

test('every chart is drawn and has the same numbers as a table', async () => {
  const document = evalSample();
  const page = await open(document);
  const charts = page.locator('figure.chart');
  assert.equal(await charts.count(), 7);
  for (let i = 0; i < (await charts.count()); i++) {
    const chart = charts.nth(i);
    assert.ok((await chart.locator('.plot svg path').count()) > 3, `chart ${i}`);
    await chart.getByRole('button', { name: 'Show as table' }).click();
    assert.ok((await chart.locator('tbody tr').count()) >= 1, `chart ${i}`);
    await chart.getByRole('button', { name: 'Show as chart' }).click();
    await chart.locator('.plot svg').waitFor();
  }
});

test('solutions without judged steps are counted in a table, not in an empty plot', async () => {
  const document = evalSample();
  document.breakdowns.source[0] = { ...document.breakdowns.source[0], accuracy_right: null, accuracy_wrong: null };
  const page = await open(document);
  assert.equal(await page.locator('#breakdowns .plot').count(), 3);
  assert.equal(await page.locator('#breakdowns tbody tr').innerText(), 'not given\t324\t780\t-\t410\t-\t0.8400\t0.4900');
});

test('the reliability table has every bin; an empty one has no score', async () => {
  const document = evalSample();
  const page = await open(document);
  await page.locator('#calibration').getByRole('button', { name: 'Show as table' }).click();
  const rows = page.locator('#calibration figure tbody tr');
  assert.equal(await rows.count(), document.calibration.bins.length);
  assert.deepEqual(await rows.nth(2).locator('td').allInnerTexts(), ['0', '-', '-', '-']);
  assert.deepEqual((await rows.nth(0).locator('td').allInnerTexts()).slice(0, 3), ['41', '0.0550', '0.1800']);
  const facts = await page.locator('#calibration tbody tr').allInnerTexts();
  assert.ok(facts.some((row) => row.startsWith('AUROC of the solutions') && row.trim().endsWith('-')), facts.join());
  assert.ok(facts.some((row) => /^AUROC of the steps\t0\.8123\t\[0\.7812, 0\.8421\]/.test(row)), facts.join());
  assert.ok(facts.some((row) => /^Brier score\t0\.1204\t\[0\.1101, 0\.1311\]/.test(row)), facts.join());
});

test('localisation adds up its places and says what is missing', async () => {
  const page = await open(evalSample());
  const shown = await text(page, '#localisation');
  for (const part of ['Of 251 wrong solutions', '40.2 %', '17.1 %', '18.7 %', '21.9 %', '2.1 %', '12.2 %']) assert.ok(shown.includes(part), part);
  const last = await page.locator('#localisation > .scroll tbody tr').last().locator('td').innerText();
  assert.equal(last, '-');
});

test('an empty cell of the heat map is empty, a share of zero is zero', async () => {
  const document = evalSample();
  document.heat.accuracy_wrong[0][0] = 0;
  const page = await open(document);
  const row = (at) => page.locator('table.heat-map tbody tr').nth(at).locator('td');
  assert.equal(await row(0).nth(0).innerText(), `0.0 %\nof ${document.heat.wrong_steps[0][0]}`);
  assert.equal(await row(1).nth(0).locator('.sub').count(), 0);
  assert.equal(await row(1).nth(0).getAttribute('class'), 'heat-empty');
  assert.equal(await row(1).nth(0).textContent(), 'no wrong step');
  assert.ok((await row(0).last().innerText()).includes(`of ${document.breakdowns.kind[0].wrong_steps}`));
});

for (const scheme of ['light', 'dark'])
  test(`the fullest cell of the heat map can be read in the ${scheme} theme`, async () => {
    const document = evalSample();
    document.heat.accuracy_wrong[0][0] = 1;
    const page = await open(document, { scheme });
    const contrast = await page.locator('table.heat-map td.heat').first().evaluate((cell) => {
      const canvas = globalThis.document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      const light = (colour) => {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const style = getComputedStyle(cell);
      const [a, b] = [light(style.color), light(style.backgroundColor)];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
    assert.ok(contrast >= 4.5, `contrast ${contrast}`);
  });

test('the viewer marks the true and the called first error on their steps', async () => {
  const page = await open(evalSample());
  const step = (at) => page.locator('.steps li').nth(at);
  assert.match(await text(page, '.rollout-facts'), /first error found/);
  assert.ok((await step(2).innerText()).includes('true first error') && (await step(2).innerText()).includes('called the first error'));
  assert.equal(await page.locator('.steps .place').count(), 2);
  assert.match(await step(0).locator('.value').innerText(), /▲ right\n0\.\d{4}/);
  assert.match(await step(2).locator('.value').innerText(), /▼ wrong/);
  await page.locator('#solution').selectOption('1');
  assert.match(await step(3).innerText(), /true first error/);
  assert.match(await step(1).innerText(), /called the first error, wrongly/);
  await page.locator('#solution').selectOption('6');
  assert.match(await text(page, '.rollout-facts'), /nothing can be said.*called: -/s);
  assert.match(await step(2).locator('.value').innerText(), /\n-$/, 'a score that is missing is no zero');
});

const EXPECTED = { found: 3, accepted: 1, missed: 1, early: 1, late: 1, alarm: 1, unsaid: 1 };

test('solutions are filtered by how they were judged and by kind', async () => {
  const document = evalSample();
  const page = await open(document);
  const place = () => text(page, '.viewer .task');
  for (const [outcome, count] of Object.entries(EXPECTED)) {
    await page.locator('#judged').selectOption(`only-${outcome}`);
    assert.match(await place(), new RegExp(`^Solution 1 of ${count}:`), outcome);
  }
  await page.locator('#judged').selectOption('right');
  assert.match(await place(), /of 4:/);
  await page.locator('#judged').selectOption('wrong');
  assert.match(await place(), /of 4:/);
  await page.locator('#judged').selectOption('all');
  await page.locator('#kind').selectOption({ label: 'missing condition' });
  assert.match(await place(), /^Solution 1 of 1: sample-5/);
  await page.locator('#judged').selectOption('only-late');
  assert.match(await place(), /No shown solution/);
  assert.equal(await page.locator('.steps').count(), 0);
  assert.equal(await page.locator('#solution').count(), 0);
});

test('the viewer obeys the arrow keys and says how many solutions were cut', async () => {
  const page = await open(evalSample());
  assert.match(await text(page, '#solutions'), /first 9 of 320 judged solutions/);
  await page.locator('.viewer').focus();
  await page.keyboard.press('ArrowRight');
  assert.match(await text(page, '.viewer .task'), /^Solution 2 of 9/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  assert.match(await text(page, '.viewer .task'), /^Solution 9 of 9/);
});

test('a solution of which the file does not say whether it is sound is not called accepted', async () => {
  const document = evalSample();
  document.solutions = [document.solutions[4]];
  document.solutions[0].steps = document.solutions[0].steps.map((step) => ({ ...step, label: 'unknown' }));
  const page = await open(document);
  assert.match(await text(page, '.rollout-facts'), /nothing can be said/);
  assert.equal(await page.locator('.steps .tone-missing').count(), document.solutions[0].steps.length);
});

test('a graded answer is shown in its own words, and judged by what can be read of it', async () => {
  const document = evalSample();
  const [wrong, , , , sound] = document.solutions;
  const graded = (solution, predicted, verdict) => ({ ...solution, predicted, verdict: { reason: '', ...verdict } });
  document.solutions = [
    graded(wrong, 2, { correctness: 'wrong', first_step: 'Step 3', reason: 'Incorrect', called_right: false }),
    graded(wrong, null, { correctness: 'Wrong.', first_step: 'N/A', called_right: false }),
    graded(wrong, -1, { correctness: 'correct', first_step: '', called_right: true }),
    graded(sound, null, { correctness: 'wrong', first_step: 'N/A', called_right: false }),
    graded(wrong, null, { correctness: 'I cannot say', first_step: '', called_right: null }),
  ];
  const page = await open(document);
  const said = async (at) => {
    await page.locator('#solution').selectOption(String(at));
    return text(page, '.viewer article');
  };
  assert.match(await said(0), /first error found.*The answer in the file: it is: “wrong”; first wrong step: “Step 3”; verdict on its reason: “Incorrect”/s);
  assert.match(await said(1), /called wrong, but no step of it.*“N\/A”/s);
  assert.match(await said(2), /error missed/);
  assert.match(await said(3), /sound, but an error called/);
  assert.match(await said(4), /nothing can be said.*“I cannot say”\. It cannot be read as correct or wrong/s);
});

test('every link of the contents leads to its section, and tab reaches the controls in reading order', async () => {
  const page = await open(evalSample());
  assert.deepEqual(await page.locator('main > section').evaluateAll((all) => all.map(({ id }) => id)), SECTIONS);
  assert.deepEqual(await page.locator('nav a').evaluateAll((all) => all.map((each) => each.getAttribute('href').slice(1))), SECTIONS);
  const seen = [];
  for (let i = 0; i < 50; i++) {
    await page.keyboard.press('Tab');
    seen.push(await page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName));
    const outline = await page.evaluate(() => (document.activeElement === document.body ? 3 : parseFloat(getComputedStyle(document.activeElement).outlineWidth)));
    assert.ok(outline >= 2, `no visible focus on ${seen.at(-1)}`);
  }
  const order = ['skip', 'theme', 'column', 'viewer', 'kind', 'judged', 'solution'].map((name) => seen.indexOf(name));
  assert.deepEqual(order, [...order].sort((a, b) => a - b), order.join());
  assert.ok(order.every((place) => place >= 0), seen.join());
});

for (const width of [320, 768, 1600])
  test(`nothing sticks out of a window ${width} pixels wide`, async () => {
    const document = evalSample();
    document.solutions[0].steps[0].text = 'x'.repeat(600);
    document.solutions[0].id = 'i'.repeat(300);
    const page = await open(document, { width });
    assert.equal(await page.evaluate(() => globalThis.document.documentElement.scrollWidth <= innerWidth), true);
  });

test('a document full of nulls is shown as missing, never as zero', async () => {
  const document = evalSample();
  for (const key of ['numbers', 'comparison', 'ranking', 'calibration', 'localisation', 'shares', 'breakdowns', 'solutions', 'threshold', 'bootstrap'])
    document[key] = replaced(document[key], 'number', () => null);
  document.heat.accuracy_wrong = replaced(document.heat.accuracy_wrong, 'number', () => null);
  const page = await open(document);
  const cells = await page.locator('table.numbers tbody tr:not(.group) td.numeric').allInnerTexts();
  assert.ok(cells.length > 0 && cells.every((cell) => cell === '-'), cells.join());
  assert.equal(await text(page, '.badge'), '-');
  assert.match(await text(page, '#calibration'), /no reliability curve/);
  assert.match(await text(page, '#localisation'), /no curve/);
  assert.equal(await page.locator('table.heat-map td.heat').count(), 0);
  assert.ok((await page.locator('.rate-value').allInnerTexts()).every((value) => value === '-'));
});

test('a document of a heading alone: every section says what is absent', async () => {
  const page = await open({ schema: 'gradus.eval/1', benchmark: 'other', title: 'Other', scorer: 's' });
  for (const id of SECTIONS) assert.ok((await text(page, `#${id}`)).length > 30, id);
  assert.equal(await page.locator('.plot').count(), 0);
  assert.ok(!(await text(page, 'main')).match(/undefined|NaN|\[object/));
});

test('hostile text is shown as text', async () => {
  const attack = '</script><script>alert(1)</script><img src=x onerror=alert(2)><!--<script>{role|x}\u2028__proto__';
  const schema = evalSample().schema;
  const document = { ...replaced(evalSample(), 'string', (value) => value + attack), schema };
  document.counts.scores[0].__proto__attack = 1;
  const page = await open(document);
  assert.equal(await page.locator('img').count(), 0);
  assert.equal(await page.locator('script').count(), 2);
  assert.ok((await page.locator('h1').textContent()).endsWith(attack));
  assert.ok((await text(page, '.step-text >> nth=0')).includes('</script><script>alert(1)'));
  await page.locator('#comparison .plot').hover();
  const buttons = page.getByRole('button', { name: 'Show as table' });
  while ((await buttons.count()) > 0) await buttons.first().click();
  assert.equal(await page.locator('img').count(), 0);
});

test('kinds with the names of inherited properties are kinds like others', async () => {
  const document = evalSample();
  document.solutions[0].kind = 'constructor';
  document.solutions[0].steps[0].label = 'toString';
  document.breakdowns.kind[0].name = 'constructor';
  document.ranking.constructor = 0.25;
  const page = await open(document);
  await page.locator('#kind').selectOption({ label: 'constructor' });
  assert.match(await text(page, '.viewer .task'), /of 1: sample-1/);
  assert.match(await page.locator('.steps .value').first().innerText(), /not said/);
});
