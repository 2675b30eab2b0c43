// The search page: a text or a picture to the server's API, results as thumbnails.
'use strict';

const $ = (id) => document.getElementById(id);
const TOP_K = 60;
let token = sessionStorage.getItem('token') || '';
let urls = []; // object URLs of the thumbnails that are shown
let asked = 0; // number of the newest search: answers of older ones are dropped
let again = null; // what to do once there is a token
let names = []; // of the collections

class Unauthorized extends Error {}

async function call(path, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch {
    throw new Error('The server does not answer.');
  }
  if (response.status === 401) throw new Unauthorized('A token is needed.');
  if (!response.ok) {
    const reply = await response.json().catch(() => ({}));
    const text = typeof reply.error === 'string' ? reply.error : `status ${response.status}`;
    throw new Error(text.charAt(0).toUpperCase() + text.slice(1) + '.');
  }
  return response;
}

function say(text, bad = false) {
  $('status').textContent = text;
  $('status').classList.toggle('bad', bad);
}

function failed(error, retry) {
  if (error instanceof Unauthorized) {
    again = retry;
    $('token-form').hidden = false;
    $('token').focus();
    say('');
  } else {
    say(error.message, true);
  }
}

function clearResults() {
  urls.forEach((url) => URL.revokeObjectURL(url));
  urls = [];
  $('results').replaceChildren();
}

async function showThumbnail(frame, path) {
  try {
    const response = await call(`api/v1/thumbnail?image_path=${encodeURIComponent(path)}`);
    const url = URL.createObjectURL(await response.blob());
    urls.push(url);
    const image = document.createElement('img');
    image.alt = '';
    image.src = url;
    frame.replaceChildren(image);
  } catch {
    frame.textContent = 'no preview';
  }
}

// Thumbnails are fetched when they come into view, so that a long list costs little.
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    showThumbnail(entry.target, entry.target.dataset.path);
  }
}, { rootMargin: '300px' });

