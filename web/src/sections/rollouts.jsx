// The rollout viewer: what the arms wrote for the same task, side by side, with every statement marked by one channel.
// Right-but-sloppy programs come first, because that is what outcome reward cannot see.
import { useMemo, useState } from 'preact/hooks';
import { isNumber, number, signed } from '../format.js';
import { onKeys } from '../keys.js';
import { ArmName } from '../marks.jsx';
import { BASE } from '../study.js';

export const isRight = (rollout) => isNumber(rollout.outcome) && rollout.outcome >= 1;

// 1 where a truth channel calls the statement faulty, 0 where it does not; null where it says nothing.
function faulty(study, name, value) {
  if (!isNumber(value)) return null;
  return study.isFault(name) ? value >= 0.5 : value < 0.5;
}

// The share of statements that some truth channel calls faulty.
export function sloppiness(study, rollout) {
  const steps = (rollout.steps ?? []).filter((step) => step.kind !== 'observe');
  const bad = steps.filter((step) => Object.entries(step.truth ?? {}).some(([name, value]) => faulty(study, name, value)));
  return steps.length ? bad.length / steps.length : 0;
}

const rank = (study, rollout) => (isRight(rollout) ? 1 + sloppiness(study, rollout) : 0);

// [{task, prompt, columns: [{arm, rollouts}]}], the task with the sloppiest right program first.
function byTask(study) {
  const tasks = new Map();
  for (const rollout of study.rollouts) {
    if (!tasks.has(rollout.task)) tasks.set(rollout.task, { task: rollout.task, prompt: rollout.prompt, arms: new Map() });
    const { arms } = tasks.get(rollout.task);
    if (!arms.has(rollout.arm)) arms.set(rollout.arm, []);
    arms.get(rollout.arm).push(rollout);
  }
  const present = new Set(study.rollouts.map((rollout) => rollout.arm));
  const order = [BASE, ...study.arms.map((arm) => arm.id)].filter((id) => present.has(id));
  const groups = [...tasks.values()].map(({ task, prompt, arms }) => {
    const columns = order.map((arm) => ({ arm, rollouts: (arms.get(arm) ?? []).sort((a, b) => rank(study, b) - rank(study, a)) }));
    const best = Math.max(...columns.flatMap(({ rollouts }) => rollouts.map((rollout) => rank(study, rollout))));
    return { task, prompt, columns, best, depth: Math.max(...columns.map(({ rollouts }) => rollouts.length)) };
  });
  return groups.sort((a, b) => b.best - a.best);
}

// Every channel that occurs: rewards first, then truths.
function channelsOf(study) {
  const names = { channels: new Set(), truth: new Set() };
  for (const rollout of study.rollouts)
    for (const step of rollout.steps ?? [])
      for (const source of ['channels', 'truth']) for (const name of Object.keys(step[source] ?? {})) names[source].add(name);
  return [
    ...[...names.truth].map((name) => ({ source: 'truth', name, label: `truth: ${name}` })),
    ...[...names.channels].map((name) => ({ source: 'channels', name, label: `reward: ${name}` })),
  ];
}

// The largest size of a channel over all rollouts: full colour is the same value everywhere.
function scaleOf(study, channel) {
  const values = study.rollouts.flatMap((rollout) => (rollout.steps ?? []).map((step) => step[channel.source]?.[channel.name]));
  return Math.max(...values.filter(isNumber).map(Math.abs), 0) || 1;
}

// What a value means: {tone: good | bad | none | missing, strength 0..1, text}.
function reading(study, channel, scale, value) {
  if (!isNumber(value)) return { tone: 'missing', strength: 0, text: 'no value' };
  if (channel.source === 'truth') {
    const bad = faulty(study, channel.name, value);
    const plain = value === 0 || value === 1 ? (value === 1 ? channel.name : `not ${channel.name}`) : `${channel.name} ${number(value)}`;
    return { tone: bad ? 'bad' : 'good', strength: bad ? 1 : 0.1, text: `${bad ? '▼' : '▲'} ${plain}` };
  }
  if (value === 0) return { tone: 'none', strength: 0, text: '· 0' };
  const bad = study.isFault(channel.name) ? value > 0 : value < 0;
  return { tone: bad ? 'bad' : 'good', strength: Math.abs(value) / scale, text: `${bad ? '▼' : '▲'} ${signed(value)}` };
}

