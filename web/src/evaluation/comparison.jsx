// The scorer minus the one compared with, a row per number with its interval; one plot per scale.
import { useMemo, useState } from 'preact/hooks';
import { Chart, lines, valueAxis } from '../chart.jsx';
import { aroundZero, rowAxis, whisker, zeroLine } from '../forest.js';
import { isNumber, plainLabel, tick, wrap } from '../format.js';
import { NONE, apart, plainName, range } from './evaluation.js';

const ROW = 40;

// What the interval says, with the shape and the colour that say it too.
function reading({ difference, low, high }) {
  if (!isNumber(difference)) return { text: 'no number', shape: NONE, tone: 'muted' };
  if (!isNumber(low) || !isNumber(high)) return { text: 'no interval', shape: '·', tone: 'muted', symbol: 'emptyCircle' };
  if (low > 0) return { text: 'higher', shape: '▲', tone: 'good', symbol: 'triangle' };
  if (high < 0) return { text: 'lower', shape: '▼', tone: 'bad', symbol: 'path://M0 0L10 0L5 9Z' };
  return { text: 'not told apart', shape: '○', tone: 'muted', symbol: 'circle' };
}

const colourOf = (tone, colours) => ({ good: colours.series[1], bad: colours.series[2], muted: colours.muted })[tone];

function rowSeries({ name, column, scale }, at, colours) {
  if (!isNumber(column.difference)) return [];
  const { text, symbol, tone } = reading(column);
  const itemStyle = { color: colourOf(tone, colours), opacity: 1 };
  const tooltip = {
    formatter: () => lines(name, `difference ${apart(column.difference, scale)} ${range(column.low, column.high, scale, apart)}`, text),
  };
  const series = [{ type: 'scatter', data: [[column.difference, at]], symbol, symbolSize: 11, itemStyle, tooltip, z: 3 }];
  if (isNumber(column.low) && isNumber(column.high))
    series.push({ type: 'custom', renderItem: whisker, data: [[column.low, column.high, at]], encode: { x: [0, 1], y: 2 }, itemStyle, tooltip });
  return series;
}

function plot(rows) {
  const values = rows.flatMap(({ column }) => [column.difference, column.low, column.high]).filter(isNumber);
  return (colours, width) => {
    const left = Math.min(250, Math.max(110, width * 0.36));
    const sides = rows.map(({ column }) => reading(column));
    return {
      tooltip: { trigger: 'item' },
      grid: { left, right: 112, top: 12, bottom: 34 },
      xAxis: valueAxis(colours, {
        ...aroundZero(values),
        splitNumber: Math.max(2, Math.min(7, Math.floor((width - left - 112) / 70))),
        axisLabel: { color: colours.muted, fontSize: 12, hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: tick },
      }),
      yAxis: [
        rowAxis(colours, rows.length, 'left', (at) => wrap(plainLabel(rows[at].name), (left - 12) / 6.6)),
        rowAxis(colours, rows.length, 'right', (at) => `${sides[at].shape} ${sides[at].text}`),
      ],
      series: [
        { type: 'scatter', data: [], markLine: { silent: true, symbol: 'none', data: [zeroLine(colours)] } },
        ...rows.flatMap((row, at) => rowSeries(row, at, colours)),
      ],
    };
  };
}

function table(rows) {
  return {
    columns: [{ label: 'Number' }, { label: 'Difference', numeric: true }, { label: '95 % interval', numeric: true }, { label: 'Reading' }],
    rows: rows.map(({ name, column, scale }) => [
      name, apart(column.difference, scale), range(column.low, column.high, scale, apart), reading(column).text,
    ]),
  };
}

function Forest({ rows, title }) {
  const build = useMemo(() => plot(rows), [rows]);
  return <Chart title={title} height={rows.length * ROW + 50} table={table(rows)} build={build} />;
}

// [[scale, rows]]: points of 100 and shares of 1 do not share an axis.
function byScale(comparison, column) {
  const scales = new Map();
  for (const row of comparison) {
    if (!scales.has(row.scale)) scales.set(row.scale, []);
    scales.get(row.scale).push({ name: `${plainName(row.part)}: ${plainName(row.id)}`, scale: row.scale, column: row[column] ?? {} });
  }
  return [...scales];
}

export function Comparison({ evaluation }) {
  const [column, setColumn] = useState('strict');
  const plots = useMemo(() => byScale(evaluation.comparison, column), [evaluation, column]);
  if (plots.length === 0) return <p class="muted">One scorer was evaluated, so there is nothing to compare it with.</p>;
  return (
    <>
      <p>
        {evaluation.scorer} minus {evaluation.other}, on the solutions that both judged. The whisker is the 95&nbsp;% interval of the paired
        two-level bootstrap, the solid line is zero. Many rows are many chances to err: nothing here is corrected for that.
      </p>
      <p class="controls">
        <label>
          Numbers{' '}
          <select id="column" value={column} onChange={(event) => setColumn(event.target.value)}>
            <option value="strict">corrected</option>
            <option value="compat">as the official script gives them</option>
          </select>
        </label>
      </p>
      {plots.map(([scale, rows]) => (
        <Forest rows={rows} title={`Differences on a scale up to ${scale ?? NONE}`} />
      ))}
    </>
  );
}
