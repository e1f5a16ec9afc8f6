// Where the first step that was called wrong lies against the true first error, over the wrong solutions.
import { useMemo } from 'preact/hooks';
import { Bar } from '../bar.jsx';
import { Chart, lines, valueAxis } from '../chart.jsx';
import { isNumber, tick } from '../format.js';
import { Table } from '../table.jsx';
import { percent, plainName, score, whole } from './evaluation.js';

const PLACES = { early: 'too early', late: 'too late', not_found: 'no step called wrong', unreadable: 'no verdict to be read' };

const SHARES = {
  correct_answer_wrong_step: 'Solutions with a right answer and a wrong step',
  correct_answer_wrong_step_found: '… of these, an error called somewhere',
  minimum_at_last_step: 'Solutions whose lowest score is that of the last step',
  minimum_at_last_step_error_earlier: '… of those whose true error comes earlier',
};

function plot(within) {
  return (colours) => ({
    tooltip: { trigger: 'item' },
    grid: { left: 56, right: 20, top: 28, bottom: 48 },
    xAxis: valueAxis(colours, { min: 0, max: Math.max(1, within.length - 1), interval: 1, name: 'steps away from the true first error, at most', nameLocation: 'middle', nameGap: 30, splitLine: { show: false } }),
    yAxis: valueAxis(colours, { min: 0, max: 1, name: 'share of wrong solutions', nameGap: 12, nameTextStyle: { color: colours.muted, fontSize: 12, align: 'left', padding: [0, 0, 0, -50] }, axisLabel: { color: colours.muted, fontSize: 12, formatter: tick } }),
    series: [
      {
        type: 'line', data: within.map((share, k) => [k, isNumber(share) ? share : null]), symbol: 'circle', symbolSize: 9, showAllSymbol: true,
        itemStyle: { color: colours.series[1] }, lineStyle: { color: colours.series[1], width: 2 },
        tooltip: { formatter: ({ dataIndex }) => lines(`at most ${dataIndex} steps away`, `${percent(within[dataIndex])} of the wrong solutions`) },
      },
    ],
  });
}

const table = (within) => ({
  columns: [{ label: 'At most so many steps away' }, { label: 'Share of wrong solutions', numeric: true }],
  rows: within.map((share, k) => [String(k), score(share)]),
});

function Curve({ within }) {
  const build = useMemo(() => plot(within), [within]);
  if (!within.some(isNumber)) return <p class="muted">No wrong solution was judged by the place of its first error, so there is no curve.</p>;
  return <Chart title="First error found within so many steps" height={300} table={table(within)} build={build} />;
}

function Places({ localisation }) {
  const text = (share) => <strong>{percent(share)}</strong>;
  return (
    <div>
      <h3>Of {whole(localisation.wrong_solutions)} wrong solutions</h3>
      <div class="rates">
        <Bar label="exactly there" value={localisation.within?.[0]} kind="clean" text={text(localisation.within?.[0])} />
        {Object.entries(PLACES).map(([key, label]) => (
          <Bar label={label} value={localisation[key]} kind="sloppy" text={text(localisation[key])} />
        ))}
      </div>
    </div>
  );
}

export function Localisation({ evaluation }) {
  const { localisation, shares } = evaluation.results;
  if (!localisation && !shares) return <p class="muted">The place of the first error was not measured.</p>;
  return (
    <>
      {localisation && (
        <div class="grid">
          <Curve within={localisation.within ?? []} />
          <Places localisation={localisation} />
        </div>
      )}
      {shares && (
        <Table
          caption="Signs of a scorer that reads the answer and not the steps"
          columns={[{ label: 'Share' }, { label: 'Value', numeric: true }]}
          rows={Object.entries(shares).map(([name, share]) => [Object.hasOwn(SHARES, name) ? SHARES[name] : plainName(name), percent(share)])}
        />
      )}
    </>
  );
}
