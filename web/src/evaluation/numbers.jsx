// The official numbers by part of the benchmark: as the official script gives them, and corrected where that differs.
import { Scroll } from '../table.jsx';
import { apart, NONE, plainName, range, score, whole } from './evaluation.js';

const COLUMNS = ['Number', 'Perfect', 'Official', '95 % interval', 'Corrected', '95 % interval'];

// [{part, rows: [{row, at}]}] in the order of the document.
function byPart(numbers) {
  const parts = [];
  numbers.forEach((row, at) => {
    if (parts.at(-1)?.part !== row.part) parts.push({ part: row.part, rows: [] });
    parts.at(-1).rows.push({ row, at });
  });
  return parts;
}

function Cells({ column = {}, scale, differs }) {
  return (
    <>
      <td class="numeric">{differs ? <strong>{score(column.value, scale)}</strong> : score(column.value, scale)}</td>
      <td class="numeric muted">{range(column.low, column.high, scale)}</td>
    </>
  );
}

function Row({ row, difference, compared }) {
  return (
    <tr class={row.same ? undefined : 'differs'}>
      <th scope="row">
        {plainName(row.id)} {!row.same && <span class="tag">differs</span>}
      </th>
      <td class="numeric muted">{whole(row.scale)}</td>
      <Cells column={row.compat} scale={row.scale} />
      {row.same ? <td class="muted" colSpan={2}>the same</td> : <Cells column={row.strict} scale={row.scale} differs />}
      {compared && (
        <>
          <td class="numeric">{apart(difference?.strict?.difference, row.scale)}</td>
          <td class="numeric muted">{range(difference?.strict?.low, difference?.strict?.high, row.scale, apart)}</td>
        </>
      )}
    </tr>
  );
}

export function Numbers({ evaluation }) {
  const compared = evaluation.comparison.length > 0;
  const columns = compared ? [...COLUMNS, 'Difference', '95 % interval'] : COLUMNS;
  if (evaluation.numbers.length === 0) return <p class="muted">The document holds no numbers.</p>;
  const caption = `${evaluation.benchmark}, ${evaluation.scorer}`;
  return (
    <>
      <p>
        “Official” is what the official script prints, with its conventions; “corrected” repairs what is wrong with them, and says “the
        same” where nothing is.{compared && ` Differences are those of the corrected numbers to ${evaluation.other}.`} “{NONE}” is a number that does not exist.
      </p>
      <Scroll label={caption}>
        <table class="numbers">
          <caption>{caption}</caption>
          <thead>
            <tr>
              {columns.map((label, i) => (
                <th scope="col" class={i > 0 ? 'numeric' : undefined}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          {byPart(evaluation.numbers).map(({ part, rows }) => (
            <tbody>
              <tr class="group">
                <th scope="rowgroup" colSpan={columns.length}>
                  {plainName(part)}
                </th>
              </tr>
              {rows.map(({ row, at }) => (
                <Row row={row} difference={evaluation.difference(at)} compared={compared} />
              ))}
            </tbody>
          ))}
        </table>
      </Scroll>
    </>
  );
}
