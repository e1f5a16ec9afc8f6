// The answer; in plain words what was bought at what cost; then one sentence per arm, and the two numbers that it rests on.
import { interval, signed } from '../format.js';
import { ArmName, Role, VerdictWord } from '../marks.jsx';
import { Table } from '../table.jsx';
import { PaidStepByStep, PlainWords } from './plain.jsx';

const ANSWERS = {
  yes: { word: 'Yes', shape: '✓' },
  'yes, at a cost': { word: 'Yes, at a cost', shape: '✓' },
  no: { word: 'No', shape: '✕' },
  'trade-off': { word: 'Trade-off', shape: '⇄' },
  inconclusive: { word: 'Inconclusive', shape: '○' },
  'cannot tell': { word: 'Cannot tell', shape: '○' },
};

function Effect({ row }) {
  if (!row) return <span class="muted">not measured</span>;
  return (
    <span class="effect">
      <strong>{signed(row.difference)}</strong> <span class="muted">{interval(row.low, row.high)}</span>{' '}
      <VerdictWord row={row} />
    </span>
  );
}

function summary(study) {
  const constraint = study.metric(study.constraint);
  const primary = study.metric(study.primary);
  return {
    columns: [
      { label: 'Arm' },
      { label: `${constraint.label} (constraint)` },
      { label: `${primary.label} (quantity of interest)` },
      { label: 'Role of the latter for the arm' },
    ],
    rows: study.others.map((arm) => [
      <ArmName arm={arm} />,
      <Effect row={study.row(arm.id, study.constraint)} />,
      <Effect row={study.row(arm.id, study.primary)} />,
      <Role name={study.role(arm.id, study.primary)} />,
    ]),
  };
}

// Every arm in full, the outcome alone, and what is not compared.
function InFull({ sentences, naive, refusals }) {
  return (
    <>
      {sentences.map((sentence) => (
        <p class="sentence">{sentence}</p>
      ))}
      {naive.map(({ sentence }) => (
        <p class="note">
          <strong>Judged by the outcome alone:</strong> {sentence}
        </p>
      ))}
      {refusals.length > 0 && (
        <div class="note">
          <strong>Not compared:</strong>
          <ul>
            {refusals.map((text) => (
              <li>{text}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

export function Verdict({ study }) {
  const verdict = study.results.verdict ?? {};
  const answer = ANSWERS[verdict.answer] ?? { word: verdict.answer ?? 'No verdict', shape: '○' };
  const [lead, ...others] = verdict.sentences ?? [];
  const naive = study.results.naive ?? []; // what a report of the outcome alone would have concluded
  return (
    <>
      <div class="verdict">
        <span class={`badge answer-${verdict.answer in ANSWERS ? verdict.answer.replaceAll(/[^a-z]+/g, '-') : 'inconclusive'}`}>
          <span aria-hidden="true">{answer.shape}</span> {answer.word}
        </span>
        <p class="verdict-text">{lead}</p>
      </div>
      <PlainWords study={study} />
      <PaidStepByStep study={study} />
      <h3>Every arm in full</h3>
      <InFull sentences={others} naive={naive} refusals={verdict.refusals ?? []} />
      {study.others.length > 0 ? (
        <Table caption={`Difference to "${study.arm(study.baseline).label}" with 95 % interval`} {...summary(study)} />
      ) : (
        <p class="muted">There is one arm only, so there is nothing to compare it with.</p>
      )}
    </>
  );
}
