// Numbers as text: a true minus sign, as many digits as the size asks for, and "n/a" where there is no number.
export const MISSING = 'n/a';

export const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

function digits(value) {
  const size = Math.abs(value);
  if (size >= 100) return 1;
  if (size >= 10) return 2;
  return 3;
}

export function number(value, places) {
  if (!isNumber(value)) return MISSING;
  const text = value.toFixed(places ?? digits(value));
  return /^-[0.]*$/.test(text) ? text.slice(1) : text.replace('-', '−');
}

export function signed(value, places) {
  const text = number(value, places);
  return isNumber(value) && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

export function interval(low, high) {
  if (!isNumber(low) || !isNumber(high)) return MISSING;
  const places = digits(Math.max(Math.abs(low), Math.abs(high)));
  return `[${signed(low, places)}, ${signed(high, places)}]`;
}

export function spread(mean, sd) {
  if (!isNumber(mean)) return MISSING;
  return isNumber(sd) ? `${number(mean)} ± ${number(sd, digits(mean))}` : number(mean);
}

export function pValue(value) {
  if (!isNumber(value)) return MISSING;
  return value < 0.001 ? '< 0.001' : value.toFixed(3);
}

export function percent(value) {
  return isNumber(value) ? `${Math.round(100 * value)} %` : MISSING;
}

export function count(value) {
  return isNumber(value) ? value.toLocaleString('en-GB') : MISSING;
}

// The label of an axis at a round value: no trailing zeros.
export function tick(value) {
  return String(Number(value.toPrecision(6))).replace('-', '−');
}

// Text for an axis label: {, } and | would steer rich text there.
export const plainLabel = (text) => String(text).replace(/[{}|]/g, ' ');

// Words broken into lines of at most `width` characters; a longer word keeps a line of its own.
export function wrap(text, width) {
  const rows = [''];
  for (const word of String(text).split(/\s+/)) {
    const row = rows.at(-1);
    if (row && row.length + 1 + word.length > width) rows.push(word);
    else rows[rows.length - 1] = row ? `${row} ${word}` : word;
  }
  return rows.join('\n');
}
