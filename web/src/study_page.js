// The page of a study: docs/results-json.md.
import { Curves } from './sections/curves.jsx';
import { Differences } from './sections/differences.jsx';
import { Goodhart } from './sections/goodhart.jsx';
import { Metrics } from './sections/metrics.jsx';
import { Neutrality } from './sections/neutrality.jsx';
import { Parallel } from './sections/parallel.jsx';
import { Pareto } from './sections/pareto.jsx';
import { SeenByReward } from './sections/seen_by_reward.jsx';
import { Rollouts } from './sections/rollouts.jsx';
import { Run } from './sections/run.jsx';
import { Verdict } from './sections/verdict.jsx';
import { Study } from './study.js';

const sections = [
  { id: 'verdict', title: 'Verdict', Body: Verdict },
  { id: 'neutrality', title: 'Base policy', Body: Neutrality },
  { id: 'metrics', title: 'Metrics', Body: Metrics },
  { id: 'seen', title: 'What the reward already sees', Body: SeenByReward },
  { id: 'differences', title: 'Differences', Body: Differences },
  { id: 'pareto', title: 'Outcome and process', Body: Pareto },
  { id: 'curves', title: 'Learning curves', Body: Curves },
  { id: 'profile', title: 'Profile', Body: Parallel },
  { id: 'rollouts', title: 'Rollouts', Body: Rollouts },
  { id: 'goodhart', title: 'Goodhart', Body: Goodhart },
  { id: 'run', title: 'What was run', Body: Run },
];

export function studyPage(results) {
  const study = new Study(results);
  const kicker = `Gradus study · ${study.settings.environment?.name ?? 'unknown environment'}`;
  return { kicker, title: study.title, question: study.settings.question, sections, props: { study } };
}
