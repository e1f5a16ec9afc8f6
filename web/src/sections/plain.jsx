// For a reader in a hurry: what each arm was paid for, what was bought of that and of what was not paid, and the cost, in the
// words of the results; then, step metric by step metric, whether it was paid.
import { useState } from 'preact/hooks';
import { interval, isNumber, number, signed } from '../format.js';
import { ArmName, VerdictWord } from '../marks.jsx';
import { Table } from '../table.jsx';

const QUESTIONS = [
  ['paid', 'Bought of it'],
  ['not_paid', 'Bought of what was not paid'],
  ['cost', 'At what cost'],
];

const tone = (row) => ({ better: 'good', worse: 'bad', 'worse, by less than the margin': 'bad' })[row?.verdict] ?? 'open';

function Change({ study, arm, change }) {
  const [first, ...others] = change?.parts ?? ['n/a'];
  return (
    <dd class={`change-${tone(study.row(arm.id, change?.metric))}`}>
      <strong>{first}</strong>
      {others.map((part) => (
        <span class="part">{part}</span>
      ))}
    </dd>
  );
}

export function PlainWords({ study }) {
  const all = study.results.verdict?.plain ?? [];
  return (
    <div class="plain">
      {all.map((words) => {
        const arm = study.arm(words.arm);
        return (
          <article>
            <h3>
              <ArmName arm={arm} />
            </h3>
            <dl>
              <div>
                <dt>Paid for</dt>
                <dd>{words.paid_for}</dd>
              </div>
              {QUESTIONS.map(([key, label]) => (
                <div>
                  <dt>{label}</dt>
                  <Change study={study} arm={arm} change={words[key]} />
                </div>
              ))}
            </dl>
          </article>
        );
      })}
    </div>
  );
}

// Paid or not: by the role of the metric for the arm, and by what the reward saw of it before any training.
const KINDS = [
  { word: 'paid', shape: '●', mark: 'role-optimised' },
  { word: 'paid in part', shape: '◐', mark: 'role-proximal' },
  { word: 'too rare to tell', shape: '○', mark: 'role-proximal' },
  { word: 'not paid', shape: '◆', mark: 'role-held-out' },
];

function seenShare(study, arm, metric) {
  const cells = study.results.seen_by_reward?.cells ?? [];
  return cells.find((each) => each.arm === arm.id && each.metric === metric.id && each.channel === null);
}

function kindOf(study, arm, metric) {
  const role = study.role(arm.id, metric.id);
  if (role === 'optimised' || role === 'same construct') return 0;
  const seen = seenShare(study, arm, metric);
  const { part_r2, part_auc } = study.results.seen_by_reward ?? {};
  const holds = (value, limit) => isNumber(value) && value >= limit;
  if (role === 'proximal' || holds(seen?.r2, part_r2) || holds(seen?.auc, part_auc)) return 1;
  return seen && !isNumber(seen.r2) && !isNumber(seen.auc) ? 2 : 3;
}

const seenText = ({ r2, auc } = {}) => number(r2, 2) + (isNumber(auc) ? ` (${number(auc, 2)})` : '');

function Kind({ kind }) {
  const { word, shape, mark } = KINDS[kind];
  return (
    <span class={`mark ${mark}`}>
      <span aria-hidden="true">{shape}</span> {word}
    </span>
  );
}

function stepTable(study, arm, metrics) {
  const sorted = metrics.map((metric) => ({ metric, kind: kindOf(study, arm, metric) })).sort((a, b) => a.kind - b.kind);
  return {
    columns: [
      { label: 'Metric of steps' },
      { label: 'By this arm' },
      { label: 'Reward sees: R² (AUC)', numeric: true },
      { label: 'Base policy', numeric: true },
      { label: study.arm(study.baseline).label, numeric: true },
      { label: 'This arm', numeric: true },
      { label: 'Difference', numeric: true },
      { label: '95 % interval', numeric: true },
      { label: 'Verdict' },
    ],
    rows: sorted.map(({ metric, kind }) => {
      const row = study.row(arm.id, metric.id);
      return [
        metric.label,
        <Kind kind={kind} />,
        seenText(seenShare(study, arm, metric)),
        number(study.base[metric.id]?.mean),
        number(row?.baseline_mean),
        number(row?.mean),
        <strong>{signed(row?.difference)}</strong>,
        interval(row?.low, row?.high),
        row ? <VerdictWord row={row} /> : 'n/a',
      ];
    }),
  };
}

// Every metric of steps: paid by the arm or not, before, after in both arms. First the arm under test.
export function PaidStepByStep({ study }) {
  const [id, choose] = useState(study.others[0]?.id);
  const metrics = study.metrics.filter((metric) => metric.unit === 'step' && metric.axis.startsWith('process'));
  if (study.others.length === 0 || metrics.length === 0) return null;
  const arm = study.arm(id);
  return (
    <>
      <h3>Paid or not, and what became of it</h3>
      <p class="controls">
        <label>
          Arm{' '}
          <select id="paid-arm" value={id} onChange={(event) => choose(event.target.value)}>
            {study.others.map((each) => (
              <option value={each.id}>{each.label}</option>
            ))}
          </select>
        </label>
      </p>
      <Table caption={`Means before and after training; ${arm.label} against ${study.arm(study.baseline).label}`} {...stepTable(study, arm, metrics)} />
    </>
  );
}
