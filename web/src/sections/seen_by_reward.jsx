// How much of every metric the paid channels explain on the base policy's rollouts, before any training: what they explain is
// the reward again, and no evidence.
import { count, isNumber, number } from '../format.js';
import { ArmName, Role } from '../marks.jsx';
import { Table } from '../table.jsx';

const share = ({ r2, auc } = {}) => (isNumber(r2) ? `${number(r2)}${isNumber(auc) ? ` (AUC ${number(auc)})` : ''}` : 'n/a');

// One table per arm: metrics by the channels that pay it, and all of them together.
function armTable(study, arm, cells) {
  const channels = [...new Set(cells.map((cell) => cell.channel))].filter((channel) => channel !== null);
  const cell = (metric, channel) => cells.find((each) => each.metric === metric && each.channel === channel);
  const metrics = study.metrics.filter((metric) => cell(metric.id, null));
  return {
    columns: [
      { label: 'Metric' },
      { label: 'Role' },
      { label: 'All that pays', numeric: true },
      ...(channels.length > 1 ? channels.map((channel) => ({ label: channel, numeric: true })) : []),
    ],
    rows: metrics.map((metric) => [
      metric.label,
      <Role name={study.role(arm.id, metric.id)} />,
      <strong>{share(cell(metric.id, null))}</strong>,
      ...(channels.length > 1 ? channels.map((channel) => share(cell(metric.id, channel))) : []),
    ]),
  };
}

export function SeenByReward({ study }) {
  const seen = study.results.seen_by_reward;
  if (!seen) return <p class="muted">These results were written before this was measured.</p>;
  const arms = study.arms.filter((arm) => seen.cells.some((cell) => cell.arm === arm.id));
  return (
    <>
      <p>
        Share of a metric’s variance (R², out of fold) that the channels paying an arm explain on {count(seen.rollouts)} rollouts of
        the base policies, before any training. From {number(seen.limit_r2)} on, or from AUC {number(seen.limit_auc)}, the metric is
        the <Role name="same construct" />: the reward again under another name.
      </p>
      {arms.map((arm) => (
        <details open={arm.id !== study.baseline}>
          <summary>
            <ArmName arm={arm} />
          </summary>
          <Table caption={`What pays ${arm.label}`} {...armTable(study, arm, seen.cells.filter((cell) => cell.arm === arm.id))} />
        </details>
      ))}
    </>
  );
}
