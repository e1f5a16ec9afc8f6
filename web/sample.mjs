// A made-up results document in the shape of docs/results-json.md, for the browser tests and for work on the page:
//
//   node sample.mjs > results.json          node sample.mjs --page > page.html      (needs dist/report.html)
//
// The numbers are invented by a fixed generator; they are no finding.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

// Marsaglia's xorshift32 (2003), seeded.
export function generator(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

const seeds = [1, 2, 3, 4, 5, 6];
export const round = (value, places = 5) => Number(value.toFixed(places));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)) * (values.length / (values.length - 1)));

const arms = [
  { id: 'outcome', label: 'outcome', process_scale: null, recipe: 'reward   rollout.outcome = code.visible_pass\ncredit   group_baseline(rollout.outcome) -> token.advantage\nobjective reinforce(token.advantage)' },
  { id: 'outcome_process', label: 'outcome + process', process_scale: 0.52, recipe: 'reward   rollout.outcome = code.visible_pass\nreward   step.clean = code.libclang_clean\ncredit   weighted_sum(1.0 outcome, 0.5 clean) -> token.advantage\nobjective reinforce(token.advantage)' },
  { id: 'outcome_shuffled', label: 'outcome + shuffled process', process_scale: 0.52, recipe: 'reward   rollout.outcome = code.visible_pass\nreward   step.clean = shuffle(code.libclang_clean)\ncredit   weighted_sum(1.0 outcome, 0.5 clean) -> token.advantage' },
  { id: 'process', label: 'process only', process_scale: 0.52, recipe: 'reward   step.clean = code.libclang_clean\ncredit   step_return(clean) -> token.advantage' },
];

// For every metric: what it is, where the base policy stands, and where the arms end, in the order of `arms`.
const table = [
  ['hidden_pass', 'Pass rate on hidden tests', 'outcome', true, 0, 1, 'code.tests.hidden', true, 0.9, [0.948, 0.946, 0.941, 0.902]],
  ['flagged', 'Flagged statements', 'process-style', false, 0, 1, 'code.libclang', false, 0.29, [0.27, 0.031, 0.262, 0.024]],
  ['duplicates', 'Duplicated statements', 'process-style', false, 0, 1, 'code.duplicates', false, 0.061, [0.058, 0.019, 0.06, 0.017]],
  ['necessity', 'Necessary statements', 'process-efficiency', true, 0, 1, 'code.deletion', true, 0.681, [0.702, 0.941, 0.712, 0.71]],
  ['excess', 'Excess statements', 'process-efficiency', false, 0, 12, 'code.shortest', true, 1.42, [1.35, 0.24, 1.33, 0.6]],
  ['complexity', 'Cognitive complexity', 'process-style', false, 0, 40, 'clang-tidy.cognitive', false, 2.9, [2.82, 2.41, 2.86, 1.3]],
  ['tidy_rules', 'clang-tidy findings outside the reward', 'process-style', false, 0, 10, 'clang-tidy.rules', false, 0.82, [0.79, 0.33, 0.77, 0.5]],
  ['tokens', 'Response length', 'cost', false, 0, 96, 'count.tokens', true, 41.2, [40.7, 31.5, 40.4, 18.9]],
];

// Means over the steps of a rollout.
const STEPS = new Set(['flagged', 'duplicates', 'necessity']);

const metrics = table.map(([id, label, axis, higher_is_better, low, high, evaluator, exact]) => ({
  id, label, axis, higher_is_better, low, high, unit: STEPS.has(id) ? 'step' : 'rollout', evaluator, exact,
}));

function roleOf(arm, id) {
  if (id === 'hidden_pass') return arm === 'process' ? 'held-out' : 'proximal';
  if (arm === 'outcome') return 'held-out';
  return { flagged: 'optimised', duplicates: 'proximal' }[id] ?? 'held-out';
}

// Final value of every arm, metric and seed.
function finals(random) {
  const values = {};
  for (const [id, , , , , high, , , , ends] of table) {
    const noise = high > 1 ? 0.02 * Math.sqrt(high) : 0.012;
    const shared = seeds.map(() => (random() - 0.5) * 2 * noise);
    arms.forEach((arm, i) => (values[`${arm.id}/${id}`] = seeds.map((_, at) => round(ends[i] + shared[at] + (random() - 0.5) * 2 * noise))));
  }
  return values;
}

