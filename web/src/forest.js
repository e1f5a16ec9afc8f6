// What forest plots share: a row per comparison, a whisker per interval, the line at zero.

// A whisker from data[0] to data[1] at height data[2].
export function whisker(params, api) {
  const [left, y] = api.coord([api.value(0), api.value(2)]);
  const [right] = api.coord([api.value(1), api.value(2)]);
  const style = { stroke: api.visual('color'), lineWidth: 2, fill: null };
  const line = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });
  return { type: 'group', children: [line(left, y, right, y), line(left, y - 5, left, y + 5), line(right, y - 5, right, y + 5)] };
}

// A side of the plot with a text per row.
export function rowAxis(colours, count, position, formatter) {
  return {
    type: 'value',
    min: -0.5,
    max: count - 0.5,
    inverse: true,
    interval: 1,
    position,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      color: colours.ink,
      fontSize: 12,
      lineHeight: 15,
      rich: { role: { color: colours.muted, fontSize: 11, lineHeight: 14 } },
      customValues: Array.from({ length: count }, (_, i) => i),
      formatter,
    },
  };
}

export const zeroLine = (colours) => ({ xAxis: 0, lineStyle: { color: colours.ink, width: 1.5, type: 'solid' }, label: { show: false } });

// The bounds of an axis that reaches over zero and every value.
export function aroundZero(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const pad = (high - low || 1) * 0.06;
  return { min: low - pad, max: high + pad };
}
