// Metrics against what training cost: the mean over seeds with its band, one line per arm, and the cost at which each arm
// reached the place where the baseline ended.
import { useMemo, useState } from 'preact/hooks';
import { Chart, lines, valueAxis, within } from '../chart.jsx';
import { count, interval, isNumber, number, tick } from '../format.js';
import { ArmName, Legend } from '../marks.jsx';
import { Table } from '../table.jsx';
import { armColour, armDash, armSymbol } from '../theme.js';

const COSTS = { update: 'policy updates', rollouts: 'rollouts', tokens: 'sampled tokens' };

const pointsOf = (curve, cost) => (curve?.points ?? []).filter((point) => isNumber(point[cost]));

// One polygon over all points that have an interval.
function band(points, cost) {
  return (params, api) => {
    if (params.dataIndexInside !== 0) return null;
    const upper = points.map((point) => api.coord([point[cost], point.high]));
    const lower = points.map((point) => api.coord([point[cost], point.low])).reverse();
    return { type: 'polygon', shape: { points: [...upper, ...lower] }, style: { fill: api.visual('color'), opacity: 0.16, stroke: null } };
  };
}

function armSeries(study, arm, metric, cost, seeds, colours) {
  const color = armColour(arm, colours);
  const points = pointsOf(study.curve(arm.id, metric), cost);
  const banded = points.filter((point) => isNumber(point.low) && isNumber(point.high));
  const text = ({ dataIndex }) => {
    const point = points[dataIndex];
    return lines(
      arm.label,
      `${COSTS[cost]}: ${count(point[cost])}`,
      `mean ${number(point.mean)} ${interval(point.low, point.high).replaceAll('+', '')}`,
    );
  };
  const series = [];
  if (banded.length > 1)
    series.push({
      type: 'custom', silent: true, clip: true, renderItem: band(banded, cost), itemStyle: { color }, z: 1,
      data: banded.map((point) => [point[cost], point.low, point.high]), encode: { x: 0, y: [1, 2] },
    });
  const lineOf = (values, style) => ({ type: 'line', data: points.map((point, i) => [point[cost], values[i] ?? null]), ...style });
  const seedCount = seeds ? Math.max(0, ...points.map((point) => point.seeds?.length ?? 0)) : 0;
  for (let i = 0; i < seedCount; i++)
    series.push(lineOf(points.map((point) => point.seeds?.[i]), { silent: true, symbol: 'none', lineStyle: { color, width: 1, opacity: 0.55 }, z: 2 }));
  series.push(
    lineOf(points.map((point) => point.mean), {
      symbol: armSymbol(arm), symbolSize: 7, showSymbol: true, showAllSymbol: true, itemStyle: { color }, z: 3,
      lineStyle: { color, width: 2, type: armDash(arm) }, tooltip: { formatter: text },
    }),
  );
  return series;
}

function plot(study, metric, cost, seeds) {
  const curves = study.arms.flatMap((arm) => pointsOf(study.curve(arm.id, metric), cost));
  const drawn = curves.flatMap((point) => [point.mean, ...(seeds ? point.seeds ?? [] : [])]).filter(isNumber);
  return (colours) => ({
    tooltip: { trigger: 'item' },
    grid: { left: 56, right: 18, top: 14, bottom: 46 },
    xAxis: valueAxis(colours, { name: COSTS[cost], nameLocation: 'middle', nameGap: 28, splitLine: { show: false }, axisLabel: { color: colours.muted, fontSize: 12, hideOverlap: true, formatter: (value) => count(value) } }),
    yAxis: valueAxis(colours, { ...within(study.metric(metric), drawn), axisLabel: { color: colours.muted, fontSize: 12, formatter: tick } }),
    series: study.arms.flatMap((arm) => armSeries(study, arm, metric, cost, seeds, colours)),
  });
}

function table(study, metric, cost) {
  return {
    columns: [{ label: 'Arm' }, { label: COSTS[cost], numeric: true }, { label: 'Mean', numeric: true }, { label: '95 % interval', numeric: true }],
    rows: study.arms.flatMap((arm) =>
      pointsOf(study.curve(arm.id, metric), cost).map((point) => [
        arm.label,
        count(point[cost]),
        number(point.mean),
        isNumber(point.low) && isNumber(point.high) ? `[${number(point.low)}, ${number(point.high)}]` : 'n/a',
      ]),
    ),
  };
}

// The first point at which an arm's mean is at least as good as the baseline's last one.
function reached(study, metric, cost) {
  const target = pointsOf(study.curve(study.baseline, metric), cost).filter((point) => isNumber(point.mean)).at(-1);
  if (!target) return null;
  const sign = study.metric(metric).higher_is_better === false ? -1 : 1;
  const rows = study.arms.map((arm) => {
    const first = pointsOf(study.curve(arm.id, metric), cost).find((point) => isNumber(point.mean) && sign * (point.mean - target.mean) >= 0);
    const share = first && target[cost] > 0 ? `${number((100 * first[cost]) / target[cost], 0)} %` : 'n/a';
    return [<ArmName arm={arm} />, first ? (first[cost] === 0 ? 'from the start' : count(first[cost])) : 'not reached', share];
  });
  return { target, rows };
}

function Choice({ label, value, options, onChange }) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([id, text]) => (
          <option value={id}>{text}</option>
        ))}
      </select>
    </label>
  );
}

function Panel({ study, metrics, first, cost, seeds }) {
  const [id, setId] = useState(first);
  const metric = study.metric(id);
  const build = useMemo(() => plot(study, id, cost, seeds), [study, id, cost, seeds]);
  const goal = reached(study, id, cost);
  return (
    <div>
      <p class="controls">
        <Choice label="Metric" value={id} options={metrics.map((each) => [each.id, each.label])} onChange={setId} />
      </p>
      <Chart title={`${metric.label} (${study.direction(id)})`} height={300} table={table(study, id, cost)} build={build} />
      {goal && (
        <Table
          caption={`First point at least as good as the end of "${study.arm(study.baseline).label}" (${number(goal.target.mean)}); means only, no test`}
          columns={[{ label: 'Arm' }, { label: COSTS[cost], numeric: true }, { label: 'share of the full training', numeric: true }]}
          rows={goal.rows}
        />
      )}
    </div>
  );
}

export function Curves({ study }) {
  const [cost, setCost] = useState('update');
  const [seeds, setSeeds] = useState(false);
  const metrics = study.metrics.filter((metric) => study.curves.some((curve) => curve.metric === metric.id));
  if (metrics.length === 0) return <p class="muted">No metric was measured during training.</p>;
  const costs = Object.entries(COSTS).filter(([id]) => study.curves.some((curve) => pointsOf(curve, id).length > 1));
  const known = (id, otherwise) => (metrics.some((metric) => metric.id === id) ? id : otherwise.id);
  return (
    <>
      <p>Mean over the seeds with its 95 % band. The first point is the base policy, the same for every arm.</p>
      <p class="controls">
        <Choice label="Training cost in" value={cost} options={costs} onChange={setCost} />
        <label>
          <input type="checkbox" checked={seeds} onChange={(event) => setSeeds(event.target.checked)} /> each seed
        </label>
      </p>
      <Legend arms={study.arms} />
      <div class="grid wide">
        <Panel study={study} metrics={metrics} first={known(study.primary, metrics[0])} cost={cost} seeds={seeds} />
        {metrics.length > 1 && (
          <Panel study={study} metrics={metrics} first={known(study.constraint, metrics[1])} cost={cost} seeds={seeds} />
        )}
      </div>
    </>
  );
}
