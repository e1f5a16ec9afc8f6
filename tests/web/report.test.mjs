// The report page in a real browser: every section, keyboard, themes, table fallback, poor and hostile documents.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { sample } from '../../web/sample.mjs';
import { startBrowser } from './browser.mjs';

const SECTIONS = ['verdict', 'neutrality', 'metrics', 'seen', 'differences', 'pareto', 'curves', 'profile', 'rollouts', 'goodhart', 'run'];

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

// The policy of the page forbids to evaluate strings, which waitForFunction would do.
async function until(page, condition, argument) {
  for (let i = 0; i < 400; i++) {
    if (await page.evaluate(condition, argument)) return;
    await page.waitForTimeout(50);
  }
  assert.fail(`this never came true: ${condition}`);
}

const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName);

test('the verdict stands on top: answer, a sentence for every arm, both numbers of every arm', async () => {
  const document = sample();
  const page = await open(document);
  assert.match(await text(page, '.badge'), /Yes/);
  assert.ok((await text(page, '#verdict')).includes(document.naive[0].sentence));
  assert.equal(await text(page, '.verdict-text'), document.verdict.sentences[0]);
  for (const sentence of document.verdict.sentences) assert.ok((await text(page, '#verdict')).includes(sentence));
  const row = document.rows.find((each) => each.arm === 'outcome_process' && each.metric === 'necessity');
  const cells = await page.locator('#verdict table').last().locator('tbody tr', { hasText: 'outcome + process' }).first().innerText();
  assert.ok(cells.includes(`+${row.difference.toFixed(3)}`), cells);
  assert.ok(cells.includes('better') && cells.includes('held-out'));
  const { top } = await page.locator('.verdict').evaluate((element) => element.getBoundingClientRect());
  assert.ok(top < 500, `the verdict starts at ${top}`);
});

test('the first screen says in plain words what was paid, what was not, and the cost', async () => {
  const document = sample();
  const page = await open(document);
  const arms = page.locator('.plain article');
  assert.deepEqual(await arms.locator('h3').allInnerTexts(), document.arms.map((arm) => arm.label));
  for (const [at, words] of document.verdict.plain.entries()) {
    const shown = await arms.nth(at).innerText();
    for (const part of [words.paid_for, ...words.paid.parts, ...words.not_paid.parts, ...words.cost.parts]) assert.ok(shown.includes(part), part);
  }
  const under = await arms.nth(1).evaluate((element) => element.getBoundingClientRect().bottom);
  assert.ok(under < 900, `the arm under test ends at ${under}`);
  assert.equal(await arms.nth(1).locator('.change-good').count(), 2);
  delete document.verdict.plain;
  assert.equal(await (await open(document)).locator('.plain article').count(), 0, 'results from before have none');
});

test('every metric of steps says whether the chosen arm was paid for it', async () => {
  const document = sample();
  const cell = document.seen_by_reward.cells.find((each) => each.arm === 'process' && each.metric === 'necessity' && each.channel === null);
  Object.assign(cell, { r2: null, auc: null });
  Object.assign(document.seen_by_reward.cells.find((each) => each.arm === 'outcome_shuffled' && each.metric === 'necessity' && each.channel === null), { r2: 0.31, auc: 0.6 });
  const page = await open(document);
  const rows = page.locator('#verdict table').first().locator('tbody tr');
  const kinds = async () => (await rows.allInnerTexts()).map((row) => row.split('\t').slice(0, 2).join(' | '));
  assert.deepEqual(await kinds(), ['Flagged statements | ● paid', 'Duplicated statements | ◐ paid in part', 'Necessary statements | ◆ not paid']);
  const row = document.rows.find((each) => each.arm === 'outcome_process' && each.metric === 'necessity');
  for (const value of [document.base.necessity.mean, row.baseline_mean, row.mean, row.difference])
    assert.ok((await rows.last().innerText()).includes(value.toFixed(3)), value);
  await page.locator('#paid-arm').selectOption({ label: 'process only' });
  assert.ok((await kinds()).includes('Necessary statements | ○ too rare to tell'), 'nothing was measured, so nothing is claimed');
  await page.locator('#paid-arm').selectOption({ label: 'outcome + shuffled process' });
  assert.ok((await kinds()).includes('Necessary statements | ◐ paid in part'), 'held out, but the reward sees some of it');
  assert.ok((await rows.allInnerTexts()).some((row) => row.includes('0.31 (0.60)')));
});

