// Reads the embedded results and mounts the page.
import { render } from 'preact';
import { App } from './app.jsx';
import { Study } from './study.js';
import './style.css';
import './sections.css';

const SCHEMA = 'gradus.study/1';

function problem(results) {
  if (typeof results !== 'object' || results === null)
    return 'This file is the empty template of a report. Run "gradus report" to fill it with the results of a study.';
  if (results.schema !== SCHEMA)
    return `The embedded document has the schema ${JSON.stringify(results.schema ?? null)}; this page reads "${SCHEMA}".`;
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
  const study = new Study(results);
  document.title = `${study.title} – Gradus report`;
  render(<App study={study} />, root);
}

start();
