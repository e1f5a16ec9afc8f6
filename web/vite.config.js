// Builds the page into one file, dist/report.html: script and style inline, no address to load anything from.
// gradus/report replaces the marker "@GRADUS_RESULTS@" in it by the results of a study.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const bundled = ['preact', 'echarts', 'zrender', 'tslib'];

// The licences of what the file contains travel with it, in a comment at its end.
function licences() {
  const texts = bundled.map((name) => {
    const folder = new URL(`./node_modules/${name}/`, import.meta.url);
    const file = name === 'tslib' ? 'LICENSE.txt' : 'LICENSE';
    const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
    return `${name} ${version}\n\n${readFileSync(new URL(file, folder), 'utf8').trim()}`;
  });
  return `<!--\nThis file contains the following packages.\n\n${texts.join('\n\n\n').replaceAll('--', '- -')}\n-->\n`;
}

// A script element ends at the first "</script", wherever it stands; "<!--" can start a comment inside it.
const inScript = (code) => code.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');

function singleFile() {
  return {
    name: 'single-file',
    enforce: 'post',
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const script = inScript(files.find((file) => file.type === 'chunk').code);
      const style = files.find((file) => file.fileName.endsWith('.css')).source.trim();
      const hash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
      const html = files
        .find((file) => file.fileName.endsWith('.html'))
        .source.replace(/\s*<script type="module"[^>]*><\/script>/, '')
        .replace(/\s*<link rel="stylesheet"[^>]*>/, '')
        .replace('%SCRIPT_HASH%', () => hash)
        .replace('</head>', () => `<style>${style}</style>\n  </head>`)
        .replace('</body>', () => `<script>${script}</script>\n  </body>`);
      for (const name of Object.keys(bundle)) delete bundle[name];
      this.emitFile({ type: 'asset', fileName: 'report.html', source: `${html.trim()}\n${licences()}` });
    },
  };
}

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2020',
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: { output: { format: 'iife', inlineDynamicImports: true } },
  },
  plugins: [singleFile()],
});