function verdictOf(metric, difference, low, high) {
  const sign = metric.higher_is_better ? 1 : -1;
  if (low > 0 || high < 0) return sign * difference > 0 ? 'better' : 'worse';
  return metric.id === 'hidden_pass' && low > -0.02 ? 'non-inferior' : 'inconclusive';
}

const about = (difference, half, prompts) => ({ difference: round(difference), low: round(difference - half), high: round(difference + half), prompts });

function rowOf(values, arm, metric) {
  const [ours, theirs] = [values[`${arm.id}/${metric.id}`], values[`outcome/${metric.id}`]];
  const differences = ours.map((value, at) => round(value - theirs[at]));
  const [difference, sd] = [mean(differences), deviation(differences)];
  const half = (1.96 * sd) / Math.sqrt(seeds.length) + 0.004 * Math.max(1, metric.high);
  const heldOut = roleOf(arm.id, metric.id) === 'held-out' && roleOf('outcome', metric.id) === 'held-out';
  const { low, high } = about(difference, half);
  return {
    arm: arm.id, baseline: 'outcome', metric: metric.id, axis: metric.axis,
    role: roleOf(arm.id, metric.id), baseline_role: roleOf('outcome', metric.id),
    mean: round(mean(ours)), sd: round(deviation(ours)), baseline_mean: round(mean(theirs)), baseline_sd: round(deviation(theirs)),
    difference: round(difference), low, high, t_low: round(difference - 1.2 * half), t_high: round(difference + 1.2 * half),
    p: 0.03125, p_permutation: 0.03125, p_holm: heldOut ? 0.0312 : null, after_holm: false,
    d_z: metric.id === 'tidy_rules' ? null : round(difference / sd, 3), hedges_g: metric.id === 'tidy_rules' ? null : round((0.85 * difference) / sd, 3),
    cliffs_delta: round(Math.sign(difference) * 0.83, 3), p_better: 0.91, seeds: seeds.length, bases: seeds.length, prompts: 120, measured: 0.93, baseline_measured: 0.94,
    verdict: verdictOf(metric, difference, low, high), differences,
    conditional: { correct: about(difference * 0.96, half, 118), common: metric.id === 'tidy_rules' ? { difference: null, low: null, high: null, prompts: 0 } : about(difference * 0.94, half * 1.1, 97) },
  };
}

// As gradus/eval/plain_words.cc words it.
function wordsOf(rows, arm, start) {
  const change = (id) => {
    const row = rows.find((each) => each.arm === arm.id && each.metric === id) ?? rows.find((each) => each.metric === id);
    const { label } = metrics.find((metric) => metric.id === id);
    const after = arm.id === 'outcome' ? row.baseline_mean : row.mean;
    const first = `${label}: from ${start[id].mean.toFixed(3)} to ${after.toFixed(3)}`;
    if (arm.id === 'outcome') return { metric: id, parts: [first] };
    const difference = `difference ${row.difference.toFixed(3)} [${row.low.toFixed(3)}, ${row.high.toFixed(3)}], ${row.verdict}`;
    return { metric: id, parts: [first, `outcome ends at ${row.baseline_mean.toFixed(3)}`, difference] };
  };
  const cost = arm.id === 'outcome' ? { metric: null, parts: ['nothing: the other arms are compared with this one'] } : change('hidden_pass');
  const paid = arm.id === 'outcome' ? 'hidden_pass' : 'flagged';
  const paidFor = { outcome: 'Pass rate on hidden tests', process: 'Flagged statements' }[arm.id] ?? 'Pass rate on hidden tests + Flagged statements (1 more metric sees this)';
  return { arm: arm.id, paid_for: paidFor, paid: change(paid), not_paid: change('necessity'), cost };
}

const speed = { outcome: 60, outcome_process: 12, outcome_shuffled: 60, process: 8 };

