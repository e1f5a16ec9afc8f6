// The heat map of kinds of error by place in the solution: how many of the wrong steps were called wrong. It is a table, so
// that it is read as well as seen; a cell without a wrong step is empty.
import { isNumber } from '../format.js';
import { Scroll } from '../table.jsx';
import { NONE, percent, plainName, whole } from './evaluation.js';

function Cell({ share, steps }) {
  if (steps === 0 || !isNumber(steps)) return <td class="heat-empty"><span class="hidden">no wrong step</span></td>;
  if (!isNumber(share)) return <td class="numeric">{NONE}</td>;
  return (
    <td class="numeric heat" style={{ '--share': `${(share * 100).toFixed(1)}%` }}>
      {percent(share)}
      <span class="sub">of {whole(steps)}</span>
    </td>
  );
}

const PLACES = ['first fifth', 'second', 'third', 'fourth', 'last fifth'];

export function Kinds({ evaluation }) {
  const { kinds = [], accuracy_wrong: shares = [], wrong_steps: steps = [] } = evaluation.results.heat ?? {};
  if (kinds.length === 0) return <p class="muted">No wrong step was scored, so there is no map of kinds of error.</p>;
  const anywhere = new Map((evaluation.results.breakdowns?.kind ?? []).map((row) => [row.name, row]));
  const caption = 'Wrong steps that were called wrong, by kind of error and fifth of the solution';
  return (
    <>
      <p>
        A full cell is one in which every wrong step was called wrong. Below the share stands the number of wrong steps; an empty cell had
        none.
      </p>
      <p class="heat-scale" aria-hidden="true">
        0 % <span class="heat-bar" /> 100 %
      </p>
      <Scroll label={caption}>
        <table class="heat-map">
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              {PLACES.map((label) => (
                <th scope="col" class="numeric">
                  {label}
                </th>
              ))}
              <th scope="col" class="numeric">
                anywhere
              </th>
            </tr>
          </thead>
          <tbody>
            {kinds.map((kind, i) => (
              <tr>
                <th scope="row">{plainName(kind) || 'no kind given'}</th>
                {PLACES.map((_, p) => (
                  <Cell share={shares[i]?.[p]} steps={steps[i]?.[p]} />
                ))}
                <Cell share={anywhere.get(kind)?.accuracy_wrong} steps={anywhere.get(kind)?.wrong_steps} />
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
