// The frame of a page: a header with the question, the sections in the order in which a reader needs them, and a list of
// contents. Which sections there are says study_page.js or eval_page.js.
import { useEffect, useState } from 'preact/hooks';
import { onTheme, themeName, toggleTheme } from './theme.js';

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
function useCurrentSection(sections) {
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

function Contents({ sections }) {
  const current = useCurrentSection(sections);
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

// sections: [{id, title, Body}]; every Body gets `props`.
export function App({ kicker, title, question, sections, props }) {
  const [first] = sections;
  return (
    <>
      <a class="skip" href={`#${first.id}`}>
        Skip to the {first.title.toLowerCase()}
      </a>
      <header class="page">
        <p class="kicker">{kicker}</p>
        <h1>{title}</h1>
        {question && <p class="question">{question}</p>}
      </header>
      <Contents sections={sections} />
      <main class="page">
        {sections.map(({ id, title: name, Body }) => (
          <section id={id} aria-labelledby={`${id}-title`}>
            <h2 id={`${id}-title`}>{name}</h2>
            <Body {...props} />
          </section>
        ))}
      </main>
    </>
  );
}