function Program({ study, rollout, channel, scale }) {
  if (!channel) return <ol class="program">{(rollout.steps ?? []).map((step) => <li class="tone-none"><code>{step.text}</code></li>)}</ol>;
  return (
    <ol class="program">
      {(rollout.steps ?? []).map((step) => {
        const { tone, strength, text } = reading(study, channel, scale, step[channel.source]?.[channel.name]);
        return (
          <li class={`tone-${tone}`} style={{ '--strength': `${Math.round(12 + 38 * strength)}%` }}>
            <code>{step.text}</code>
            <span class="value">{step.kind === 'observe' ? 'tool output' : text}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Column({ study, column, at, channel, scale }) {
  const rollout = column.rollouts[at];
  const arm = study.arm(column.arm);
  const right = rollout && isRight(rollout);
  const share = rollout ? sloppiness(study, rollout) : 0;
  return (
    <article class="rollout" aria-label={arm.label}>
      <h4>
        <ArmName arm={arm} />
      </h4>
      {rollout ? (
        <>
          <p class="rollout-facts">
            <strong class={right ? 'right' : 'wrong'}>{isNumber(rollout.outcome) ? (right ? '✓ right' : '✕ not right') : '? no outcome'}</strong>
            {right && share > 0 && <strong class="sloppy-mark"> but sloppy</strong>}
            <span class="muted">
              {' '}
              outcome {number(rollout.outcome)}, faulty statements {number(share * 100, 0)} %, {study.seedName(rollout.seed)}, sample {rollout.sample ?? 'n/a'}
            </span>
          </p>
          <Program study={study} rollout={rollout} channel={channel} scale={scale} />
        </>
      ) : (
        <p class="muted">No rollout kept at this place.</p>
      )}
    </article>
  );
}

function useViewer(tasks, channels) {
  const [place, setPlace] = useState({ task: 0, at: 0 });
  const [channel, setChannel] = useState(0);
  const turn = (value, by, size) => (value + by + size) % size;
  const toTask = (by) => setPlace({ task: turn(place.task, by, tasks.length), at: 0 });
  const toSample = (by) => setPlace({ ...place, at: turn(place.at, by, tasks[place.task].depth) });
  const toChannel = (by) => channels.length && setChannel(turn(channel, by, channels.length));
  const keys = {
    ArrowRight: () => toTask(1),
    ArrowLeft: () => toTask(-1),
    ArrowDown: () => toSample(1),
    ArrowUp: () => toSample(-1),
    c: () => toChannel(1),
  };
  return { place, setPlace, channel, setChannel, toTask, toSample, onKeyDown: onKeys(keys) };
}

function Controls({ tasks, channels, view }) {
  const task = tasks[view.place.task];
  return (
    <p class="controls">
      <label>
        Colour by{' '}
        <select id="channel" value={view.channel} onChange={(event) => view.setChannel(Number(event.target.value))}>
          {channels.map((each, i) => (
            <option value={i}>{each.label}</option>
          ))}
        </select>
      </label>
      <label>
        Task{' '}
        <select id="task" value={view.place.task} onChange={(event) => view.setPlace({ task: Number(event.target.value), at: 0 })}>
          {tasks.map((each, i) => (
            <option value={i}>
              {i + 1}. {each.prompt || each.task}
            </option>
          ))}
        </select>
      </label>
      <span class="buttons">
        <button type="button" onClick={() => view.toTask(-1)}>← task</button>
        <button type="button" onClick={() => view.toTask(1)}>task →</button>
        <button type="button" disabled={task.depth < 2} onClick={() => view.toSample(-1)}>↑ sample</button>
        <button type="button" disabled={task.depth < 2} onClick={() => view.toSample(1)}>↓ sample</button>
      </span>
    </p>
  );
}

function Viewer({ study }) {
  const tasks = useMemo(() => byTask(study), [study]);
  const channels = useMemo(() => channelsOf(study), [study]);
  const view = useViewer(tasks, channels);
  const task = tasks[view.place.task];
  const channel = channels[view.channel];
  const scale = useMemo(() => (channel ? scaleOf(study, channel) : 1), [study, channel]);
  return (
    <div class="viewer" role="group" aria-label="Rollout viewer" tabIndex={0} onKeyDown={view.onKeyDown}>
      <Controls tasks={tasks} channels={channels} view={view} />
      <div aria-live="polite">
        <p class="task">
          Task {view.place.task + 1} of {tasks.length}, sample {view.place.at + 1} of {task.depth}: <code>{task.prompt || task.task}</code>
        </p>
      </div>
      <div class="columns">
        {task.columns.map((column) => (
          <Column study={study} column={column} at={view.place.at} channel={channel} scale={scale} />
        ))}
      </div>
    </div>
  );
}

export function Rollouts({ study }) {
  if (study.rollouts.length === 0) return <p class="muted">The study kept no rollouts for viewing.</p>;
  return (
    <>
      <p>
        What the arms wrote for the same task. A statement is marked ▲ where the chosen channel is for it and ▼ where it is
        against it. Right-but-sloppy programs come first. With the viewer focused, <kbd>←</kbd> <kbd>→</kbd> change the task,{' '}
        <kbd>↑</kbd> <kbd>↓</kbd> the sample and <kbd>c</kbd> the channel.
      </p>
      <Viewer study={study} />
    </>
  );
}