for (const answer of ['yes, at a cost', 'no', 'trade-off', 'inconclusive', 'cannot tell'])
  test(`the answer "${answer}" is said in words`, async () => {
    const document = sample();
    document.verdict.answer = answer;
    const page = await open(document);
    assert.match((await text(page, '.badge')).toLowerCase(), new RegExp(answer));
  });

test('a row says both tests of its verdict, and where Holm decided', async () => {
  const document = sample();
  const [constraint, held] = ['hidden_pass', 'necessity'].map((id) => document.rows.find((row) => row.arm === 'outcome_process' && row.metric === id));
  constraint.verdict = 'worse, by less than the margin';
  Object.assign(held, { verdict: 'inconclusive', after_holm: true, p_holm: 0.0712 });
  const page = await open(document);
  const table = await page.locator('table.metrics').innerText();
  assert.ok(table.includes('worse, by less than the margin'), table);
  assert.match(table, /inconclusive after Holm \(p 0\.071/);
});

test('the flag says what was paid, what was not, and that both rose where they did', async () => {
  const page = await open(sample());
  const shown = await text(page, '#goodhart');
  for (const part of ['both rose', 'hacked', '⚑ flagged', '+0.240', 'not flagged']) assert.ok(shown.includes(part), part);
});

test('every link of the contents leads to its section', async () => {
  const page = await open(sample());
  for (const id of SECTIONS) {
    await page.locator(`nav a[href="#${id}"]`).click();
    await until(page, (name) => {
      const { top, bottom } = document.getElementById(name).getBoundingClientRect();
      return top < innerHeight / 2 || bottom <= innerHeight + 1;
    }, id);
  }
  assert.equal(await page.locator('main > section').count(), SECTIONS.length);
});

test('the neutrality check shows both rates and reads the interval', async () => {
  const page = await open(sample());
  const shown = await text(page, '#neutrality');
  for (const part of ['−0.011', '[−0.034, +0.012]', '0.904', '0.893', 'contains zero']) assert.ok(shown.includes(part), part);
});

test('the table of metrics has a row per arm and metric, and all statistics on demand', async () => {
  const document = sample();
  const page = await open(document);
  const table = page.locator('table.metrics');
  assert.equal(await table.locator('tbody tr:not(.group)').count(), document.rows.length);
  for (const word of ['optimised', 'proximal', 'held-out', 'better', 'worse', 'non-inferior', 'inconclusive'])
    assert.ok((await table.innerText()).includes(word), word);
  assert.equal(await table.locator('th', { hasText: 'Hedges g' }).count(), 0);
  await page.locator('#all-statistics').check();
  assert.equal(await table.locator('th', { hasText: 'Hedges g' }).count(), 1);
  const cells = await table.locator('tbody tr', { hasText: 'clang-tidy' }).first().innerText();
  assert.ok(cells.includes('n/a'), 'a missing effect size is said to be missing');
});

test('what the reward already sees: a table per arm, the limits, and n/a where nothing could be measured', async () => {
  const document = sample();
  const page = await open(document);
  const shown = await text(page, '#seen');
  for (const part of ['3,840', '0.500', '0.950', '0.970 (AUC 0.990)', 'same construct']) assert.ok(shown.includes(part), part);
  assert.equal(await page.locator('#seen table').count(), document.arms.length);
  delete document.seen_by_reward;
  assert.match(await text(await open(document), '#seen'), /before this was measured/);
});

test('every chart is drawn and has the same numbers as a table', async () => {
  const document = sample();
  const page = await open(document);
  const charts = page.locator('figure.chart');
  assert.equal(await charts.count(), document.metrics.length + 4);
  for (let i = 0; i < (await charts.count()); i++) {
    const chart = charts.nth(i);
    const marks = await chart.locator('.plot svg path').count();
    assert.ok(marks > 3, `chart ${i} has ${marks} marks`);
    await chart.getByRole('button', { name: 'Show as table' }).click();
    assert.equal(await chart.locator('.plot').count(), 0);
    assert.ok((await chart.locator('tbody tr').count()) >= 3, `chart ${i}`);
    await chart.getByRole('button', { name: 'Show as chart' }).click();
    await chart.locator('.plot svg').waitFor();
  }
});

test('learning curves change with metric, cost and seeds', async () => {
  const page = await open(sample());
  const curves = page.locator('#curves');
  const plot = curves.locator('.plot').first();
  const drawn = () => plot.evaluate((element) => element.innerHTML);
  const first = await drawn();
  await curves.getByLabel('Training cost in').selectOption('rollouts');
  await plot.locator('svg text', { hasText: 'rollouts' }).waitFor();
  const lines = await plot.locator('svg path').count();
  await curves.getByLabel('each seed').check();
  await until(page, (few) => document.querySelectorAll('#curves .plot:first-of-type svg path').length > few, 2 * lines);
  await curves.getByLabel('Metric').first().selectOption('complexity');
  assert.ok((await curves.locator('figcaption').first().innerText()).includes('Cognitive complexity'));
  assert.notEqual(await drawn(), first);
});

test('the cost at which an arm reaches the end of the baseline is computed from the curve', async () => {
  const document = sample();
  const curve = (arm) => document.curves.find((each) => each.arm === arm && each.metric === 'necessity').points;
  const goal = curve('outcome').at(-1).mean;
  const first = curve('outcome_process').find((point) => point.mean >= goal).update;
  const page = await open(document);
  const row = page.locator('#curves table').first().locator('tbody tr', { hasText: 'outcome + process' });
  assert.equal(await row.locator('td').first().innerText(), String(first));
});

test('a right but sloppy program comes first, the same task side by side', async () => {
  const document = sample();
  const page = await open(document);
  assert.match(await text(page, '.rollout >> nth=0'), /right but sloppy/);
  assert.deepEqual(await page.locator('.rollout h4').allInnerTexts(), document.arms.map((arm) => arm.label));
  const values = await page.locator('.rollout').first().locator('.value').allInnerTexts();
  assert.ok(values.includes('▼ not necessary') && values.includes('▲ necessary'), values.join());
  await page.locator('#channel').selectOption({ label: 'reward: clean' });
  const rewards = await page.locator('.rollout').nth(1).locator('.value').allInnerTexts();
  assert.ok(rewards.every((value) => value === '▲ +0.250'), rewards.join());
  const missing = await page.locator('.rollout').first().locator('.value').allInnerTexts();
  assert.ok(missing.every((value) => value === 'no value'), 'a channel without a value is not a zero');
});

test('the viewer obeys the arrow keys', async () => {
  const page = await open(sample());
  await page.locator('.viewer').focus();
  const place = () => text(page, '.viewer .task');
  assert.match(await place(), /^Task 1 of 6/);
  await page.keyboard.press('ArrowRight');
  assert.match(await place(), /^Task 2 of 6/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  assert.match(await place(), /^Task 6 of 6/);
  await page.locator('#task').selectOption({ label: await page.locator('#task option', { hasText: 'clamp' }).innerText() });
  await page.locator('.viewer').focus();
  assert.match(await place(), /sample 1 of 2/);
  await page.keyboard.press('ArrowDown');
  assert.match(await place(), /sample 2 of 2/);
  assert.equal(await page.locator('.rollout', { hasText: 'No rollout kept' }).count(), 3);
  const channel = await page.locator('#channel').inputValue();
  await page.keyboard.press('c');
  assert.notEqual(await page.locator('#channel').inputValue(), channel);
});

test('the tab key reaches everything in reading order, and focus can be seen', async () => {
  const page = await open(sample());
  const seen = [];
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    seen.push(await focused(page));
    const outline = await page.evaluate(() => (document.activeElement === document.body ? 3 : parseFloat(getComputedStyle(document.activeElement).outlineWidth)));
    assert.ok(outline >= 2, `no visible focus on ${seen.at(-1)}`);
  }
  assert.equal(seen[0], 'skip');
  const order = ['skip', 'theme', 'all-statistics', 'viewer', 'channel', 'task'].map((name) => seen.indexOf(name));
  assert.deepEqual(order, [...order].sort((a, b) => a - b), order.join());
  assert.ok(order.every((place) => place >= 0), seen.join());
});

test('the theme follows the system, can be switched, and is kept', async () => {
  const page = await open(sample(), { scheme: 'dark' });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const ink = () => page.evaluate(() => document.querySelector('#pareto .plot').innerHTML.includes('#e6e8eb'));
  const dark = await background();
  assert.equal(await ink(), true, 'charts are dark too');
  await page.locator('#theme').click();
  assert.notEqual(await background(), dark);
  assert.equal(await ink(), false);
  await page.reload();
  await page.waitForSelector('main');
  assert.notEqual(await background(), dark);
  await page.locator('#theme').click();
  assert.equal(await background(), dark);
});

test('print is ink on white without controls', async () => {
  const page = await open(sample(), { scheme: 'dark' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('nav').isVisible(), false);
  await page.setViewportSize({ width: 700, height: 1000 }); // A4 between its margins
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('.scroll')].every((box) => box.scrollWidth <= box.clientWidth)), true);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
});

