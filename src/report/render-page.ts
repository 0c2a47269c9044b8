import { createHash } from 'node:crypto';
import { pageScript, pageStyle } from './page-source.ts';
import type { ReportData } from './report-data.ts';

/**
 * One file that needs nothing else and may load nothing else: its policy names its own style and script by their hashes and
 * pictures that are part of it. What traces say is text everywhere.
 */
export function renderPage(data: ReportData): string {
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src '${hashOf(pageStyle)}'`,
    `script-src '${hashOf(pageScript)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const [first] = data.traces;
  const title = data.traces.length === 1 && first ? first.summary.task || first.name : `${data.traces.length} traces`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${escapeHtml(data.program)}">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)} · rfbctl report</title>
<style>${pageStyle}</style>
</head>
<body>
${BODY}
<footer>Made by ${escapeHtml(data.program)}. Text that was typed is not part of it.</footer>
<script type="application/json" id="data">${jsonForHtml(data)}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

const BODY = `<header>
<h1><span id="task"></span><span id="outcome"></span></h1>
<dl id="facts"></dl>
<p id="message" role="status" hidden></p>
</header>
<noscript><p>This page needs JavaScript; everything it shows is in trace.jsonl and in the pictures beside it.</p></noscript>
<nav aria-label="Traces"><ul id="traces" hidden></ul></nav>
<main>
<section id="stage" class="card" aria-label="Screen">
<figure>
<div id="frame"><div id="sized"><img id="image" alt="" hidden><div id="place" hidden></div></div><p id="nothing" hidden></p></div>
<figcaption><span id="caption" aria-live="polite"></span><span id="views" role="group" aria-label="Pictures of this moment" hidden></span></figcaption>
</figure>
<div id="scrubber">
<div id="film" aria-hidden="true"></div>
<div id="marks" aria-hidden="true"></div>
<input id="slider" type="range" min="0" max="1" step="any" value="0" aria-label="Time">
<div id="buttons">
<button id="previous" type="button" aria-label="Previous event">◀</button>
<button id="play" type="button">Play</button>
<button id="next" type="button" aria-label="Next event">▶</button>
<output id="now" for="slider"></output>
</div>
</div>
<details>
<summary>Keys</summary>
<dl>
<dt><kbd>←</kbd> <kbd>→</kbd></dt><dd>event before, next event</dd>
<dt><kbd>Shift</kbd> <kbd>←</kbd> <kbd>→</kbd></dt><dd>screen before, next screen</dd>
<dt><kbd>w</kbd> <kbd>W</kbd></dt><dd>next wait, wait before</dd>
<dt><kbd>e</kbd> <kbd>E</kbd></dt><dd>next failure, failure before</dd>
<dt><kbd>1</kbd> <kbd>2</kbd> <kbd>3</kbd></dt><dd>last screen, nearest, difference</dd>
<dt><kbd>Home</kbd> <kbd>End</kbd></dt><dd>the beginning, the end</dd>
<dt><kbd>Space</kbd></dt><dd>play; pauses last a second at most</dd>
</dl>
</details>
</section>
<section id="timeline" class="card" aria-label="Timeline">
<h2>Timeline</h2>
<fieldset id="filters" aria-label="What is listed"></fieldset>
<ol id="events"></ol>
</section>
</main>`;

/** No end of a script and no comment begins in it. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}
