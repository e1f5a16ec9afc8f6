// A made-up evaluation document in the shape of docs/eval-json.md, for the browser tests and for work on the page:
//
//   node sample_eval.mjs > eval.json          node sample_eval.mjs --page > page.html      (needs dist/report.html)
//
// The numbers are invented by a fixed generator; they are no finding, and no text is of a published benchmark.
import { pathToFileURL } from 'node:url';
import { generator, page, round } from './sample.mjs';

const KINDS = ['circular', 'confidence', 'counterfactual', 'deception', 'missing_condition', 'redundency'];

function numbersOf() {
  const rows = [];
  const add = (id, part, official, corrected = official) => {
    const column = (value) => ({ value, low: value === null ? null : round(value - 0.031), high: value === null ? null : round(value + 0.029) });
    rows.push({ id, part, scale: 1, compat: column(official), strict: column(corrected) });
  };
  add('prm_score', 'all', 0.6421, 0.6502);
  add('f1', 'all', 0.8127);
  add('negative_f1', 'all', 0.4715);
  add('first_error_accuracy', 'all', 0.4033, 0.4127);
  add('prm_score', 'simplicity', 0.5544, 0.5561);
  add('prm_score', 'soundness', 0.6713);
  KINDS.forEach((kind, i) => {
    add('prm_score', kind, round(0.52 + 0.05 * i));
    add('f1', kind, round(0.71 + 0.02 * i));
  });
  rows.push({ id: 'prm_score', part: 'multi_solutions', scale: 1, compat: { value: -1, low: null, high: null }, strict: { value: null, low: null, high: null } });
  return rows;
}

function comparisonOf(numbers) {
  return numbers.map(({ compat, strict, ...row }, i) => {
    const middle = [0.052, 0.011, -0.048, 0.03][i % 4];
    const column = ({ value }) => (value === null || value < 0
      ? { difference: null, low: null, high: null }
      : { difference: middle, low: round(middle - 0.024), high: round(middle + 0.026) });
    return { ...row, compat: column(compat), strict: column(strict) };
  });
}

function binsOf() {
  const counts = [41, 22, 0, 18, 25, 37, 66, 120, 310, 905];
  return counts.map((count, i) => ({
    low: i / 10, high: (i + 1) / 10, count,
    mean_score: count ? round((i + 0.55) / 10) : null, share_right: count ? round(0.18 + 0.075 * i + (i % 3) * 0.02) : null,
  }));
}

const confusion = (name, solutions, right, wrong, i) => ({
  name, solutions, right_steps: right, wrong_steps: wrong, accuracy_right: right ? round(0.93 - 0.03 * i) : null,
  accuracy_wrong: wrong ? round(0.31 + 0.09 * i) : null, f1: round(0.88 - 0.02 * i), negative_f1: wrong ? round(0.35 + 0.07 * i) : null,
});

function heatOf() {
  const steps = KINDS.map((_, k) => [0, 1, 2, 3, 4].map((p) => (k === 1 && p === 0 ? 0 : 6 + ((k * 7 + p * 5) % 23))));
  return { kinds: KINDS, positions: 5, wrong_steps: steps, accuracy_wrong: steps.map((row, k) => row.map((count, p) => (count ? round((0.1 + 0.13 * k + 0.07 * p) % 1) : null))) };
}

const LINES = [
  'Let \\(x\\) be the number of crates, so that \\(3x + 4 = 31\\).',
  'Taking 4 from both sides gives \\(3x = 27\\).',
  'Then \\(x = \\frac{27}{3} = 9\\), because 3 goes into 27 nine times.',
  'Each crate holds 12 jars.\nSo there are \\(9 \\times 12 = 108\\) jars.',
  'The answer is \\(\\boxed{108}\\).',
];

// [first error or null, predicted]: every outcome that the viewer knows.
const PLACES = [[2, 2], [3, 1], [1, 3], [2, -1], [null, -1], [null, 2], [3, null], [4, 4], [0, 0]];

