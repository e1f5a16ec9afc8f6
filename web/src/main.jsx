// Reads the embedded document and mounts the page that its schema asks for.
import { render } from 'preact';
import { App } from './app.jsx';
import { evalPage } from './eval_page.js';
import { studyPage } from './study_page.js';
import './style.css';
import './sections.css';
import './evaluation.css';

const PAGES = new Map([
  ['gradus.study/1', studyPage],
  ['gradus.eval/1', evalPage],
]);

function problem(results) {
  if (typeof results !== 'object' || results === null)
    return 'This file is the empty template of a report. Run "gradus report" to fill it with the results of a study.';
  if (!PAGES.has(results.schema)) {
    const known = [...PAGES.keys()].map((schema) => `"${schema}"`).join(' and ');
    return `The embedded document has the schema ${JSON.stringify(results.schema ?? null)}; this page reads ${known}.`;
  }
  return null;
}

function start() {
  const results = JSON.parse(document.getElementById('results').textContent);
  const message = problem(results);
  const root = document.getElementById('app');
  if (message) {
    render(
      <main class="page">
        <p role="alert">{message}</p>
      </main>,
      root,
    );
    return;
  }
  const page = PAGES.get(results.schema)(results);
  document.title = `${page.title} – Gradus report`;
  render(<App {...page} />, root);
}

start();
