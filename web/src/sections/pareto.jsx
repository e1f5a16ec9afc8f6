// Outcome against process: one point per arm with the interval in both directions, and the set that nothing dominates.
import { Chart, lines, valueAxis, within } from '../chart.jsx';
import { interval, isNumber, number, tick } from '../format.js';
import { Legend } from '../marks.jsx';
import { armColour, armSymbol } from '../theme.js';

const drawable = (point) => isNumber(point.x) && isNumber(point.y);

// data: [x, y, low x, high x, low y, high y]; a direction without an interval has none drawn.
function cross(params, api) {
  const [, , xLow, xHigh, yLow, yHigh] = [0, 1, 2, 3, 4, 5].map((i) => api.value(i));
  const style = { stroke: api.visual('color'), lineWidth: 1.5, opacity: 0.75, fill: null };
  const children = [];
  const line = (from, to) => {
    const [x1, y1] = api.coord(from);
    const [x2, y2] = api.coord(to);
    children.push({ type: 'line', shape: { x1, y1, x2, y2 }, style });
  };
  if (isNumber(xLow) && isNumber(xHigh)) line([xLow, api.value(1)], [xHigh, api.value(1)]);
  if (isNumber(yLow) && isNumber(yHigh)) line([api.value(0), yLow], [api.value(0), yHigh]);
  return { type: 'group', children };
}

function pointSeries(study, point, { named, below, left }, colours) {
  const arm = study.arm(point.arm);
  const color = armColour(arm, colours);
  const name = arm.label + (point.on_front ? ' – Pareto' : '');
  const text = () =>
    lines(
      arm.label,
      `outcome ${number(point.x)} ${interval(point.x_low, point.x_high).replaceAll('+', '')}`,
      `process ${number(point.y)} ${interval(point.y_low, point.y_high).replaceAll('+', '')}`,
      point.on_front ? 'in the Pareto set' : 'not in the Pareto set',
    );
  const bounds = [point.x, point.y, point.x_low, point.x_high, point.y_low, point.y_high];
  return [
    { type: 'custom', silent: true, renderItem: cross, data: [bounds], encode: { x: [0, 2, 3], y: [1, 4, 5] }, itemStyle: { color } },
    {
      type: 'scatter',
      data: [[point.x, point.y]],
      symbol: armSymbol(arm),
      symbolSize: point.on_front ? 17 : 12,
      itemStyle: { color, opacity: 1, borderColor: point.on_front ? colours.ink : color, borderWidth: 2 },
      label: { show: named, formatter: () => name, position: left ? 'left' : 'right', distance: 8, offset: [0, below ? 13 : -13], color: colours.ink, fontSize: 12, textBorderColor: colours.paper, textBorderWidth: 3 },
      tooltip: { formatter: text },
      z: 4,
    },
  ];
}

// Whether a name is better put to the left of its point: to the right it could leave the plot or run into the next
// point. The rightmost point keeps its right side where a short name fits the margin.
function namedLeft(points, point, name) {
  const all = points.map((each) => each.x);
  const rightmost = point.x === Math.max(...all) && name.length <= 16;
  return !rightmost && point.x > (Math.max(...all) + Math.min(...all)) / 2;
}

// Whether another point stands just above, so that the label is better put below. `y`: the metric of the vertical axis.
function crowdedAbove(points, point, y) {
  const span = (key) => Math.max(...points.map((each) => each[key])) - Math.min(...points.map((each) => each[key])) || 1;
  const [width, height] = [span('x'), span('y')];
  const up = y.higher_is_better === false ? -1 : 1;
  return points.some((other) => {
    const rise = (up * (other.y - point.y)) / height;
    return other !== point && rise >= 0 && rise < 0.15 && Math.abs(other.x - point.x) / width < 0.3;
  });
}

function scatter(study, pareto, points) {
  return (colours, width) => {
    const narrow = width < 560; // no room for names: the legend has the symbols
    const front = points.filter((point) => point.on_front).sort((a, b) => a.x - b.x);
    const [x, y] = [study.metric(pareto.x), study.metric(pareto.y)];
    const axis = (metric, key) => ({ ...within(metric, points.map((point) => point[key])), inverse: metric.higher_is_better === false, axisLabel: { color: colours.muted, fontSize: 12, hideOverlap: true, formatter: tick } });
    return {
      tooltip: { trigger: 'item' },
      grid: { left: 64, right: narrow ? 24 : 110, top: 54, bottom: 52 },
      xAxis: valueAxis(colours, { ...axis(x, 'x'), name: `${x.label} (better →)`, nameLocation: 'middle', nameGap: 32, boundaryGap: ['8%', '12%'] }),
      yAxis: valueAxis(colours, { ...axis(y, 'y'), name: `${y.label} (better ↑)`, nameGap: 32, nameTextStyle: { color: colours.muted, fontSize: 12, align: 'left', padding: [0, 0, 0, -52] }, boundaryGap: ['8%', '8%'] }),
      series: [
        { type: 'line', silent: true, data: front.map((point) => [point.x, point.y]), symbol: 'none', lineStyle: { color: colours.ink, width: 1.5, type: [6, 4] }, z: 1 },
        ...points.flatMap((point) => pointSeries(study, point, { named: !narrow, below: crowdedAbove(points, point, y), left: namedLeft(points, point, study.arm(point.arm).label) }, colours)),
      ],
    };
  };
}

function table(study, pareto) {
  const range = (low, high) => (isNumber(low) && isNumber(high) ? `[${number(low)}, ${number(high)}]` : 'n/a');
  return {
    columns: [
      { label: 'Arm' },
      { label: study.metric(pareto.x).label, numeric: true },
      { label: '95 % interval', numeric: true },
      { label: study.metric(pareto.y).label, numeric: true },
      { label: '95 % interval', numeric: true },
      { label: 'Pareto set' },
    ],
    rows: pareto.points.map((point) => [
      study.arm(point.arm).label,
      number(point.x),
      range(point.x_low, point.x_high),
      number(point.y),
      range(point.y_low, point.y_high),
      point.on_front ? 'yes' : 'no',
    ]),
  };
}

export function Pareto({ study }) {
  const { pareto } = study.results;
  const points = (pareto?.points ?? []).filter(drawable);
  if (points.length === 0) return <p class="muted">No arm has both an outcome and a process value.</p>;
  const reference = pareto.reference ?? {};
  return (
    <>
      <p>
        Both axes point towards better. Large outlined symbols joined by the dashed line are the Pareto set: no arm is better
        on one axis without being worse on the other. Hypervolume {number(pareto.hypervolume)} above the reference point (
        {number(reference.x)}, {number(reference.y)}), the worst value seen on each axis.
      </p>
      <Legend arms={points.map((point) => study.arm(point.arm))} />
      <Chart
        title={`${study.metric(pareto.y).label} against ${study.metric(pareto.x).label}`}
        height={400}
        table={table(study, pareto)}
        build={scatter(study, pareto, points)}
      />
    </>
  );
}
