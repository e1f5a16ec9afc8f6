// Did an arm improve what it was paid for while what nobody paid for fell behind?
import { number } from '../format.js';
import { ArmName } from '../marks.jsx';
import { Table } from '../table.jsx';

export function Goodhart({ study }) {
  const arms = study.results.goodhart ?? [];
  if (arms.length === 0) return <p class="muted">No arm was paid for a process metric.</p>;
  return (
    <>
      <p>
        The gap is the gain on the optimised metrics minus the mean gain on the held-out ones, both in standard deviations of
        the baseline over seeds. A gap above 1, or a held-out process metric that certainly falls while the optimised one
        rises, raises the flag.
      </p>
      <Table
        caption="Goodhart gap per arm"
        columns={[{ label: 'Arm' }, { label: 'Gap', numeric: true }, { label: 'Flag' }, { label: 'Reason' }]}
        rows={arms.map(({ arm, gap, flagged, reason }) => [
          <ArmName arm={study.arm(arm)} />,
          number(gap),
          flagged ? <span class="mark verdict-worse">⚑ flagged</span> : <span class="mark verdict-inconclusive">not flagged</span>,
          reason || '',
        ])}
      />
    </>
  );
}
