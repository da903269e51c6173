/**
 * The one script of the console. Every page works without it. It reads these parts of a page:
 *
 * - `<tbody data-live="/console/calls/stream?…" data-after="123" data-one="call" data-many="calls">`: rows of an event
 *   stream. Each event `row` carries one `<tr id="…">`: it replaces the row with that id, or it is new. An event `change`
 *   only replaces a row that is shown, because its call does not match the filter of the list. The id of the
 *   event comes back as the query parameter `after` when the page connects again.
 * - `<button data-pause hidden>`: pauses and continues the stream.
 * - `<button data-waiting hidden>`: says how many new rows wait while the page is scrolled, and shows them.
 * - `<button data-copy="id" hidden>`: copies the text of the element with that id.
 * - `data-row` on a row, `data-search` on the search field, `data-replay` on a button or link: for the keys.
 */
export const pageScript = `'use strict';
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);

  // Announces what changed, at most every 5 seconds, to people who cannot see it.
  const announcer = one('#announcer');
  const news = new Map();
  setInterval(() => {
    if (news.size === 0 || !announcer) return;
    announcer.textContent = [...news].map(([text, count]) => count + ' ' + text).join(', ');
    news.clear();
  }, 5000);
  const announce = (text) => news.set(text, (news.get(text) || 0) + 1);

  const rowOf = (markup) => {
    const template = document.createElement('template');
    template.innerHTML = markup;
    return one('tr', template.content);
  };
  // Replaces a row and keeps the focus on the same control in it.
  const replace = (before, after) => {
    const controls = (row) => all('a, button, input, select, summary', row);
    const at = controls(before).indexOf(document.activeElement);
    before.replaceWith(after);
    if (at >= 0) (controls(after)[at] || controls(after)[0])?.focus({ preventScroll: true });
    after.classList.add('fresh');
  };

  for (const body of all('tbody[data-live]')) {
    const { live, one: single = 'row', many = 'rows' } = body.dataset;
    const rowsMax = Number(body.dataset.max || 200);
    const pause = one('[data-pause]');
    const waiting = one('[data-waiting]');
    let after = body.dataset.after || '';
    let source;
    let paused = false;
    let held = [];
    const insert = (row) => {
      body.prepend(row);
      row.classList.add('fresh');
      while (body.rows.length > rowsMax) body.rows[body.rows.length - 1].remove();
    };
    const showWaiting = () => {
      if (!waiting) return;
      waiting.hidden = held.length === 0;
      waiting.textContent = held.length === 1 ? 'Show 1 new ' + single : 'Show ' + held.length + ' new ' + many;
    };
    const release = () => {
      for (const row of held) insert(row);
      held = [];
      showWaiting();
    };
    const take = (event) => {
      after = event.lastEventId || after;
      const row = rowOf(event.data);
      if (!row) return;
      const before = document.getElementById(row.id);
      const heldAt = held.findIndex(({ id }) => id === row.id);
      if (event.type === 'change' && !before && heldAt < 0) return;
      if (before) {
        replace(before, row);
        announce(row.dataset.said || single + ' changed');
      } else if (heldAt >= 0) held[heldAt] = row;
      else {
        announce(row.dataset.said || 'new ' + single);
        if (scrollY > 200 && waiting) {
          held.push(row);
          if (held.length > rowsMax) held.shift();
        } else insert(row);
      }
      showWaiting();
    };
    const connect = () => {
      if (source || paused || document.hidden) return;
      const address = new URL(live, location.href);
      if (after) address.searchParams.set('after', after);
      source = new EventSource(address);
      source.addEventListener('row', take);
      source.addEventListener('change', take);
      // The server ends a stream for good when the session is over: the next page asks for the password.
      source.onerror = () => {
        if (source?.readyState !== EventSource.CLOSED) return;
        source = undefined;
        setTimeout(connect, 5000);
      };
    };
    const disconnect = () => {
      source?.close();
      source = undefined;
    };
    document.addEventListener('visibilitychange', () => (document.hidden ? disconnect() : connect()));
    addEventListener('pagehide', disconnect);
    addEventListener('pageshow', connect);
    waiting?.addEventListener('click', () => {
      release();
      scrollTo({ top: 0 });
      one('a, button', body)?.focus({ preventScroll: true });
    });
    if (pause) {
      pause.hidden = false;
      pause.addEventListener('click', () => {
        paused = !paused;
        pause.setAttribute('aria-pressed', String(paused));
        pause.textContent = paused ? 'Continue' : 'Pause';
        if (paused) disconnect();
        else connect();
      });
    }
    connect();
  }

  // A browser lets a page write to the clipboard only over https or on this machine. Elsewhere the script selects the
  // text and copies the selection.
  for (const button of all('[data-copy]')) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) continue;
    button.hidden = false;
    const text = button.textContent;
    button.addEventListener('click', async () => {
      try { await navigator.clipboard.writeText(source.textContent); } catch {
        getSelection().selectAllChildren(source);
        document.execCommand('copy');
      }
      button.textContent = 'Copied';
      setTimeout(() => (button.textContent = text), 3000);
    });
  }

  // Keys. They are off inside fields, and a person can switch them off.
  const dialog = one('#keys');
  const opener = one('[data-keys]');
  const isOn = one('#keys-on');
  const kept = { get: () => { try { return localStorage.getItem('jet-console-keys'); } catch { return null; } },
    set: (text) => { try { localStorage.setItem('jet-console-keys', text); } catch { /* Private windows store nothing. */ } } };
  if (dialog && opener && isOn) {
    opener.hidden = false;
    opener.addEventListener('click', () => dialog.showModal());
    isOn.checked = kept.get() !== 'off';
    isOn.addEventListener('change', () => kept.set(isOn.checked ? 'on' : 'off'));
  }
  const move = (step) => {
    const rows = all('[data-row]').filter((row) => one('a, button, summary', row));
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step];
    one('a, button, summary', next || document.createElement('i'))?.focus();
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !isOn?.checked) return;
    if (event.target.closest?.('input, select, textarea, [contenteditable], dialog')) return;
    const act = {
      '/': () => one('[data-search]')?.focus(),
      j: () => move(1),
      k: () => move(-1),
      r: () => (one('[data-replay]', document.activeElement?.closest('[data-row]') || undefined) || one('main [data-replay]:not([data-row] *)'))?.click(),
      '?': () => dialog?.showModal(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
`;
