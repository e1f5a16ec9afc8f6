// The same accuracies by kind of error, place, length and source: right steps called right and wrong steps called wrong.
import { useMemo } from 'preact/hooks';
import { Chart, lines, valueAxis } from '../chart.jsx';
import { rowAxis } from '../forest.js';
import { isNumber, plainLabel, tick, wrap } from '../format.js';
import { Table } from '../table.jsx';
import { plainName, score, whole } from './evaluation.js';

const ROW = 34;
const TITLES = { kind: 'By kind of error', position: 'By place in the solution', length: 'By length', source: 'By source' };

const SIDES = [
  { key: 'accuracy_right', steps: 'right_steps', text: 'right steps called right', symbol: 'circle', shape: '●', place: 1, offset: -5 },
  { key: 'accuracy_wrong', steps: 'wrong_steps', text: 'wrong steps called wrong', symbol: 'triangle', shape: '▲', place: 2, offset: 5 },
];

const nameOf = (row) => plainName(row.name) || 'not given';

function plot(rows) {
  return (colours, width) => {
    const left = Math.min(190, Math.max(96, width * 0.36));
    return {
      tooltip: { trigger: 'item' },
      grid: { left, right: 24, top: 10, bottom: 32 },
      xAxis: valueAxis(colours, { min: 0, max: 1, axisLabel: { color: colours.muted, fontSize: 12, formatter: tick } }),
      yAxis: rowAxis(colours, rows.length, 'left', (at) => wrap(plainLabel(nameOf(rows[at])), (left - 12) / 6.6)),
      series: SIDES.map((side) => {
        const known = rows.map((row, at) => ({ row, at })).filter(({ row }) => isNumber(row[side.key]));
        return {
          type: 'scatter', symbol: side.symbol, symbolSize: 10, symbolOffset: [0, side.offset], itemStyle: { color: colours.series[side.place], opacity: 1 },
          data: known.map(({ row, at }) => [row[side.key], at]),
          tooltip: {
            formatter: ({ dataIndex }) => {
              const { row } = known[dataIndex];
              return lines(nameOf(row), `${side.text}: ${score(row[side.key])}`, `of ${whole(row[side.steps])} steps`);
            },
          },
        };
      }),
    };
  };
}

const table = (rows) => ({
  columns: [
    { label: 'Name' }, { label: 'Solutions', numeric: true }, { label: 'Right steps', numeric: true }, { label: 'called right', numeric: true },
    { label: 'Wrong steps', numeric: true }, { label: 'called wrong', numeric: true }, { label: 'F1', numeric: true }, { label: 'F1 of wrong', numeric: true },
  ],
  rows: rows.map((row) => [
    nameOf(row), whole(row.solutions), whole(row.right_steps), score(row.accuracy_right), whole(row.wrong_steps), score(row.accuracy_wrong), score(row.f1), score(row.negative_f1),
  ]),
});

// Solutions that were judged as a whole have no accuracies of steps, but they are counted.
function Part({ title, rows }) {
  const build = useMemo(() => plot(rows), [rows]);
  if (!rows.some((row) => SIDES.some(({ key }) => isNumber(row[key])))) return <Table caption={title} {...table(rows)} />;
  return <Chart title={title} height={rows.length * ROW + 44} table={table(rows)} build={build} />;
}

export function Breakdowns({ evaluation }) {
  const parts = Object.entries(evaluation.results.breakdowns ?? {}).filter(([, rows]) => rows?.length > 0);
  if (parts.length === 0) return <p class="muted">No step was scored, so there is nothing to break down.</p>;
  return (
    <>
      <ul class="legend" aria-label="Legend">
        {SIDES.map((side) => (
          <li>
            <span class={`legend-mark arm-${side.place}`} aria-hidden="true">
              {side.shape}
            </span>{' '}
            {side.text}
          </li>
        ))}
      </ul>
      <p class="muted">How many steps stand behind a point, and both F1, are in the tables.</p>
      <div class="grid">
        {parts.map(([name, rows]) => (
          <Part title={Object.hasOwn(TITLES, name) ? TITLES[name] : plainName(name)} rows={rows} />
        ))}
      </div>
    </>
  );
}
