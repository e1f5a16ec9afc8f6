// One small forest plot per metric: every arm's difference to the baseline with its interval, the seeds as small marks,
// the zero line, and for the constraint the margin that was fixed in advance.
import { Chart, lines, valueAxis } from '../chart.jsx';
import { aroundZero, rowAxis, whisker, zeroLine } from '../forest.js';
import { interval, isNumber, number, plainLabel, signed, tick, wrap } from '../format.js';
import { Legend, verdictText } from '../marks.jsx';
import { armColour, armSymbol } from '../theme.js';

const ROW = 48;

function armSeries(study, row, at, colours) {
  const arm = study.arm(row.arm);
  const color = armColour(arm, colours);
  const text = () =>
    lines(
      arm.label,
      `difference ${signed(row.difference)} ${interval(row.low, row.high)}`,
      `verdict: ${verdictText(row) || 'n/a'}; role: ${row.role ?? 'n/a'}`,
    );
  const seeds = (row.differences ?? []).filter(isNumber).map((value) => [value, at]);
  const series = [
    { type: 'scatter', silent: true, data: seeds, symbol: 'circle', symbolSize: 5, symbolOffset: [0, 11], itemStyle: { color, opacity: 0.45 } },
  ];
  if (isNumber(row.low) && isNumber(row.high))
    series.push({ type: 'custom', renderItem: whisker, data: [[row.low, row.high, at]], encode: { x: [0, 1], y: 2 }, itemStyle: { color }, tooltip: { formatter: text } });
  if (isNumber(row.difference))
    series.push({ type: 'scatter', data: [[row.difference, at]], symbol: armSymbol(arm), symbolSize: 11, itemStyle: { color, opacity: 1 }, tooltip: { formatter: text }, z: 3 });
  return series;
}

function marks(study, metric, colours) {
  const data = [zeroLine(colours)];
  if (metric.id === study.constraint && isNumber(study.settings.margin)) {
    const at = metric.higher_is_better === false ? study.settings.margin : -study.settings.margin;
    data.push({
      xAxis: at,
      lineStyle: { color: colours.muted, width: 1.5, type: [4, 4] },
      label: { show: true, formatter: 'margin', position: 'start', distance: 2, color: colours.muted, fontSize: 12 },
    });
  }
  return { type: 'scatter', data: [], markLine: { silent: true, symbol: 'none', data } };
}

// The axis reaches over zero, every interval, every seed and the margin.
function range(study, metric, rows) {
  const values = rows.flatMap((row) => [row.low, row.high, row.difference, ...(row.differences ?? [])]).filter(isNumber);
  if (metric.id === study.constraint && isNumber(study.settings.margin)) values.push(study.settings.margin, -study.settings.margin);
  return aroundZero(values);
}

// The arm and, below it, its role for the metric.
function armLabel(study, row, width) {
  return `${wrap(plainLabel(study.arm(row.arm).label), width / 6.6)}\n{role|${plainLabel(row.role ?? 'role n/a')}}`;
}

function forest(study, metric, rows) {
  return (colours, width) => {
    const left = Math.min(186, Math.max(96, width * 0.33));
    return {
      tooltip: { trigger: 'item' },
      grid: { left, right: 104, top: 20, bottom: 34 },
      xAxis: valueAxis(colours, {
        ...range(study, metric, rows),
        splitNumber: Math.max(2, Math.min(5, Math.floor((width - left - 104) / 70))),
        axisLabel: { color: colours.muted, fontSize: 12, hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: tick },
      }),
      yAxis: [
        rowAxis(colours, rows.length, 'left', (at) => armLabel(study, rows[at], left - 12)),
        rowAxis(colours, rows.length, 'right', (at) => wrap(plainLabel(verdictText(rows[at])), 15)),
      ],
      series: [marks(study, metric, colours), ...rows.flatMap((row, at) => armSeries(study, row, at, colours))],
    };
  };
}

function table(study, rows) {
  return {
    columns: [{ label: 'Arm' }, { label: 'Role' }, { label: 'Difference', numeric: true }, { label: '95 % interval', numeric: true }, { label: 'Verdict' }, { label: 'Seeds' }],
    rows: rows.map((row) => [
      study.arm(row.arm).label,
      row.role ?? 'n/a',
      signed(row.difference),
      interval(row.low, row.high),
      verdictText(row) || 'n/a',
      (row.differences ?? []).map((value) => signed(value)).join(', '),
    ]),
  };
}

export function Differences({ study }) {
  const plots = study.metrics
    .map((metric) => ({ metric, rows: study.others.map((arm) => study.row(arm.id, metric.id)).filter(Boolean) }))
    .filter(({ rows }) => rows.length > 0);
  if (plots.length === 0) return <p class="muted">There is no second arm, so there are no differences to draw.</p>;
  return (
    <>
      <p>
        Arm minus “{study.arm(study.baseline).label}”, in each metric’s own units. The whisker is the 95 % interval over
        base policies, seeds and tasks, the small dots below it are the paired seeds, the solid line is zero
        {isNumber(study.settings.margin) && (
          <> and the dashed line is the non-inferiority margin of {number(study.settings.margin)} on the constraint</>
        )}
        .
      </p>
      <Legend arms={study.others} />
      <div class="grid">
        {plots.map(({ metric, rows }) => (
          <Chart
            title={`${metric.label} (${study.direction(metric.id)})`}
            height={rows.length * ROW + 54}
            table={table(study, rows)}
            build={forest(study, metric, rows)}
          />
        ))}
      </div>
    </>
  );
}
