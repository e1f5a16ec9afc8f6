// Does outcome reward alone already carry a signal about style? And where the base policy stood on every metric.
import { Bar } from '../bar.jsx';
import { count, interval, isNumber, number, signed } from '../format.js';
import { Table } from '../table.jsx';

function reading({ difference, low, high }) {
  if (![difference, low, high].every(isNumber)) return 'There are too few rollouts of one kind to tell.';
  if (low <= 0 && high >= 0)
    return 'The interval contains zero: outcome reward carries no measurable signal about style here, so a change of style must come from the process reward or from drift.';
  return difference > 0
    ? 'Sloppy programs pass more often: outcome reward pulls towards sloppiness, so expect a trade-off.'
    : 'Sloppy programs pass less often: outcome reward alone pulls towards clean programs, given time.';
}

// Both rates on one scale from 0 to 1, the difference with its interval below on a scale around zero.
function Rates({ neutrality }) {
  const { p_pass_clean: clean, p_pass_sloppy: sloppy, rollouts_clean, rollouts_sloppy } = neutrality;
  const text = (value, rollouts) => (
    <>
      <strong>{number(value)}</strong> <span class="muted">of {count(rollouts)} rollouts</span>
    </>
  );
  return (
    <div class="rates">
      <Bar label="P(pass | clean)" value={clean} kind="clean" text={text(clean, rollouts_clean)} />
      <Bar label="P(pass | sloppy)" value={sloppy} kind="sloppy" text={text(sloppy, rollouts_sloppy)} />
    </div>
  );
}

function baseTable(study) {
  const metrics = study.metrics.filter((metric) => study.base[metric.id]);
  return {
    columns: [{ label: 'Metric' }, { label: 'Mean', numeric: true }, { label: '95 % interval', numeric: true }, { label: 'Direction' }],
    rows: metrics.map((metric) => {
      const { mean, low, high } = study.base[metric.id];
      const range = isNumber(low) && isNumber(high) ? `[${number(low)}, ${number(high)}]` : 'n/a';
      return [metric.label, number(mean), range, study.direction(metric.id)];
    }),
  };
}

export function Neutrality({ study }) {
  const { neutrality } = study.results;
  const table = baseTable(study);
  return (
    <>
      {neutrality ? (
        <>
          <p class="lead">
            P(pass | sloppy) − P(pass | clean) = <strong>{signed(neutrality.difference)}</strong>{' '}
            <span class="nowrap">95 % interval {interval(neutrality.low, neutrality.high)}.</span> {reading(neutrality)}
          </p>
          <Rates neutrality={neutrality} />
        </>
      ) : (
        <p class="muted">The environment names no style column, so there is no neutrality check.</p>
      )}
      {table.rows.length > 0 && (
        <details>
          <summary>The base policy on every metric</summary>
          <Table caption="Base policy before any policy update" {...table} />
        </details>
      )}
    </>
  );
}
