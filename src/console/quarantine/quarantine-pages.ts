import { Router, type Response } from 'express';
import type { Clock } from '../../domain/clock.ts';
import type { IntakeSettings } from '../../intake/read-push.ts';
import { openBody, textOfBody } from '../../quarantine/open-body.ts';
import { replayBody, type ReplayDependencies } from '../../quarantine/replay-body.ts';
import { readNewestQuarantine, readQuarantined, type QuarantinedBody } from '../../store/quarantine.ts';
import { html, type Html } from '../../web/html.ts';
import { Problem } from '../../web/problem.ts';
import { visitOf } from '../access.ts';
import { operatorOnly } from '../access.ts';
import { sendConsolePage } from '../console-page.ts';
import { hiddenToken } from '../hidden-token.ts';
import { withQuery } from '../own-link.ts';
import { postForm, type FormDependencies } from '../post-form.ts';
import { bodiesMax, replaySeveral, type ReplayReport } from './preview-replay.ts';
import {
  bodyContent,
  previewContent,
  quarantineList,
  quarantinePath,
  replayPath,
  type ShownBody,
  type Surroundings,
} from './quarantine-content.ts';
import { readQuarantineFilter } from './quarantine-filter.ts';

export interface QuarantineDependencies extends Omit<ReplayDependencies, 'changesNothing'> {
  readonly intake: IntakeSettings;
  readonly timeZone: string;
  readonly clock: Clock;
  /** Called after pushes were stored, to wake the worker. */
  readonly onStored: () => void;
}

const pageLength = 25;

/** The pages of the quarantine: the list, one body, the preview of a replay, and the forms that replay. */
export function quarantinePages(dependencies: QuarantineDependencies, forms: FormDependencies): Router {
  const { store, intake, timeZone, clock, onStored } = dependencies;
  const router = Router();
  const dry: ReplayDependencies = { ...dependencies, changesNothing: true };
  const real: ReplayDependencies = { ...dependencies, changesNothing: false };
  const around = (response: Response): Surroundings => ({
    access: visitOf(response).access,
    ...{ timeZone, nowMs: clock() },
  });
  const asShown = async (body: QuarantinedBody): Promise<ShownBody> => ({
    body,
    result: (await replayBody(dry, body, await openBody(body, intake))).result,
    text: await textOfBody(body),
  });

  router.get(quarantinePath, async (request, response) => {
    const text = textFrom(request.query);
    const { filter, faults } = readQuarantineFilter(text);
    const before = text('before');
    const bodies =
      faults.length > 0 ? [] : await readNewestQuarantine(store, filter, pageLength + 1, before || undefined);
    const shown = await Promise.all(bodies.slice(0, pageLength).map(asShown));
    const last = bodies.length > pageLength ? shown.at(-1)?.body.id : undefined;
    const older =
      last === undefined ? undefined : withQuery(quarantinePath, { code: filter.code, before: last });
    const content = quarantineList(shown, filter.code ?? '', faults, older, around(response));
    sendConsolePage(response, { title: 'Quarantine', content, status: faults.length > 0 ? 400 : 200 });
  });

  router.get(replayPath, operatorOnly, async (request, response) => {
    const { filter, faults } = readQuarantineFilter(textFrom(request.query));
    if (faults.length > 0) throw new Problem('bad_request', faults.join(' '));
    const untilMs = clock();
    const report = await replaySeveral(dry, intake, { ...filter, untilMs });
    const form = replayForm(response, { code: filter.code, until: String(untilMs) }, report.stored);
    const content = previewContent(report, form, around(response));
    sendConsolePage(response, { title: 'Read bodies again: preview', content });
  });

  router.post(
    replayPath,
    postForm(forms, (form) => {
      const { filter, faults } = readQuarantineFilter((name) => form.get(name) ?? '');
      if (faults.length > 0) throw new Problem('bad_request', faults.join(' '));
      const reason = form.get('reason')?.trim() ?? '';
      const { id, code } = filter;
      return {
        what: 'read quarantined bodies again',
        filter: id === undefined ? `code=${code ?? 'all'}` : `id=${id}`,
        ...(reason === '' ? {} : { reason }),
        run: async () => {
          const report = await replaySeveral(real, intake, filter);
          if (report.stored > 0) onStored();
          return { count: report.stored, answer: { to: quarantinePath, notice: noticeOf(report) } };
        },
      };
    }),
  );

  router.get(`${quarantinePath}/:id`, async (request, response) => {
    const body = await readQuarantined(store, request.params.id);
    if (body === undefined)
      throw new Problem('not_found', 'The quarantine has no such body. It may have been removed.');
    const shown = await asShown(body);
    const isStorable = !shown.result.startsWith('still refused');
    const isOperator = visitOf(response).access === 'operator';
    const form = isOperator && isStorable ? replayForm(response, { id: body.id }, 1) : undefined;
    sendConsolePage(response, {
      title: 'A refused body',
      content: bodyContent(shown, form, around(response)),
    });
  });
  return router;
}

function textFrom(query: Readonly<Record<string, unknown>>): (name: string) => string {
  return (name) => {
    const value = query[name];
    return typeof value === 'string' ? value.trim() : '';
  };
}

function replayForm(
  response: Response,
  fields: Readonly<Record<string, string | undefined>>,
  stored: number,
): Html {
  const filled = Object.entries(fields).filter(([, value]) => value !== undefined);
  return html`<form method="post" action="${replayPath}" class="filters">
    ${hiddenToken(response)}
    ${filled.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <label>Reason <input name="reason" maxlength="200" placeholder="optional, for the audit" /></label>
    <button data-replay>Store ${stored === 1 ? 'it' : `these ${stored.toLocaleString('en')}`}</button>
  </form>`;
}

function noticeOf({ stored, results, hasMore }: ReplayReport): string {
  const total = [...results.values()].reduce((sum, count) => sum + count, 0);
  const more = hasMore ? ` One replay reads ${bodiesMax} bodies, and more wait.` : '';
  return `${stored.toLocaleString('en')} of ${total.toLocaleString('en')} ${total === 1 ? 'body' : 'bodies'} stored.${more}`;
}
