import { Router } from 'express';
import { html, type Html } from '../../web/html.ts';
import { chip } from '../chip.ts';
import { sendConsolePage } from '../console-page.ts';
import { table } from '../table.ts';

/** One finding of an examination, as `npm run doctor` prints it. */
export interface ShownFinding {
  readonly level: 'ok' | 'warning' | 'fault';
  readonly message: string;
  readonly remedy?: string | undefined;
}

export interface ShownSection {
  /** The part that was examined: `settings`, `store` or the name of an adapter. */
  readonly subject: string;
  readonly findings: readonly ShownFinding[];
}

export interface DoctorDependencies {
  /** Examines everything and changes nothing. It sends requests to the destinations, so it can take half a minute. */
  readonly examine: () => Promise<readonly ShownSection[]>;
}

/** The page of the doctor. It examines only on request, because an examination sends requests to the destinations. */
export function doctorPages({ examine }: DoctorDependencies): Router {
  const router = Router();
  // Simultaneous requests share one examination.
  let current: Promise<readonly ShownSection[]> | undefined;
  router.get('/console/doctor', async (request, response) => {
    const isAsked = request.query['run'] === 'yes';
    const sections = isAsked
      ? await (current ??= examine().finally(() => {
          current = undefined;
        }))
      : undefined;
    sendConsolePage(response, { title: 'Doctor', content: doctorPage(sections) });
  });
  return router;
}

function doctorPage(sections: readonly ShownSection[] | undefined): Html {
  return html`<p>
      Checks settings, store and every enabled destination, and says what to do about each fault. It changes
      nothing. It asks the destinations, so it can take half a minute.
    </p>
    <form class="actions" method="get" action="/console/doctor">
      <input type="hidden" name="run" value="yes" />
      <button>${sections === undefined ? 'Examine now' : 'Examine again'}</button>
    </form>
    ${sections === undefined ? undefined : html`${summary(sections)} ${findingsTable(sections)}`}`;
}

function summary(sections: readonly ShownSection[]): Html {
  const all = sections.flatMap(({ findings }) => findings);
  const faults = all.filter(({ level }) => level === 'fault').length;
  const warnings = all.filter(({ level }) => level === 'warning').length;
  const words = [
    ...(faults === 0 ? [] : [faults === 1 ? '1 fault' : `${faults} faults`]),
    ...(warnings === 0 ? [] : [warnings === 1 ? '1 warning' : `${warnings} warnings`]),
  ];
  const text = words.length === 0 ? 'Everything is in order.' : `${words.join(' and ')}.`;
  const tone = faults > 0 ? 'bad' : warnings > 0 ? 'warn' : 'ok';
  return html`<div class="verdict ${tone}" role="status"><p>${text}</p></div>`;
}

const tones = { ok: 'ok', warning: 'warn', fault: 'bad' } as const;

function findingsTable(sections: readonly ShownSection[]): Html {
  return table<ShownFinding & { readonly subject: string }>({
    caption: 'Findings by part',
    isCaptionHidden: true,
    empty: 'Nothing was examined.',
    rows: sections.flatMap(({ subject, findings }) => findings.map((finding) => ({ subject, ...finding }))),
    columns: [
      { name: 'Part', kind: 'main', cell: ({ subject }) => subject },
      { name: 'Level', cell: ({ level }) => chip(level, tones[level]) },
      { name: 'Finding', kind: 'wide', cell: ({ message }) => message },
      { name: 'What to do', kind: 'wide', cell: ({ remedy }) => remedy },
    ],
  });
}
