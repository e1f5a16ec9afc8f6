// An ECharts plot with the same numbers as a table one button away.
//
//   <Chart title="Pass rate" height={240} table={{columns, rows}} build={(colours, width) => option} />
//
// `build` is called again when the theme or the width changes. Text reaches the plot as SVG text and the tooltip as text
// nodes, so that no label of a study is ever read as markup.
import { CustomChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, ParallelComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isNumber } from './format.js';
import { Table } from './table.jsx';
import { onTheme, palette } from './theme.js';

use([
  CustomChart, LineChart, ParallelChart, ScatterChart, GridComponent, MarkLineComponent, ParallelComponent, TooltipComponent, SVGRenderer,
]);

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

function frame(option, colours) {
  const tooltip = {
    confine: true,
    backgroundColor: colours.paper,
    borderColor: colours.line,
    textStyle: { color: colours.ink, fontFamily: FONT, fontSize: 13 },
    ...option.tooltip,
  };
  return { animation: false, textStyle: { fontFamily: FONT, color: colours.ink }, ...option, tooltip };
}

function Plot({ title, height, build }) {
  const host = useRef(null);
  const builder = useRef(build);
  const redraw = useRef(() => {});
  builder.current = build;
  useLayoutEffect(() => {
    const chart = init(host.current, null, { renderer: 'svg' });
    const draw = (colours) => {
      chart.resize();
      chart.setOption(frame(builder.current(colours, host.current.clientWidth), colours), { notMerge: true });
    };
    redraw.current = () => draw(palette());
    redraw.current();
    const stop = onTheme(draw);
    let width = host.current.clientWidth;
    const observer = new ResizeObserver(() => {
      if (!host.current || host.current.clientWidth === width || host.current.clientWidth === 0) return;
      width = host.current.clientWidth;
      redraw.current();
    });
    observer.observe(host.current);
    return () => {
      observer.disconnect();
      stop();
      chart.dispose();
    };
  }, [height]);
  useEffect(() => redraw.current(), [build]);
  return <div class="plot" ref={host} role="img" aria-label={`${title}. The same numbers are behind the button "Show as table".`} style={{ height: `${height}px` }} />;
}

export function Chart({ title, height, table, build, children }) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <button type="button" class="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Show as chart' : 'Show as table'}
          <span class="hidden">: {title}</span>
        </button>
      </figcaption>
      {children}
      {asTable ? <Table caption={title} {...table} /> : <Plot title={title} height={height} build={build} />}
    </figure>
  );
}

// Tooltip content as nodes: a bold first line, then plain ones.
export function lines(first, ...rest) {
  const box = document.createElement('div');
  const head = document.createElement('strong');
  head.textContent = first;
  box.append(head);
  for (const text of rest.filter(Boolean)) {
    const line = document.createElement('div');
    line.textContent = text;
    box.append(line);
  }
  return box;
}

export function valueAxis(colours, more) {
  return {
    type: 'value',
    scale: true,
    axisLine: { show: true, onZero: false, lineStyle: { color: colours.line } },
    axisTick: { show: true, lineStyle: { color: colours.line } },
    axisLabel: { color: colours.muted, fontSize: 12, hideOverlap: true },
    splitLine: { lineStyle: { color: colours.grid } },
    nameTextStyle: { color: colours.muted, fontSize: 12 },
    ...more,
  };
}

// The bounds of an axis for a metric: round numbers around the values, but not beyond what the metric can be.
export function within({ low, high }, values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const near = (most - least || 1) * 0.15;
  return {
    min: isNumber(low) && least >= low && least - near < low ? low : null,
    max: isNumber(high) && most <= high && most + near > high ? high : null,
  };
}
