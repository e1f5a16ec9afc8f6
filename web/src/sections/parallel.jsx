// Parallel coordinates: one horizontal axis per metric, better always to the right, one line per arm and the base policy.
import { Chart, lines } from '../chart.jsx';
import { isNumber, number, tick, wrap } from '../format.js';
import { Legend } from '../marks.jsx';
import { BASE } from '../study.js';
import { armColour, armDash } from '../theme.js';

const ROW = 62;

function profile(study, metrics, arms) {
  const values = arms.map((arm) => metrics.map((metric) => study.final(arm.id, metric.id).mean));
  return (colours, width) => {
    const left = Math.min(230, Math.max(110, width * 0.3));
    const axis = (metric, dim) => {
      const column = values.map((row) => row[dim]).filter(isNumber);
      const [low, high] = [Math.min(...column), Math.max(...column)];
      const pad = (high - low || 1) * 0.08;
      return { dim, name: wrap(metric.label, (left - 20) / 6.6), min: low - pad, max: high + pad, inverse: metric.higher_is_better === false };
    };
    return {
      tooltip: { trigger: 'item' },
      parallel: { layout: 'vertical', left, right: 28, top: 24, bottom: 34 },
      parallelAxis: metrics.map((metric, dim) => ({
        ...axis(metric, dim),
        nameLocation: metric.higher_is_better === false ? 'end' : 'start',
        nameGap: 14,
        nameTextStyle: { color: colours.ink, fontSize: 12, align: 'right', lineHeight: 15 },
        splitNumber: width < 560 ? 2 : 4,
        axisLine: { lineStyle: { color: colours.line } },
        axisTick: { lineStyle: { color: colours.line } },
        axisLabel: { color: colours.muted, fontSize: 11, formatter: tick, showMinLabel: false, showMaxLabel: false, hideOverlap: true },
      })),
      series: arms.map((arm, i) => ({
        type: 'parallel',
        data: [values[i].map((value) => value ?? '-')],
        lineStyle: { color: armColour(arm, colours), width: arm.place === 0 ? 3 : 2, type: armDash(arm), opacity: 1 },
        tooltip: { formatter: () => lines(arm.label, ...metrics.map((metric, at) => `${metric.label}: ${number(values[i][at])}`)) },
      })),
    };
  };
}

export function Parallel({ study }) {
  const arms = [study.arm(BASE), ...study.arms];
  const metrics = study.metrics.filter((metric) => arms.some((arm) => isNumber(study.final(arm.id, metric.id).mean)));
  if (metrics.length < 2) return <p class="muted">Fewer than two metrics have a value.</p>;
  const shown = arms.filter((arm) => metrics.some((metric) => isNumber(study.final(arm.id, metric.id).mean)));
  const table = {
    columns: [{ label: 'Metric' }, { label: 'Direction' }, ...shown.map((arm) => ({ label: arm.label, numeric: true }))],
    rows: metrics.map((metric) => [metric.label, study.direction(metric.id), ...shown.map((arm) => number(study.final(arm.id, metric.id).mean))]),
  };
  return (
    <>
      <p>Means at the end of training. On every axis better is to the right; each axis spans the values seen, so it shows order, not size.</p>
      <Legend arms={shown} />
      <Chart title="Mean of every metric per arm" height={metrics.length * ROW + 30} table={table} build={profile(study, metrics, shown)} />
    </>
  );
}