function solutionsOf(random) {
  return PLACES.map(([first, predicted], i) => ({
    id: `sample-${i + 1}`, question: 'A lorry carries crates of 12 jars each.\nThree times the crates and four more make 31. How many jars are there?',
    kind: KINDS[i % KINDS.length], split: 'sample_split', first_error: first, predicted,
    steps: LINES.map((text, at) => {
      const wrong = first !== null && at >= first;
      const called = predicted !== null && predicted >= 0 && at === predicted;
      const label = wrong ? (at === first ? 'wrong' : ['wrong', 'unknown', 'neutral'][at % 3]) : 'right';
      return { text, number: at + 1, label, score: predicted === null && at === 2 ? null : round(called ? 0.1 + 0.3 * random() : 0.6 + 0.4 * random(), 4) };
    }),
  }));
}

const scoresOf = (more) => ({
  judged: 320, missing: 0, too_few: 0, too_many: 0, incomplete: 0, unusable: 0, rows: 327, bad_rows: 0, duplicates: 0, unknown_ids: 0,
  not_finite: 0, outside_unit: 0, examples: [], ...more,
});

export function evalSample() {
  const random = generator(20261121);
  const numbers = numbersOf();
  const heat = heatOf();
  const kind = KINDS.map((name, k) => confusion(name, 50 + k, 300 - 20 * k, heat.wrong_steps[k].reduce((sum, count) => sum + count, 0), k));
  return {
    schema: 'gradus.eval/1', benchmark: 'prmbench', title: 'Sample of PRMBench (invented)', paper: 'arXiv 2501.03124',
    files: ['sample_circular.jsonl', 'sample_confidence.jsonl'], scorer: 'scorer_a.jsonl', compared_with: 'scorer_b.jsonl',
    bootstrap: { draws: 10000, seed: 1 },
    threshold: {
      value: 0.4375, rule: 'a step is valid iff its score is above the threshold', from: 'sample_deception', candidates: 400, items: 61, reached: 0.6604,
      compared_with: { value: 0.5125, candidates: 400, items: 61, reached: 0.6117 },
    },
    counts: {
      items: { solutions: 324, errors_out_of_range: 2, blank_steps: 1, without_steps: 0, duplicate_ids: 1, bad_rows: 0, examples: ['sample_circular.jsonl:17: sample-17: error at step 9 of 6'] },
      scores: [scoresOf({ missing: 3, incomplete: 1, not_finite: 1, examples: ['sample-88: no score'] }), scoresOf({ unknown_ids: 7 })],
    },
    numbers, comparison: comparisonOf(numbers),
    ranking: { step_auroc: 0.8123, step_auprc_wrong: 0.4711, step_auprc_right: 0.9432, solution_auroc: null, intervals: { step_auroc: { low: 0.7812, high: 0.8421 }, solution_auroc: { low: null, high: null } } },
    calibration: { ece: 0.0871, brier: 0.1204, steps: 1544, outside: 12, bins: binsOf(), intervals: { ece: { low: 0.0712, high: 0.1066 }, brier: { low: 0.1101, high: 0.1311 } } },
    localisation: { wrong_solutions: 251, within: [0.402, 0.578, 0.661, 0.705, 0.725, 0.737], early: 0.171, late: 0.187, not_found: 0.219, unreadable: 0.021 },
    shares: { correct_answer_wrong_step: 0.1218, correct_answer_wrong_step_found: 0.4103, minimum_at_last_step: 0.3312, minimum_at_last_step_error_earlier: null },
    breakdowns: {
      kind, position: [1, 2, 3, 4, 5].map((place, i) => confusion(`fifth ${place}`, null, 280 - 30 * i, 20 + 30 * i, i)),
      length: ['01-04 steps', '05-08 steps', '09-12 steps'].map((name, i) => confusion(name, 90 + i, 250, i === 0 ? 0 : 70, i)),
      source: [confusion('', 324, 780, 410, 2)],
    },
    heat, solutions: solutionsOf(random),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(process.argv.includes('--page') ? page(evalSample()) : `${JSON.stringify(evalSample(), null, 1)}\n`);
