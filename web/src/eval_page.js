// The page of an evaluation on a benchmark: docs/eval-json.md.
import { Breakdowns } from './evaluation/breakdowns.jsx';
import { Calibration } from './evaluation/calibration.jsx';
import { Comparison } from './evaluation/comparison.jsx';
import { Evaluation } from './evaluation/evaluation.js';
import { Kinds } from './evaluation/kinds.jsx';
import { Localisation } from './evaluation/localisation.jsx';
import { Numbers } from './evaluation/numbers.jsx';
import { Solutions } from './evaluation/solutions.jsx';
import { Summary } from './evaluation/summary.jsx';

const sections = [
  { id: 'summary', title: 'Summary', Body: Summary },
  { id: 'numbers', title: 'Numbers', Body: Numbers },
  { id: 'comparison', title: 'Two scorers', Body: Comparison },
  { id: 'calibration', title: 'Calibration', Body: Calibration },
  { id: 'localisation', title: 'First error', Body: Localisation },
  { id: 'kinds', title: 'Kinds of error', Body: Kinds },
  { id: 'breakdowns', title: 'Breakdowns', Body: Breakdowns },
  { id: 'solutions', title: 'Solutions', Body: Solutions },
];

export function evalPage(results) {
  const evaluation = new Evaluation(results);
  const kicker = `Gradus evaluation · ${[evaluation.benchmark, evaluation.paper].filter(Boolean).join(', ')}`;
  const question = evaluation.other ? `${evaluation.scorer}, compared with ${evaluation.other}` : `Scored by ${evaluation.scorer}`;
  return { kicker, title: evaluation.benchmark, question, sections, props: { evaluation } };
}
