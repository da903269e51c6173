import type { Access } from '../../auth/console-passwords.ts';
import { counted } from '../../domain/shown/counted.ts';
import type { QuarantinedBody } from '../../store/quarantine.ts';
import { html, type Html } from '../../web/html.ts';
import { chip } from '../chip.ts';
import { link, withQuery } from '../own-link.ts';
import { withoutNumbers } from '../shown-number.ts';
import { shownTime } from '../shown-time.ts';
import { table } from '../table.ts';
import { bodiesMax, type ReplayReport } from './preview-replay.ts';
import { quarantineCodes } from './quarantine-filter.ts';

export const quarantinePath = '/console/quarantine';
export const replayPath = `${quarantinePath}/replay`;

/** A body with the values that its row shows. */
export interface ShownBody {
  readonly body: QuarantinedBody;
  /** The result of today's parser: "would be stored as call_end". */
  readonly result: string;
  /** The decoded text. Undefined if the body cannot be decoded. */
  readonly text: string | undefined;
}

export interface Surroundings {
  readonly access: Access;
  readonly timeZone: string;
  readonly nowMs: number;
}

const textMax = 4_000;

export function quarantineList(
  bodies: readonly ShownBody[],
  code: string,
  faults: readonly string[],
  older: string | undefined,
  surroundings: Surroundings,
): Html {
  const { access, timeZone, nowMs } = surroundings;
  return html`<p>
      The bodies of refused pushes, stored unchanged. After a change of the sender or of the settings, the
      receiver can read them again.
    </p>
    ${faults.map((fault) => html`<p class="fault" role="alert">${fault}</p>`)}
    <div class="bar">
      ${codeForm(code)}
      ${
        access === 'operator' && bodies.length > 0
          ? html`<a class="button quiet" data-replay href="${withQuery(replayPath, { code })}"
              >Read ${code === '' ? 'all' : 'these'} again: preview</a
            >`
          : undefined
      }
    </div>
    ${table<ShownBody>({
      caption: 'Bodies in the quarantine, newest first',
      empty: code === '' ? 'The quarantine is empty.' : 'No body in the quarantine has this code.',
      rows: bodies,
      columns: [
        { name: 'Latest', cell: ({ body }) => shownTime(body.lastReceivedAtMs, timeZone, nowMs) },
        { name: 'Times', kind: 'number', cell: ({ body }) => body.times.toLocaleString('en') },
        { name: 'Code', kind: 'main', cell: ({ body }) => chip(body.code, 'warn') },
        { name: 'Today', cell: ({ result }) => resultChip(result) },
        {
          name: 'Content type',
          kind: 'wide',
          cell: ({ body }) => withoutNumbers(body.contentType ?? 'none', access),
        },
        { name: 'Size', kind: 'number', cell: ({ body }) => `${body.body.length.toLocaleString('en')} B` },
        { name: 'Body', kind: 'wide', cell: (shown) => bodyDetails(shown, access) },
      ],
    })}
    ${older === undefined ? undefined : html`<p class="pager">${link(older, 'Older')}</p>`}`;
}

function codeForm(code: string): Html {
  return html`<form class="filters" method="get" action="${quarantinePath}">
    <label
      >Code
      <select name="code">
        <option value="">all</option>
        ${quarantineCodes.map(
          (each) =>
            html`<option value="${each}" ${each === code ? html`selected` : undefined}>${each}</option>`,
        )}
      </select></label
    >
    <button>Show</button>
  </form>`;
}

export function resultChip(result: string): Html {
  const tone = result.startsWith('still refused') ? 'bad' : 'ok';
  return chip(result, tone);
}

function bodyDetails({ body, text }: ShownBody, access: Access): Html {
  return html`<div>
    ${link(`${quarantinePath}/${body.id}`, 'Open')}
    <details>
      <summary>${withoutNumbers(body.detail, access)}</summary>
      ${shownText(text, access, textMax)}
    </details>
  </div>`;
}