for (const width of [320, 768, 1600])
  test(`nothing sticks out of a window ${width} pixels wide`, async () => {
    const page = await open(sample(), { width });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  });

test('charts follow the width of the window', async () => {
  const page = await open(sample());
  await page.setViewportSize({ width: 400, height: 900 });
  await until(page, () => [...document.querySelectorAll('.plot svg')].every((svg) => svg.getBoundingClientRect().width <= 400));
});

test('a document full of nulls is shown as missing, never as zero', async () => {
  const document = sample();
  const blank = (value) => {
    if (Array.isArray(value)) return value.map(blank);
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, blank(each)]));
    return typeof value === 'number' ? null : value;
  };
  for (const key of ['base', 'neutrality', 'rows', 'curves', 'pareto', 'goodhart', 'rollouts']) document[key] = blank(document[key]);
  const page = await open(document);
  const cells = await page.locator('table.metrics tbody tr:not(.group) td.numeric').allInnerTexts();
  assert.ok(cells.length > 0 && cells.every((cell) => cell === 'n/a'), cells.join());
  assert.match(await text(page, '#neutrality'), /too few rollouts/);
  assert.match(await text(page, '#pareto'), /No arm has both/);
});

test('one arm, no rollouts, no neutrality: every section says what is absent', async () => {
  const document = sample();
  Object.assign(document, {
    arms: document.arms.slice(0, 1), rows: [], goodhart: [], rollouts: [], neutrality: null, pareto: null, base: {}, curves: [],
    verdict: { answer: 'inconclusive', sentences: ['There is one arm.', 'Nothing was compared.'], refusals: [] },
  });
  const page = await open(document);
  for (const id of SECTIONS.slice(1)) assert.ok((await text(page, `#${id}`)).length > 20, id);
  assert.match(await text(page, '#rollouts'), /kept no rollouts/);
  assert.match(await text(page, '#verdict'), /one arm only/);
});

