// Light or dark, and the colours of both. Charts redraw when it changes; everything else follows the style sheet.
//
//   const stop = onTheme((palette) => redraw(palette));
//   toggleTheme();
//
// Series colours are those of Okabe and Ito, "Color Universal Design" (2008), told apart under the common forms of
// colour blindness; every series also has a symbol and a dash of its own.
const KEY = 'gradus-theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set();
let chosen = stored();
let printing = false;

const palettes = {
  light: {
    ink: '#1b1f24', muted: '#57606a', line: '#c3c9d0', grid: '#e6e9ed', paper: '#ffffff', base: '#6e7781',
    series: ['#1b1f24', '#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'],
  },
  dark: {
    ink: '#e6e8eb', muted: '#a3acb6', line: '#4a525c', grid: '#2b3138', paper: '#171a1f', base: '#8b949e',
    series: ['#e6e8eb', '#56b4e9', '#f0803c', '#1fbf92', '#d99bc0', '#e69f00', '#4f9bd9'],
  },
};

export const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin', 'arrow'];
export const DASHES = ['solid', [8, 3], [2, 3], [10, 3, 2, 3], [5, 5], [1, 2], [14, 4]];

// A page opened from disk may be denied storage: the choice then lasts as long as the page.
function stored() {
  try {
    const name = localStorage.getItem(KEY);
    return name === 'light' || name === 'dark' ? name : null;
  } catch {
    return null;
  }
}

function store(name) {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    return;
  }
}

export function themeName() {
  if (printing) return 'light';
  return chosen ?? (system.matches ? 'dark' : 'light');
}

export const palette = () => palettes[themeName()];

export function armColour(arm, colours) {
  return arm.place < 0 ? colours.base : colours.series[arm.place % colours.series.length];
}

export const armSymbol = (arm) => (arm.place < 0 ? 'emptyCircle' : SYMBOLS[arm.place % SYMBOLS.length]);
export const armDash = (arm) => (arm.place < 0 ? [1, 3] : DASHES[arm.place % DASHES.length]);

function apply() {
  document.documentElement.dataset.theme = themeName();
  for (const listener of listeners) listener(palette());
}

export function toggleTheme() {
  chosen = themeName() === 'dark' ? 'light' : 'dark';
  store(chosen);
  apply();
}

export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function print(on) {
  printing = on;
  apply();
}

system.addEventListener('change', apply);
addEventListener('beforeprint', () => print(true)); // ink on white, whatever the screen shows
addEventListener('afterprint', () => print(false));
apply();