function shownText(text: string | undefined, access: Access, lengthMax: number): Html {
  if (text === undefined) return html`<p class="soft">The body cannot be decoded.</p>`;
  const cut = text.slice(0, lengthMax).toWellFormed();
  const rest = text.length - cut.length;
  return html`<pre tabindex="0" aria-label="Body">${withoutNumbers(visible(cut), access)}</pre>
    ${rest > 0 ? html`<p class="soft">${counted(rest, 'more character')} not shown here.</p>` : undefined}`;
}

/** Shows controls and invisible characters as U+FFFD, so that a body cannot reorder or hide its own text. */
function visible(text: string): string {
  return text.replace(/(?![\n\t])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, '\ufffd');
}

/** The page of one body. `form` is the button that reads it again. */
export function bodyContent(
  { body, result, text }: ShownBody,
  form: Html | undefined,
  { access, timeZone, nowMs }: Surroundings,
): Html {
  const facts: [string, Html | string | undefined][] = [
    ['Refused as', html`${chip(body.code, 'warn')} ${withoutNumbers(body.detail, access)}`],
    [
      'Today',
      body.replayedAs === undefined ? resultChip(result) : 'The body was read again, and its push is stored.',
    ],
    ['Received', shownTime(body.firstReceivedAtMs, timeZone, nowMs)],
    [
      'Again',
      body.times === 1
        ? undefined
        : html`${counted(body.times, 'time')}, last ${shownTime(body.lastReceivedAtMs, timeZone, nowMs)}`,
    ],
    ['Address', body.pathStage === undefined ? 'for any push' : `for the stage ${body.pathStage}`],
    ['Content type', withoutNumbers(body.contentType ?? 'none', access)],
    ['Encoding', body.contentEncoding],
    ['Size', `${body.body.length.toLocaleString('en')} bytes`],
    ['Id', html`<code>${body.id}</code>`],
  ];
  return html`<dl class="facts">
      ${facts.map(([name, value]) =>
        value === undefined
          ? html``
          : html`<dt>${name}</dt>
              <dd>${value}</dd>`,
      )}
    </dl>
    ${body.replayedAs === undefined ? form : undefined}
    <h2>Body</h2>
    ${shownText(text, access, 300_000)}
    <p class="pager">${link(quarantinePath, 'All bodies')}</p>`;
}

/** The preview of a replay: the result for each body, and the button that starts the replay. */
export function previewContent(
  report: ReplayReport,
  form: Html | undefined,
  { timeZone, nowMs }: Surroundings,
): Html {
  const { results, stored, examples, hasMore } = report;
  const total = [...results.values()].reduce((sum, count) => sum + count, 0);
  return html`<p class="verdict ${stored > 0 ? 'ok' : 'warn'}">
      ${stored.toLocaleString('en')} of ${counted(total, 'body', 'bodies')} can be stored
      now${hasMore ? ` (one replay reads ${bodiesMax} bodies, and more wait)` : ''}.
    </p>
    ${table<[string, number]>({
      caption: 'The result for each body',
      empty: 'No body matches the filter.',
      rows: [...results].sort(([, a], [, b]) => b - a),
      columns: [
        { name: 'Result', kind: 'main', cell: ([result]) => resultChip(result) },
        { name: 'Bodies', kind: 'number', cell: ([, count]) => count.toLocaleString('en') },
      ],
    })}
    ${stored > 0 ? form : undefined}
    ${table<ReplayReport['examples'][number]>({
      caption: 'Examples, the oldest first',
      empty: 'There is no example.',
      rows: examples,
      columns: [
        { name: 'Received', cell: ({ body }) => shownTime(body.firstReceivedAtMs, timeZone, nowMs) },
        { name: 'Refused as', kind: 'main', cell: ({ body }) => chip(body.code, 'warn') },
        { name: 'Result', cell: ({ result }) => resultChip(result) },
        { name: 'Body', cell: ({ body }) => link(`${quarantinePath}/${body.id}`, 'Open') },
      ],
    })}`;
}