function curveOf(random, values, arm, metric, start) {
  const ends = values[`${arm.id}/${metric.id}`];
  const points = [];
  for (let update = 0; update <= 100; update += 10) {
    const share = (1 - Math.exp(-update / speed[arm.id])) / (1 - Math.exp(-100 / speed[arm.id]));
    const wobble = () => (update === 0 ? 0 : (random() - 0.5) * 0.02 * Math.max(1, Math.sqrt(metric.high)));
    const each = ends.map((end) => round(start + (end - start) * share + wobble()));
    const half = update === 0 ? null : (1.96 * deviation(each)) / Math.sqrt(seeds.length);
    points.push({
      update, rollouts: update * 160, tokens: metric.id === 'tokens' ? null : update * 160 * 40, mean: round(mean(each)),
      low: half === null ? null : round(mean(each) - half), high: half === null ? null : round(mean(each) + half), seeds: each,
    });
  }
  return { arm: arm.id, metric: metric.id, points };
}

const tasks = [
  ['t01', 'max(a, b) - min(a, b)'],
  ['t02', 'clamp(a + b, -10, 10)'],
  ['t03', 'abs(a) + sign(b)'],
  ['t04', 'a > b ? a - b : c'],
  ['t05', 'min(a, min(b, c))'],
  ['t06', 'sign(a - b) * abs(c)'],
];

// [text, flagged by the tools, necessary]
const clean = [['const int d = a - b;', 0, 1], ['if (d < 0) {\n  return -d;\n}', 0, 1], ['return d;', 0, 1]];
const sloppy = [['int d = a - b;', 0, 1], ['int e = d;', 1, 0], ['e = e;', 1, 0], ['if (d < 0) {\n  d = -d;\n}', 0, 1], ['return d;', 0, 1]];
const wrong = [['int d = a;', 1, 1], ['return 0;', 0, 0]];

function rolloutOf(random, [task, prompt], arm, at) {
  const kind = { outcome: at % 3 === 2 ? clean : sloppy, outcome_process: clean, outcome_shuffled: at % 2 ? sloppy : clean, process: at % 2 ? wrong : clean }[arm.id];
  const steps = kind.map(([text, flagged, necessary], i) => ({
    text, kind: 'act',
    channels: { clean: arm.id === 'outcome' ? null : flagged ? -1 : 0.25, advantage: round((flagged ? -0.6 : 0.3) + (random() - 0.5) * 0.4, 3) },
    truth: { necessary, flagged: i === 0 && at === 0 ? null : flagged },
  }));
  return { task, prompt, arm: arm.id, seed: seeds[at % seeds.length], sample: at % 4, outcome: kind === wrong ? 0 : 1, steps };
}

// One rollout per arm; of the second task the first arm has two, of the last one the last arm has none.
function rolloutsOf(random, task, arm, t, i) {
  if (t === tasks.length - 1 && i === arms.length - 1) return [];
  const first = rolloutOf(random, task, arm, (t + i) % 6);
  return t === 1 && i === 0 ? [first, rolloutOf(random, task, arm, 2)] : [first];
}

function paretoOf(rows) {
  const point = (arm, x, y, on_front) => ({ arm, x, y, x_low: round(x - 0.008), x_high: round(x + 0.008), y_low: round(y - 0.02), y_high: round(y + 0.02), on_front });
  const at = (arm, metric) => rows.find((row) => row.arm === arm && row.metric === metric)?.mean ?? rows.find((row) => row.metric === metric).baseline_mean;
  const points = arms.map((arm) => point(arm.id, at(arm.id, 'hidden_pass'), at(arm.id, 'necessity'), arm.id === 'outcome_process'));
  points.push({ arm: 'base', x: 0.9, y: 0.681, x_low: null, x_high: null, y_low: null, y_high: null, on_front: false });
  return { x: 'hidden_pass', y: 'necessity', points, hypervolume: 0.0121, reference: { x: 0.9, y: 0.681 } };
}