test('hostile text is shown as text', async () => {
  const attack = '</script><script>alert(1)</script><img src=x onerror=alert(2)><!--<script>{role|x}\u2028';
  const document = sample();
  const poison = (value) => {
    if (Array.isArray(value)) return value.map(poison);
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, poison(each)]));
    return value;
  };
  for (const key of ['title', 'question', 'name', 'sandbox']) document.study[key] = attack;
  for (const arm of document.arms) Object.assign(arm, { label: arm.label + attack, recipe: attack });
  for (const metric of document.metrics) metric.label += attack;
  for (const row of document.rows) Object.assign(row, { role: attack, verdict: attack });
  for (const rollout of document.rollouts) {
    rollout.prompt = attack;
    rollout.steps = rollout.steps.map((step) => ({ ...step, text: attack, truth: { [attack]: 1, '__proto__ ': 0 } }));
  }
  document.verdict = { answer: attack, sentences: [attack], refusals: [attack] };
  const page = await open(poison(document));
  assert.equal(await page.locator('img').count(), 0);
  assert.equal(await page.locator('script').count(), 2);
  assert.equal(await page.locator('h1').textContent(), attack);
  assert.ok((await text(page, '.program code >> nth=0')).startsWith('</script><script>alert(1)'));
  await page.locator('#differences .plot').first().hover();
  const buttons = page.getByRole('button', { name: 'Show as table' });
  while ((await buttons.count()) > 0) await buttons.first().click();
  assert.equal(await page.locator('img').count(), 0);
});

test('the tooltip of a chart is text, too', async () => {
  const document = sample();
  document.arms[1].label = '<b id="injected">arm</b>';
  const page = await open(document);
  const plot = page.locator('#pareto .plot');
  await plot.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await plot.locator('svg path[fill="#0072b2"][stroke="#1b1f24"]').boundingBox();
  await page.mouse.move(x + width / 2 + 20, y + height / 2);
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 5 });
  await plot.locator('strong', { hasText: document.arms[1].label }).waitFor();
  assert.equal(await page.locator('#injected').count(), 0);
});

test('an unfilled template and an unknown schema say what they are', async () => {
  const template = await open('@GRADUS_RESULTS@');
  assert.match(await text(template, '[role=alert]'), /empty template/);
  const later = await open({ schema: 'gradus.study/9' });
  assert.match(await text(later, '[role=alert]'), /gradus\.study\/9/);
});
