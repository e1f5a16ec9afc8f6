// What produced these numbers: enough to run it again.
import { count, number } from '../format.js';

const text = (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? 'n/a'));

// Runs of different kernels differ in rounding and are never put together.
function kernels(name) {
  if (!name) return 'n/a: a version of Gradus whose numbers depended on the processor';
  return name.startsWith('avx2') ? `kernels ${name}: the same bytes on every x86-64-v3 processor; wider vectors stay unused` : `kernels ${name}: not repeated to the byte`;
}

// Where the study was looked at after every seed: how, and where it stopped.
function sequenceFacts(sequence) {
  if (!sequence) return [];
  const end = sequence.settled ? `stopped: ${sequence.settled}` : 'went on to its last seed';
  return [['Sequence', `${sequence.method}; ${number(sequence.level)} spent on each question over all ${count(sequence.looks?.length)} looks; ${end}`]];
}

function facts(study) {
  const it = study.settings;
  const parameters = Object.entries(it.environment?.parameters ?? {}).map(([name, value]) => `${name} = ${text(value)}`);
  return [
    ['Study', it.name ?? 'n/a'],
    ['Environment', [it.environment?.name ?? 'n/a', ...parameters].join(', ')],
    ['Quantity of interest', `${study.metric(study.primary).label} (${study.direction(study.primary)})`],
    ['Constraint', `${study.metric(study.constraint).label}, non-inferiority margin ${number(it.margin)} fixed in advance`],
    ['Baseline', study.arm(study.baseline).label],
    ['Seeds', `${(it.seeds ?? []).length} paired, on ${count(it.base_policies)} base policies: ${(it.seeds ?? []).join(', ')}`],
    ...sequenceFacts(study.results.sequence),
    ['Training', `${count(it.updates)} updates of ${count(it.rollouts_per_update)} rollouts per arm and seed`],
    ['Evaluation', `${count(it.eval_tasks)} tasks of every seed's own, with ${count(it.eval_samples)} samples each`],
    ['Sandbox level in force', text(it.sandbox)],
    ['Arithmetic', kernels(it.kernels)],
  ];
}

function metricFacts(metric) {
  return `${metric.axis}; ${metric.evaluator ?? 'evaluator n/a'}${metric.exact ? '; exact' : ''}${metric.unit ? `; ${metric.unit}` : ''}`;
}

export function Run({ study }) {
  return (
    <>
      <dl class="facts">
        {facts(study).map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>Arms</h3>
      {study.arms.map((arm) => (
        <details>
          <summary>
            {arm.label}
            <span class="muted"> · process scale {number(arm.process_scale)}</span>
          </summary>
          <pre tabIndex={0}>{arm.recipe || 'No recipe was recorded.'}</pre>
        </details>
      ))}
      <p class="muted">Process scale: standard deviation of the process reward of a rollout over that of its outcome reward.</p>
      <details>
        <summary>Metrics and their evaluators</summary>
        <dl class="facts">
          {study.metrics.map((metric) => (
            <div>
              <dt>{metric.label}</dt>
              <dd>{metricFacts(metric)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}