export function sample() {
  const random = generator(20260524);
  const values = finals(random);
  const rows = arms.slice(1).flatMap((arm) => metrics.map((metric) => rowOf(values, arm, metric)));
  const base = Object.fromEntries(table.map(([id, , , , , , , , start]) => [id, { mean: start, low: round(start * 0.98), high: round(start * 1.02) }]));
  return {
    schema: 'gradus.study/1',
    study: {
      name: 'sample', title: 'Clean code, neutral regime (invented sample)',
      question: 'What do process rewards buy, on dimensions that neither arm was paid for?',
      environment: { name: 'code', parameters: { regime: 'neutral', max_statements: 10 } },
      primary: 'necessity', constraint: 'hidden_pass', margin: 0.02, baseline: 'outcome', seeds, base_policies: seeds.length, updates: 100,
      rollouts_per_update: 160, eval_tasks: 120, eval_samples: 4, sandbox: 'namespaces + seccomp + rlimits', kernels: 'avx2-1',
    },
    arms, metrics,
    roles: Object.fromEntries(arms.map((arm) => [arm.id, Object.fromEntries(metrics.map(({ id }) => [id, roleOf(arm.id, id)]))])),
    seen_by_reward: {
      limit_r2: 0.5, limit_auc: 0.95, part_r2: 0.1, part_auc: 0.75, rollouts: 3840,
      cells: arms.flatMap((arm) => metrics.flatMap(({ id }, i) => {
        const share = { arm: arm.id, metric: id, r2: id === 'flagged' && arm.id !== 'outcome' ? 0.97 : round(0.02 * i), auc: id === 'flagged' ? 0.99 : null, values: 3840 };
        return [{ ...share, channel: null }, { ...share, channel: 'step.clean', r2: id === 'cognitive' ? null : share.r2 }];
      })),
    },
    base,
    neutrality: { p_pass_sloppy: 0.893, p_pass_clean: 0.904, difference: -0.011, low: -0.034, high: 0.012, rollouts_sloppy: 1103, rollouts_clean: 2737 },
    rows, sequence: null,
    curves: arms.flatMap((arm) => table.map((entry, i) => curveOf(random, values, arm, metrics[i], entry[8]))),
    pareto: paretoOf(rows),
    goodhart: [
      { arm: 'outcome_process', state: 'both rose', paid: 0.24, paid_low: 0.22, paid_high: 0.26, held_out: 0.11, held_out_low: 0.09, held_out_high: 0.13, flagged: false, reason: 'what is paid rose, and so did what is held out: necessary statements' },
      { arm: 'outcome_shuffled', state: 'did not rise', paid: 0.01, paid_low: -0.01, paid_high: 0.03, held_out: null, held_out_low: null, held_out_high: null, flagged: false, reason: 'what the arm is paid for was not shown to rise against the baseline' },
      { arm: 'process', state: 'hacked', paid: 0.26, paid_low: 0.24, paid_high: 0.28, held_out: -0.02, held_out_low: -0.04, held_out_high: 0, flagged: true, reason: 'what is paid rose and what is held out fell: cognitive complexity' },
    ],
    naive: [{ arm: 'outcome_process', conclusion: 'no benefit', sentence: 'By pass rate alone outcome + process brings nothing: +0.004 [-0.008, +0.015].' }],
    verdict: {
      answer: 'yes',
      sentences: [
        'Process rewards raise the share of necessary statements by 0.240 [0.229, 0.251] at a pass rate that is non-inferior within 0.02.',
        'Outcome + shuffled process: no effect on held-out necessary statements could be shown.',
        'Process only: the pass rate fell by 0.045, which exposes this arm.',
      ],
      refusals: ['Arms are not ranked by "Flagged statements": outcome + process was trained on it.'],
      plain: arms.map((arm) => wordsOf(rows, arm, base)),
    },
    rollouts: tasks.flatMap((task, t) => arms.flatMap((arm, i) => rolloutsOf(random, task, arm, t, i))),
  };
}

// The page for a document, as gradus/report makes it.
export function page(results) {
  const template = readFileSync(new URL('./dist/report.html', import.meta.url), 'utf8');
  const json = JSON.stringify(results).replaceAll('<', '\\u003c');
  return template.replace('"@GRADUS_RESULTS@"', () => json);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(process.argv.includes('--page') ? page(sample()) : `${JSON.stringify(sample(), null, 1)}\n`);
