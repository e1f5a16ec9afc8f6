// Did an arm improve what it was paid for while what nobody paid for fell behind?
import { interval, signed } from '../format.js';
import { ArmName } from '../marks.jsx';
import { Table } from '../table.jsx';

const gain = (mean, low, high) => `${signed(mean)} ${interval(low, high)}`;

export function Goodhart({ study }) {
  const arms = study.results.goodhart ?? [];
  if (arms.length === 0) return <p class="muted">No arm was paid for a process metric.</p>;
  return (
    <>
      <p>
        Mean gains against the baseline over the process metrics that the arm is paid for, and over those that are held out, in
        shares of their ranges. The flag is raised where what is paid rose and what is held out fell, fell in the second half of
        training, or gained less than a tenth as much. Where both rose it is not.
      </p>
      <Table
        caption="What was paid for, and what was not"
        columns={[
          { label: 'Arm' },
          { label: 'Paid', numeric: true },
          { label: 'Held out', numeric: true },
          { label: 'Found' },
          { label: 'Flag' },
          { label: 'Reason' },
        ]}
        rows={arms.map((found) => [
          <ArmName arm={study.arm(found.arm)} />,
          gain(found.paid, found.paid_low, found.paid_high),
          gain(found.held_out, found.held_out_low, found.held_out_high),
          found.state ?? 'n/a',
          found.flagged ? <span class="mark verdict-worse">⚑ flagged</span> : <span class="mark verdict-inconclusive">not flagged</span>,
          found.reason || '',
        ])}
      />
    </>
  );
}
