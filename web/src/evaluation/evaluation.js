// The document of an evaluation (docs/eval-json.md) with what every section asks of it, and how its numbers are written:
// "-" where there is none.
//
//   const evaluation = new Evaluation(JSON.parse(text));
//   evaluation.difference(0)?.strict.difference;        // of the row 0 of the numbers; undefined for one scorer
//   score(0.41234, 1);                                  // "0.4123"; of 100: score(41.234, 100) is "41.23"
import { isNumber, number, signed } from '../format.js';

export const NONE = '-';

const places = (scale) => (scale >= 10 ? 2 : 4);

export const score = (value, scale = 1) => (isNumber(value) ? number(value, places(scale)) : NONE);
export const apart = (value, scale = 1) => (isNumber(value) ? signed(value, places(scale)) : NONE);
export const whole = (value) => (isNumber(value) ? value.toLocaleString('en-GB') : NONE);
export const percent = (share) => (isNumber(share) ? `${number(100 * share, 1)} %` : NONE);

export function range(low, high, scale = 1, write = score) {
  return isNumber(low) && isNumber(high) ? `[${write(low, scale)}, ${write(high, scale)}]` : NONE;
}

export const plainName = (id) => String(id ?? NONE).replaceAll('_', ' ');

// What became of a shown solution, in the order of the filter; `right` says whether the scorer judged as the file does.
export const OUTCOMES = {
  found: { text: 'first error found', shape: '✓', right: true },
  accepted: { text: 'sound, and accepted', shape: '✓', right: true },
  missed: { text: 'error missed', shape: '✕', right: false },
  early: { text: 'error called too early', shape: '✕', right: false },
  late: { text: 'error called too late', shape: '✕', right: false },
  unplaced: { text: 'called wrong, but no step of it', shape: '✕', right: false },
  alarm: { text: 'sound, but an error called', shape: '✕', right: false },
  unsaid: { text: 'nothing can be said', shape: '?', right: null },
};

const NO_ERROR = -1; // `predicted` where no step was called wrong

export function outcomeOf({ first_error: truth, predicted, verdict, steps }) {
  const wrong = verdict?.called_right === false; // a graded answer, which need not name a step
  if (!isNumber(predicted) && !wrong) return 'unsaid';
  if (isNumber(truth)) {
    if (!isNumber(predicted)) return 'unplaced';
    if (predicted === NO_ERROR) return 'missed';
    if (predicted === truth) return 'found';
    return predicted < truth ? 'early' : 'late';
  }
  // No place of an error: either the file calls the solution sound, or it does not say.
  if (!(steps ?? []).some((step) => step.label === 'right')) return 'unsaid';
  return predicted === NO_ERROR ? 'accepted' : 'alarm';
}

// The two columns are summed in different orders: what is within 1e-9 of a perfect scorer's number is the same.
function sameColumns({ compat, strict, scale }) {
  return ['value', 'low', 'high'].every((key) => {
    const [a, b] = [compat?.[key], strict?.[key]];
    return isNumber(a) && isNumber(b) ? Math.abs(a - b) <= 1e-9 * (scale ?? 1) : isNumber(a) === isNumber(b);
  });
}

export class Evaluation {
  constructor(results) {
    this.results = results;
    this.benchmark = results.title || results.benchmark || 'Evaluation';
    this.paper = results.paper ?? '';
    this.scorer = results.scorer || 'an unnamed scorer';
    this.other = results.compared_with ?? null;
    this.files = results.files ?? [];
    this.threshold = results.threshold ?? null;
    this.bootstrap = results.bootstrap ?? {};
    this.items = results.counts?.items ?? {};
    this.scores = results.counts?.scores ?? [];
    this.numbers = (results.numbers ?? []).map((row) => ({ ...row, same: sameColumns(row) }));
    this.comparison = results.comparison ?? [];
    this.solutions = (results.solutions ?? []).map((solution) => ({ ...solution, outcome: outcomeOf(solution) }));
  }

  // Rows of the comparison stand in the order of the numbers.
  difference(at) {
    return this.comparison[at];
  }
}
