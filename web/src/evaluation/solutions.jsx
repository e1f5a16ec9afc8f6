// The viewer of real solutions: every step with what the file says of it and the score that it got, the true first error and
// the one that was called marked on their steps. Texts of a benchmark are shown as text, whatever they contain.
import { useMemo, useState } from 'preact/hooks';
import { isNumber } from '../format.js';
import { onKeys } from '../keys.js';
import { NONE, OUTCOMES, plainName, score, whole } from './evaluation.js';

const LABELS = {
  right: { text: '▲ right', tone: 'good' },
  wrong: { text: '▼ wrong', tone: 'bad' },
  neutral: { text: '· neutral', tone: 'none' },
};
const NO_LABEL = { text: '? not said', tone: 'missing' };

const FILTERS = [
  { id: 'all', text: 'all', keeps: () => true },
  { id: 'right', text: 'judged as the file does', keeps: (outcome) => OUTCOMES[outcome].right === true },
  { id: 'wrong', text: 'judged otherwise', keeps: (outcome) => OUTCOMES[outcome].right === false },
  ...Object.entries(OUTCOMES).map(([id, { text }]) => ({ id: `only-${id}`, text, keeps: (outcome) => outcome === id })),
];

function Step({ step, at, solution }) {
  const { text, tone } = Object.hasOwn(LABELS, step.label) ? LABELS[step.label] : NO_LABEL;
  const truth = at === solution.first_error;
  const called = at === solution.predicted;
  return (
    <li class={`tone-${tone}`} data-number={step.number ?? at + 1} style={{ '--strength': tone === 'bad' ? '40%' : '12%' }}>
      <div>
        {(truth || called) && (
          <p class="places">
            {truth && <span class="place truth">⚑ true first error</span>}
            {called && <span class="place called">◎ called the first error{truth ? '' : ', wrongly'}</span>}
          </p>
        )}
        <span class="step-text">{step.text || <span class="muted">(blank)</span>}</span>
      </div>
      <span class="value">
        {text} <br />
        {score(step.score)}
      </span>
    </li>
  );
}

function place(value, solution) {
  if (value === -1) return 'none';
  if (!isNumber(value)) return NONE;
  return `step ${solution.steps?.[value]?.number ?? value + 1}`;
}

// What a graded answer says, in its own words: they may say more than could be read from them.
function Answer({ verdict }) {
  const said = [
    ['it is', verdict.correctness],
    ['first wrong step', verdict.first_step],
    ['verdict on its reason', verdict.reason],
  ].filter(([, words]) => words);
  if (said.length === 0) return <p class="muted">The answer in the file is empty.</p>;
  return (
    <p class="muted">
      The answer in the file: {said.map(([what, words]) => `${what}: “${words}”`).join('; ')}
      {verdict.called_right === null && '. It cannot be read as correct or wrong, so it counts as neither'}.
    </p>
  );
}

function Solution({ solution }) {
  const { text, shape, right } = OUTCOMES[solution.outcome];
  const sound = ['accepted', 'alarm'].includes(solution.outcome);
  return (
    <article aria-label={`Solution ${solution.id}`}>
      <p class="rollout-facts">
        <strong class={right === true ? 'right' : right === false ? 'wrong' : 'muted'}>
          {shape} {text}
        </strong>{' '}
        <span class="muted">
          true first error: {sound ? 'none' : place(solution.first_error, solution)}; called: {place(solution.predicted, solution)}; kind:{' '}
          {plainName(solution.kind) || NONE}; file: {solution.split || NONE}
        </span>
      </p>
      {solution.verdict && <Answer verdict={solution.verdict} />}
      {solution.question && <p class="question-text">{solution.question}</p>}
      {(solution.steps ?? []).length === 0 && <p class="muted">The solution has no steps.</p>}
      <ol class="program steps">
        {(solution.steps ?? []).map((step, at) => (
          <Step step={step} at={at} solution={solution} />
        ))}
      </ol>
    </article>
  );
}

function Select({ id, label, value, options, onChange }) {
  return (
    <label>
      {label}{' '}
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([name, text]) => (
          <option value={name}>{text}</option>
        ))}
      </select>
    </label>
  );
}

function useChoice(solutions) {
  const [{ kind, filter, at }, setChoice] = useState({ kind: '', filter: 'all', at: 0 });
  const ofKind = solutions.filter((solution) => kind === '' || `=${solution.kind}` === kind);
  const chosen = ofKind.filter((solution) => FILTERS.find(({ id }) => id === filter).keeps(solution.outcome));
  const go = (to) => chosen.length && setChoice({ kind, filter, at: (to + chosen.length) % chosen.length });
  return {
    kind, filter, at, ofKind, chosen, go,
    setKind: (value) => setChoice({ kind: value, filter, at: 0 }),
    setFilter: (value) => setChoice({ kind, filter: value, at: 0 }),
    onKeyDown: onKeys({ ArrowRight: () => go(at + 1), ArrowLeft: () => go(at - 1) }),
  };
}

function Viewer({ solutions }) {
  const view = useChoice(solutions);
  // "=" tells a kind from the choice of all, whatever the kind is called.
  const kinds = useMemo(() => [['', 'all'], ...[...new Set(solutions.map(({ kind }) => kind))].map((kind) => [`=${kind}`, plainName(kind) || 'not given'])], [solutions]);
  const filters = FILTERS.map(({ id, text, keeps }) => [id, `${text} (${view.ofKind.filter(({ outcome }) => keeps(outcome)).length})`]);
  const solution = view.chosen[view.at];
  return (
    <div class="viewer" role="group" aria-label="Viewer of solutions" tabIndex={0} onKeyDown={view.onKeyDown}>
      <p class="controls">
        <Select id="kind" label="Kind" value={view.kind} options={kinds} onChange={view.setKind} />
        <Select id="judged" label="Judged" value={view.filter} options={filters} onChange={view.setFilter} />
        {solution && (
          <Select
            id="solution" label="Solution" value={String(view.at)} onChange={(value) => view.go(Number(value))}
            options={view.chosen.map((each, i) => [String(i), `${i + 1}. ${each.id} – ${OUTCOMES[each.outcome].text}`])}
          />
        )}
        <span class="buttons">
          <button type="button" disabled={view.chosen.length < 2} onClick={() => view.go(view.at - 1)}>← previous</button>
          <button type="button" disabled={view.chosen.length < 2} onClick={() => view.go(view.at + 1)}>next →</button>
        </span>
      </p>
      <p class="task" aria-live="polite">
        {solution ? `Solution ${view.at + 1} of ${view.chosen.length}: ${solution.id}` : 'No shown solution is of this kind and judged so.'}
      </p>
      {solution && <Solution solution={solution} />}
    </div>
  );
}

export function Solutions({ evaluation }) {
  const { solutions } = evaluation;
  if (solutions.length === 0) return <p class="muted">The document holds no solutions for viewing.</p>;
  const judged = evaluation.scores[0]?.judged;
  return (
    <>
      <p>
        {isNumber(judged) && judged > solutions.length
          ? `Shown are the first ${whole(solutions.length)} of ${whole(judged)} judged solutions; the numbers above are of all of them.`
          : `All ${whole(solutions.length)} solutions in the document are shown.`}{' '}
        A step has what the file says of it and its score. With the viewer focused, <kbd>←</kbd> <kbd>→</kbd> change the solution.
      </p>
      <Viewer solutions={solutions} />
    </>
  );
}
