// The page: a header with the question, the sections in the order in which a reader needs them, and a list of contents.
import { useEffect, useState } from 'preact/hooks';
import { Curves } from './sections/curves.jsx';
import { Differences } from './sections/differences.jsx';
import { Goodhart } from './sections/goodhart.jsx';
import { Metrics } from './sections/metrics.jsx';
import { Neutrality } from './sections/neutrality.jsx';
import { Parallel } from './sections/parallel.jsx';
import { Pareto } from './sections/pareto.jsx';
import { Rollouts } from './sections/rollouts.jsx';
import { Run } from './sections/run.jsx';
import { Verdict } from './sections/verdict.jsx';
import { onTheme, themeName, toggleTheme } from './theme.js';

const sections = [
  { id: 'verdict', title: 'Verdict', Body: Verdict },
  { id: 'neutrality', title: 'Base policy', Body: Neutrality },
  { id: 'metrics', title: 'Metrics', Body: Metrics },
  { id: 'differences', title: 'Differences', Body: Differences },
  { id: 'pareto', title: 'Outcome and process', Body: Pareto },
  { id: 'curves', title: 'Learning curves', Body: Curves },
  { id: 'profile', title: 'Profile', Body: Parallel },
  { id: 'rollouts', title: 'Rollouts', Body: Rollouts },
  { id: 'goodhart', title: 'Goodhart', Body: Goodhart },
  { id: 'run', title: 'What was run', Body: Run },
];

function ThemeButton() {
  const [name, setName] = useState(themeName());
  useEffect(() => onTheme(() => setName(themeName())), []);
  return (
    <button type="button" class="quiet" id="theme" aria-pressed={name === 'dark'} onClick={toggleTheme}>
      {name === 'dark' ? 'Light theme' : 'Dark theme'}
    </button>
  );
}

// The section that is being read: the last one whose top has passed the upper part of the window.
function useCurrentSection() {
  const [current, setCurrent] = useState(sections[0].id);
  useEffect(() => {
    const update = () => {
      const passed = sections.filter(({ id }) => document.getElementById(id).getBoundingClientRect().top < 140);
      setCurrent((passed.at(-1) ?? sections[0]).id);
    };
    addEventListener('scroll', update, { passive: true });
    return () => removeEventListener('scroll', update);
  }, []);
  return current;
}

function Contents() {
  const current = useCurrentSection();
  return (
    <nav aria-label="Contents">
      <div class="nav-inner">
        <ul>
          {sections.map(({ id, title }) => (
            <li>
              <a href={`#${id}`} aria-current={id === current ? 'location' : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
        <ThemeButton />
      </div>
    </nav>
  );
}

export function App({ study }) {
  return (
    <>
      <a class="skip" href="#verdict">
        Skip to the verdict
      </a>
      <header class="page">
        <p class="kicker">Gradus study · {study.settings.environment?.name ?? 'unknown environment'}</p>
        <h1>{study.title}</h1>
        {study.settings.question && <p class="question">{study.settings.question}</p>}
      </header>
      <Contents />
      <main class="page">
        {sections.map(({ id, title, Body }) => (
          <section id={id} aria-labelledby={`${id}-title`}>
            <h2 id={`${id}-title`}>{title}</h2>
            <Body study={study} />
          </section>
        ))}
      </main>
    </>
  );
}
