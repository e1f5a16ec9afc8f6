// The first number of the benchmark in one sentence, then what stands between the files and the numbers: the threshold and
// where it came from, and everything that was counted as odd, by name.
import { isNumber } from '../format.js';
import { Table } from '../table.jsx';
import { apart, NONE, plainName, range, score, whole } from './evaluation.js';

// Counts that say how much there was, not that something was wrong with it.
const PLAIN = new Set(['solutions', 'judged', 'rows']);

const MEANINGS = {
  solutions: 'solutions in the files',
  errors_out_of_range: 'place of the error outside the solution',
  blank_steps: 'blank steps',
  without_steps: 'solutions without a step',
  duplicate_ids: 'ids that are there twice',
  bad_rows: 'rows that cannot be read (left out)',
  judged: 'judged',
  missing: 'nothing said of a solution (left out)',
  too_few: 'fewer scores than steps (left out)',
  too_many: 'more scores than steps (left out)',
  incomplete: 'a score missing or not finite (left out)',
  unusable: 'answers that cannot be used',
  rows: 'rows read',
  duplicates: 'scores that are there twice',
  unknown_ids: 'scores of unknown solutions',
  not_finite: 'scores that are not finite',
  outside_unit: 'scores outside [0, 1]',
  unreadable: 'answers of the judge that cannot be read (left out of the corrected numbers)',
  unreadable_verdicts: 'verdicts that cannot be read (left out of the corrected numbers)',
};

const countsOf = (group) => Object.entries(group ?? {}).filter(([name]) => name !== 'examples');
const oddOf = (group) => countsOf(group).filter(([name, value]) => !PLAIN.has(name) && isNumber(value) && value !== 0);
const meaning = (name) => (Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : plainName(name));

function Headline({ evaluation }) {
  const [row] = evaluation.numbers;
  if (!row) return <p class="muted">The document holds no numbers.</p>;
  const { compat = {}, strict = {}, scale } = row;
  const difference = evaluation.difference(0)?.strict;
  return (
    <div class="verdict">
      <span class="badge headline">{score(compat.value, scale)}</span>
      <p class="verdict-text">
        {plainName(row.id)} ({plainName(row.part)}) as the official script gives it, of {whole(scale)} for a perfect scorer; 95&nbsp;%
        interval <span class="nowrap">{range(compat.low, compat.high, scale)}.</span>{' '}
        {row.same ? (
          'The corrected number is the same.'
        ) : (
          <>
            Corrected: {score(strict.value, scale)} <span class="nowrap">{range(strict.low, strict.high, scale)}.</span>
          </>
        )}
        {difference && (
          <>
            {' '}
            Against {evaluation.other}, corrected: {apart(difference.difference, scale)}{' '}
            <span class="nowrap">{range(difference.low, difference.high, scale, apart)}.</span>
          </>
        )}
      </p>
    </div>
  );
}

function thresholdText(threshold) {
  if (!threshold) return 'none';
  const chosen = ({ value, candidates, items, reached }) =>
    `${score(value)} (best of ${whole(candidates)} candidates on ${whole(items)} items, reached ${score(reached)} there)`;
  if (threshold.from === null || threshold.from === undefined) return `${score(threshold.value)}, given or the default; not chosen on these files`;
  const other = threshold.compared_with ? `; of the other scorer ${chosen(threshold.compared_with)}` : '';
  return `${chosen(threshold)}, chosen on ${threshold.from}, which is not reported${other}`;
}

// How responses were judged: a ranking, ratings and a reward model's scores give numbers that differ by points.
function protocols({ scores }) {
  const said = scores.map(({ protocol }) => protocol).filter(Boolean);
  return said.length > 0 ? [['Judged by', said.join('; compared with ')]] : [];
}

function facts(evaluation) {
  const { threshold, bootstrap } = evaluation;
  return [
    ['Scorer', evaluation.scorer],
    ['Compared with', evaluation.other ?? 'nothing'],
    ['Files', evaluation.files.join(', ') || NONE],
    ...protocols(evaluation),
    ['Threshold', thresholdText(threshold)],
    ['Rule', threshold?.rule ?? NONE],
    ['Intervals', `95 %, two-level bootstrap over questions and solutions: ${whole(bootstrap.draws)} draws, seed ${bootstrap.seed ?? NONE}`],
  ];
}

// [{name, group}]: the files, then every scorer.
function groups(evaluation) {
  const names = [evaluation.scorer, evaluation.other];
  return [
    { name: 'the files', group: evaluation.items },
    ...evaluation.scores.map((group, i) => ({ name: `the scores of ${names[i] ?? `scorer ${i + 1}`}`, group })),
  ];
}

function Odd({ evaluation }) {
  const all = groups(evaluation);
  const odd = all.flatMap(({ name, group }) => oddOf(group).map(([key, value]) => ({ name, text: `${meaning(key)}: ${whole(value)}` })));
  const examples = all.flatMap(({ name, group }) => (group.examples ?? []).map((text) => ({ name, text })));
  if (odd.length === 0 && examples.length === 0)
    return <p class="note">Nothing odd was counted: every solution was read and judged as it stands.</p>;
  return (
    <div class="note odd">
      <strong>⚠ Counted as odd.</strong> Nothing was filled in; what is left out is in none of the numbers.
      <ul>
        {odd.map(({ name, text }) => (
          <li>
            {text} <span class="muted">({name})</span>
          </li>
        ))}
      </ul>
      {examples.length > 0 && (
        <details>
          <summary>The first examples ({examples.length})</summary>
          <ul>
            {examples.map(({ text }) => (
              <li>
                <code>{text}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function countTable(evaluation) {
  return {
    columns: [{ label: 'Of' }, { label: 'Counted' }, { label: 'How many', numeric: true }],
    rows: groups(evaluation).flatMap(({ name, group }) => countsOf(group).map(([key, value]) => [name, meaning(key), whole(value)])),
  };
}

export function Summary({ evaluation }) {
  const table = countTable(evaluation);
  return (
    <>
      <Headline evaluation={evaluation} />
      <Odd evaluation={evaluation} />
      <dl class="facts">
        {facts(evaluation).map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {table.rows.length > 0 && (
        <details>
          <summary>Everything that was counted, zeros too</summary>
          <Table caption="Counts of the files and of every scorer" {...table} />
        </details>
      )}
    </>
  );
}