function element(name, className, text) {
  const e = document.createElement(name);
  e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

function hitOf(record) {
  const item = document.createElement('li');
  const button = element('button', 'hit');
  const name = record.image_path ?? record.text ?? 'unnamed';
  const frame = element('span', 'frame');
  button.type = 'button';
  button.title = `${name}\nMore like this`;
  button.append(frame, element('span', 'name', name.split('/').pop()));
  const score = element('span', 'score', record.similarity_score.toFixed(3));
  const meter = document.createElement('meter');
  meter.min = 0;
  meter.max = 1;
  meter.value = Math.max(0, record.similarity_score);
  meter.setAttribute('aria-hidden', 'true');
  score.append(meter);
  button.append(score);
  if (record.image_path) {
    frame.dataset.path = record.image_path;
    watcher.observe(frame);
    button.addEventListener('click', () => likePath(record.image_path));
  }
  item.append(button);
  return item;
}

// Runs a search: request() gives the response, what says what was looked for.
async function search(request, what) {
  const number = ++asked;
  document.body.classList.add('busy');
  $('empty').hidden = true;
  say('Searching …');
  const begun = performance.now();
  try {
    const reply = await (await request()).json();
    if (number !== asked) return;
    const ms = Math.round(performance.now() - begun);
    clearResults();
    $('results').append(...reply.results.map(hitOf));
    const count = reply.results.length;
    say(count ? `${count} pictures for ${what}, the best first, in ${ms} ms` : `No pictures for ${what}`);
  } catch (error) {
    if (number === asked) failed(error, () => search(request, what));
  } finally {
    if (number === asked) document.body.classList.remove('busy');
  }
}

const collection = () => $('collection').value || names[0];

const post = (path, body) => call(path, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

function showQuery(source) {
  if ($('query').src.startsWith('blob:')) URL.revokeObjectURL($('query').src);
  $('query').hidden = !source;
  if (source) $('query').src = source;
  else $('query').removeAttribute('src');
  $('clear').hidden = !source && !$('text').value;
}

function likeText() {
  const text = $('text').value.trim();
  if (!text) return;
  showQuery(null);
  history.replaceState(null, '', `#q=${encodeURIComponent(text)}`);
  search(() => post('api/v1/search/text', { text, collection: collection(), top_k: TOP_K }), `“${text}”`);
}

function likePath(path) {
  $('text').value = '';
  showQuery(null);
  history.replaceState(null, '', location.pathname);
  scrollTo({ top: 0 });
  call(`api/v1/thumbnail?image_path=${encodeURIComponent(path)}`)
    .then((response) => response.blob())
    .then((blob) => showQuery(URL.createObjectURL(blob)))
    .catch(() => {});
  search(() => post('api/v1/search/image', { query_image_path: path, collection: collection(), top_k: TOP_K }),
    path.split('/').pop());
}

function likeFile(file) {
  const query = new URLSearchParams({ collection: collection(), top_k: TOP_K });
  $('text').value = '';
  showQuery(URL.createObjectURL(file));
  search(() => call(`api/v1/search/image?${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: file,
  }), file.name || 'your picture');
}

function reset() {
  asked++;
  history.replaceState(null, '', location.pathname);
  document.body.classList.remove('busy');
  $('text').value = '';
  showQuery(null);
  clearResults();
  say('');
  $('empty').hidden = false;
  $('text').focus();
}

async function start() {
  try {
    const reply = await (await call('api/v1/collections')).json();
    names = reply.collections.map((c) => c.name);
    $('collection').replaceChildren(...reply.collections.map((c) => new Option(c.name, c.name)));
    $('choice').hidden = names.length < 2;
    const count = reply.collections.reduce((sum, c) => sum + c.count, 0);
    $('server').textContent = `${count.toLocaleString()} pictures`;
    $('token-form').hidden = true;
    const text = new URLSearchParams(location.hash.slice(1)).get('q');
    if (text && names.length && !asked) {
      $('text').value = text;
      likeText();
    }
    if (!names.length) say('No collection was given to this server: start it with --collection.', true);
  } catch (error) {
    failed(error, start);
  }
}

function pictureIn(data) {
  return [...(data?.files ?? [])].find((file) => file.type.startsWith('image/'))
    ?? data?.files?.[0];
}

function walk(step) {
  const hits = [...document.querySelectorAll('.hit')];
  const at = hits.indexOf(document.activeElement);
  const next = hits[at < 0 ? 0 : Math.min(Math.max(at + step, 0), hits.length - 1)];
  if (next) next.focus();
}

function columns() {
  return getComputedStyle($('results')).gridTemplateColumns.split(' ').length;
}

$('search').addEventListener('submit', (event) => {
  event.preventDefault();
  likeText();
});
$('text').addEventListener('input', () => {
  $('clear').hidden = !$('text').value && $('query').hidden;
});
$('clear').addEventListener('click', reset);
$('choose').addEventListener('click', () => $('file').click());
$('file').addEventListener('change', () => {
  if ($('file').files[0]) likeFile($('file').files[0]);
  $('file').value = '';
});
$('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  token = $('token').value.trim();
  sessionStorage.setItem('token', token);
  $('token').value = '';
  $('token-form').hidden = true;
  const retry = again;
  again = null;
  start().then(() => { if (retry && retry !== start) retry(); });
});

document.addEventListener('paste', (event) => {
  const file = pictureIn(event.clipboardData);
  if (file) {
    event.preventDefault();
    likeFile(file);
  }
});
let depth = 0;
document.addEventListener('dragenter', (event) => {
  if (!event.dataTransfer?.types.includes('Files')) return;
  depth++;
  document.body.classList.add('dragging');
});
document.addEventListener('dragleave', () => {
  if (depth > 0 && --depth === 0) document.body.classList.remove('dragging');
});
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  depth = 0;
  document.body.classList.remove('dragging');
  const file = pictureIn(event.dataTransfer);
  if (file) likeFile(file);
});

document.addEventListener('keydown', (event) => {
  const typing = event.target.matches('input, select');
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') reset();
  else if (event.key === 'ArrowDown' && event.target === $('text')) walk(0);
  else if (typing) return;
  else if (event.key === '/') $('text').focus();
  else if (event.key === 'o') $('file').click();
  else if (event.key === 'ArrowRight') walk(1);
  else if (event.key === 'ArrowLeft') walk(-1);
  else if (event.key === 'ArrowDown') walk(columns());
  else if (event.key === 'ArrowUp') walk(-columns());
  else return;
  event.preventDefault();
});

start();
