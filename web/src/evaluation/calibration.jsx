// Is a step with the score 0.8 right in 8 of 10 cases? And how well the scores rank, whatever their size.
import { useMemo } from 'preact/hooks';
import { Chart, lines, valueAxis } from '../chart.jsx';
import { count, isNumber, tick } from '../format.js';
import { Table } from '../table.jsx';
import { NONE, apart, plainName, range, score, whole } from './evaluation.js';

const RANKINGS = {
  step_auroc: 'AUROC of the steps',
  step_auprc_wrong: 'AUPRC of the steps, wrong ones as the class to find',
  step_auprc_right: 'AUPRC of the steps, right ones as the class to find',
  solution_auroc: 'AUROC of the solutions, by the lowest score of their steps',
};

const gap = (bin) => (isNumber(bin.share_right) && isNumber(bin.mean_score) ? bin.share_right - bin.mean_score : null);

// A bar from data[0] to data[1] with the height data[2].
function bar(params, api) {
  const [left, top] = api.coord([api.value(0), api.value(2)]);
  const [right, bottom] = api.coord([api.value(1), 0]);
  return { type: 'rect', shape: { x: left + 1, y: top, width: Math.max(1, right - left - 2), height: bottom - top }, style: { fill: api.visual('color') } };
}

function plot(bins) {
  const points = bins.filter((bin) => isNumber(bin.mean_score) && isNumber(bin.share_right));
  const text = (bin) => lines(`scores ${range(bin.low, bin.high)}`, `${whole(bin.count)} steps`, `mean score ${score(bin.mean_score)}`, `share right ${score(bin.share_right)}`);
  return (colours) => {
    const axis = { min: 0, max: 1, scale: false };
    const label = { color: colours.muted, fontSize: 12, hideOverlap: true };
    return {
      tooltip: { trigger: 'item' },
      grid: [{ left: 62, right: 20, top: 28, height: 250 }, { left: 62, right: 20, top: 312, height: 70 }],
      xAxis: [
        valueAxis(colours, { ...axis, gridIndex: 0, axisLabel: { ...label, show: false } }),
        valueAxis(colours, { ...axis, gridIndex: 1, name: 'score of the step', nameLocation: 'middle', nameGap: 28, splitLine: { show: false }, axisLabel: { ...label, formatter: tick } }),
      ],
      yAxis: [
        valueAxis(colours, { ...axis, gridIndex: 0, name: 'share of right steps', nameGap: 12, nameTextStyle: { color: colours.muted, fontSize: 12, align: 'left', padding: [0, 0, 0, -56] }, axisLabel: { ...label, formatter: tick } }),
        valueAxis(colours, { gridIndex: 1, min: 0, splitNumber: 2, name: 'steps', nameGap: 12, nameTextStyle: { color: colours.muted, fontSize: 12, align: 'left', padding: [0, 0, 0, -56] }, axisLabel: { ...label, formatter: count } }),
      ],
      series: [
        { type: 'line', silent: true, symbol: 'none', data: [[0, 0], [1, 1]], lineStyle: { color: colours.muted, width: 1.5, type: [6, 4] }, z: 1 },
        {
          type: 'line', data: points.map((bin) => [bin.mean_score, bin.share_right]), symbol: 'circle', symbolSize: 9, showAllSymbol: true,
          itemStyle: { color: colours.series[1] }, lineStyle: { color: colours.series[1], width: 2 }, z: 3, tooltip: { formatter: ({ dataIndex }) => text(points[dataIndex]) },
        },
        {
          type: 'custom', xAxisIndex: 1, yAxisIndex: 1, renderItem: bar, itemStyle: { color: colours.base }, encode: { x: [0, 1], y: 2 },
          data: bins.map((bin) => [bin.low, bin.high, bin.count]), tooltip: { formatter: ({ dataIndex }) => text(bins[dataIndex]) },
        },
      ],
    };
  };
}

const table = (bins) => ({
  columns: [{ label: 'Scores' }, { label: 'Steps', numeric: true }, { label: 'Mean score', numeric: true }, { label: 'Share right', numeric: true }, { label: 'Right minus score', numeric: true }],
  rows: bins.map((bin) => [range(bin.low, bin.high), whole(bin.count), score(bin.mean_score), score(bin.share_right), apart(gap(bin))]),
});

function Reliability({ calibration }) {
  const bins = useMemo(() => (calibration.bins ?? []).filter((bin) => isNumber(bin.low) && isNumber(bin.high)), [calibration]);
  const build = useMemo(() => plot(bins), [bins]);
  if (!bins.some((bin) => bin.count > 0)) return <p class="muted">No step has a score from 0 to 1, so there is no reliability curve.</p>;
  return <Chart title="Reliability: share of right steps by score, and how many steps each bin has" height={430} table={table(bins)} build={build} />;
}

const within = ({ intervals }, name) => range(intervals?.[name]?.low, intervals?.[name]?.high);

function facts({ calibration, ranking }) {
  return [
    ['Expected calibration error', score(calibration.ece), within(calibration, 'ece')],
    ['Brier score', score(calibration.brier), within(calibration, 'brier')],
    ['Steps', whole(calibration.steps), NONE],
    ['Left out: score outside [0, 1]', whole(calibration.outside), NONE],
    ...Object.entries(ranking)
      .filter(([name]) => name !== 'intervals')
      .map(([name, value]) => [Object.hasOwn(RANKINGS, name) ? RANKINGS[name] : plainName(name), score(value), within(ranking, name)]),
  ];
}

export function Calibration({ evaluation }) {
  const { calibration, ranking } = evaluation.results;
  if (!calibration && !ranking) return <p class="muted">Calibration was not measured.</p>;
  return (
    <>
      <p>
        On the dashed line a score is the share of right steps. Above it the scorer is too strict, below it too lenient. A point that
        rests on few steps says little: their number is below it.
      </p>
      <div class="grid">
        <Reliability calibration={calibration ?? {}} />
        <Table
          caption="Calibration and ranking in numbers"
          columns={[{ label: 'Quantity' }, { label: 'Value', numeric: true }, { label: '95 % interval', numeric: true }]}
          rows={facts({ calibration: calibration ?? {}, ranking: ranking ?? {} })}
        />
      </div>
    </>
  );
}
