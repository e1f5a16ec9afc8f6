// Words with a shape beside them: what a colour says on this page, a word and a shape say too.
import { pValue } from './format.js';
import { BASE } from './study.js';

const ROLES = { 'held-out': '◆', proximal: '◐', 'same construct': '◉', optimised: '●' };
const VERDICTS = { better: '▲', worse: '▼', 'worse, by less than the margin': '▽', 'non-inferior': '◇', inconclusive: '○' };

const className = (name, known) => (name in known ? name.replaceAll(/[^a-z]+/g, '-') : 'unknown');

export function Role({ name }) {
  if (!name) return <span class="muted">n/a</span>;
  return (
    <span class={`mark role-${className(name, ROLES)}`}>
      <span aria-hidden="true">{ROLES[name] ?? '·'}</span> {name}
    </span>
  );
}

// An interval without zero whose verdict stays open says why: Holm's correction decided.
const words = (row) => (row.after_holm === true ? `${row.verdict} after Holm (p ${pValue(row.p_holm)})` : row.verdict);

export function VerdictWord({ row }) {
  if (!row.verdict) return <span class="muted">n/a</span>;
  return (
    <span class={`mark verdict-${className(row.verdict, VERDICTS)}`}>
      <span aria-hidden="true">{VERDICTS[row.verdict] ?? '·'}</span> {words(row)}
    </span>
  );
}

export const verdictText = (row) => (row.verdict ? `${VERDICTS[row.verdict] ?? '·'} ${words(row)}` : '');

const SHAPES = [
  <circle cx="14" cy="7" r="4" />,
  <rect x="10" y="3" width="8" height="8" />,
  <path d="M14 2.5 18.5 11h-9z" />,
  <path d="M14 2 19 7l-5 5-5-5z" />,
  <rect x="10" y="3" width="8" height="8" rx="2.5" />,
  <path d="M14 12 10.5 6.5a3.6 3.6 0 1 1 7 0z" />,
  <path d="M14 2.5 18 11l-4-2-4 2z" />,
];
const STROKES = ['', '8 3', '2 3', '10 3 2 3', '5 5', '1 2', '14 4'];

// The line and the symbol of an arm, as the charts draw them.
export function Swatch({ arm }) {
  const place = arm.place < 0 ? -1 : arm.place % SHAPES.length;
  return (
    <svg class={`swatch arm-${place < 0 ? BASE : place}`} viewBox="0 0 28 14" width="28" height="14" aria-hidden="true">
      <line x1="0" y1="7" x2="28" y2="7" stroke-dasharray={place < 0 ? '1 3' : STROKES[place]} />
      {place < 0 ? <circle class="hollow" cx="14" cy="7" r="4" /> : SHAPES[place]}
    </svg>
  );
}

export function ArmName({ arm }) {
  return (
    <span class="arm">
      <Swatch arm={arm} />
      <span>{arm.label}</span>
    </span>
  );
}

export function Legend({ arms }) {
  return (
    <ul class="legend" aria-label="Legend">
      {arms.map((arm) => (
        <li>
          <ArmName arm={arm} />
        </li>
      ))}
    </ul>
  );
}
