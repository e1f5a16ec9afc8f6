// Every metric of every arm against the baseline: roles, means, difference with interval, verdict; all statistics on demand.
import { useState } from 'preact/hooks';
import { count, interval, isNumber, number, percent, pValue, signed, spread } from '../format.js';
import { ArmName, Role, VerdictWord } from '../marks.jsx';
import { Scroll, Table } from '../table.jsx';

function MetricName({ study, id }) {
  const metric = study.metric(id);
  const where = metric.only_where ? `only where ${metric.only_where}` : '';
  const facts = [metric.axis, study.direction(id), metric.exact ? 'exact' : '', where].filter(Boolean).join(', ');
  const tag = id === study.primary ? 'quantity of interest' : id === study.constraint ? 'constraint' : '';
  return (
    <>
      {metric.label} {tag && <span class="tag">{tag}</span>}
      <span class="sub">{facts}</span>
    </>
  );
}

const core = (study) => [
  { label: 'Role: arm', cell: (row) => <Role name={row.role} /> },
  { label: 'Role: baseline', cell: (row) => <Role name={row.baseline_role} /> },
  { label: 'Arm', numeric: true, cell: (row) => spread(row.mean, row.sd) },
  { label: study.arm(study.baseline).label, numeric: true, cell: (row) => spread(row.baseline_mean, row.baseline_sd) },
  { label: 'Difference', numeric: true, cell: (row) => <strong>{signed(row.difference)}</strong> },
  { label: '95 % interval', numeric: true, cell: (row) => interval(row.low, row.high) },
  { label: 'Verdict', cell: (row) => <VerdictWord row={row} /> },
];

const statistics = [
  { label: 'As if seeds were independent', numeric: true, cell: (row) => interval(row.t_low, row.t_high) },
  { label: 'p, sign flips', numeric: true, cell: (row) => pValue(row.p_permutation) },
  { label: 'p, Holm', numeric: true, cell: (row) => pValue(row.p_holm) },
  { label: 'd_z', numeric: true, cell: (row) => signed(row.d_z) },
  { label: 'Hedges g', numeric: true, cell: (row) => signed(row.hedges_g) },
  { label: 'Cliff’s delta', numeric: true, cell: (row) => signed(row.cliffs_delta) },
  { label: 'P(arm better)', numeric: true, cell: (row) => number(row.p_better) },
  { label: 'Seeds', numeric: true, cell: (row) => count(row.seeds) },
  { label: 'Base policies', numeric: true, cell: (row) => count(row.bases) },
  { label: 'Has a value', numeric: true, cell: (row) => `${percent(row.measured)} / ${percent(row.baseline_measured)}` },
  { label: 'Prompts', numeric: true, cell: (row) => count(row.prompts) },
];

function ArmRows({ study, arm, columns }) {
  const rows = study.metrics.map((metric) => study.row(arm.id, metric.id)).filter(Boolean);
  return (
    <tbody>
      <tr class="group">
        <th scope="rowgroup" colSpan={columns.length + 1}>
          <ArmName arm={arm} />
        </th>
      </tr>
      {rows.map((row) => (
        <tr>
          <th scope="row">
            <MetricName study={study} id={row.metric} />
          </th>
          {columns.map((column) => (
            <td class={column.numeric ? 'numeric' : undefined}>{column.cell(row)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

function conditional(study) {
  const part = (group) =>
    group && isNumber(group.difference)
      ? `${signed(group.difference)} ${interval(group.low, group.high)}, ${count(group.prompts)} prompts`
      : 'n/a';
  const rows = study.rows.filter((row) => row.conditional && study.metric(row.metric).axis !== 'outcome');
  return {
    columns: [{ label: 'Arm' }, { label: 'Metric' }, { label: 'All rollouts' }, { label: 'Right answers only' }, { label: 'Prompts that both arms solve' }],
    rows: rows.map((row) => [
      study.arm(row.arm).label,
      study.metric(row.metric).label,
      `${signed(row.difference)} ${interval(row.low, row.high)}`,
      part(row.conditional.correct),
      part(row.conditional.common),
    ]),
  };
}

export function Metrics({ study }) {
  const [all, setAll] = useState(false);
  if (study.rows.length === 0) return <p class="muted">There is no second arm, so there are no differences to list.</p>;
  const columns = all ? [...core(study), ...statistics] : core(study);
  const caption = `Arms against "${study.arm(study.baseline).label}"`;
  const split = conditional(study);
  return (
    <>
      <p>
        A metric is <Role name="optimised" /> for an arm that was paid by the same evaluator or by one that decides it,{' '}
        <Role name="same construct" /> where the paid channels explained it before any training, <Role name="proximal" /> where
        it shares a component with that reward, and <Role name="held-out" /> otherwise. Only metrics that are held-out for
        both arms are evidence; their p-values are corrected after Holm.
      </p>
      <p class="controls">
        <label>
          <input type="checkbox" id="all-statistics" checked={all} onChange={(event) => setAll(event.target.checked)} /> all
          statistics
        </label>
      </p>
      <Scroll label={caption}>
        <table class="metrics">
          <caption>{caption}: mean ± standard deviation over seeds, difference in the metric’s own units</caption>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              {columns.map((column) => (
                <th scope="col" class={column.numeric ? 'numeric' : undefined}>
                  {column.label}
                </th>
              ))}
            </tr>
          </thead>
          {study.others.map((arm) => (
            <ArmRows study={study} arm={arm} columns={columns} />
          ))}
        </table>
      </Scroll>
      {split.rows.length > 0 && (
        <details>
          <summary>Process quality among right answers, and on the prompts that both arms solve</summary>
          <Table caption="Differences with 95 % interval, by condition" {...split} />
        </details>
      )}
    </>
  );
}
