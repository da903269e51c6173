import { Router, type Response } from 'express';
import { oneLine } from '../../domain/plain-text.ts';
import type { Destination } from '../../store/deliveries.ts';
import { readDeliveryGroups, readKnownDestinations } from '../../store/lookup/delivery-groups.ts';
import type { CountBounds } from '../../store/lookup/replay/count-replayable.ts';
import type { Replayable } from '../../store/lookup/replay/replay-filter.ts';
import {
  changeReplayJob,
  listReplayJobs,
  makeReplayJob,
  readReplayJob,
  replayJobChanges,
  type ReplayJobChange,
} from '../../store/lookup/replay/replay-jobs.ts';
import { previewReplay } from '../../store/lookup/replay/replay-preview.ts';
import { filterText } from '../../store/lookup/replay/replay-words.ts';
import type { SecretKeys } from '../../store/secret-keys.ts';
import { html, type Html } from '../../web/html.ts';
import { Problem } from '../../web/problem.ts';
import { visitOf } from '../access.ts';
import { sendConsolePage } from '../console-page.ts';
import { hiddenToken } from '../hidden-token.ts';
import { link } from '../own-link.ts';
import { postForm, type ChangeResult, type FormDependencies } from '../post-form.ts';
import { withoutNumbers } from '../shown-number.ts';
import { fixedFields, isChosen, readFilter, takeFields, type ReadFilter } from './delivery-filter.ts';
import { faultList, filterForm, previewPath } from './filter-form.ts';
import { groupTable } from './groups.ts';
import { jobStream } from './job-stream.ts';
import { jobContent, jobPath, jobRow, jobTable, jobsPath, type JobsShown } from './jobs.ts';
import { previewContent, type Cost, type Difference } from './preview.ts';
import { replayForm } from './replay-form.ts';

export interface DeliveryPagesDependencies extends FormDependencies {
  /** The enabled destinations. */
  readonly destinations: readonly Destination[];
  readonly timeZone: string;
  readonly secretKeys: SecretKeys;
  readonly costOf: (destination: string, deliveries: number) => Cost;
  /** The changes that each landing would make, in the given order. Undefined if they are not known. */
  readonly readDifferences: (
    destination: string,
    rows: readonly Replayable[],
  ) => Promise<readonly (Difference | undefined)[]>;
  readonly isClosing: () => boolean;
}

// A page must answer soon. The replay itself counts all of them.
const rowsMax = 10_000;
const countsWithinMs = 120;

function pageBounds(): CountBounds {
  const startedMs = performance.now();
  return { rows: rowsMax, isLate: () => performance.now() - startedMs > countsWithinMs };
}

const examplesMax = 20;
const jobsShown = 10;

/** Deliveries that failed or wait, and their replay in bulk. */
export function deliveryPages(dependencies: DeliveryPagesDependencies): Router {
  const { store, destinations, timeZone, clock } = dependencies;
  const enabled = destinations.map(({ name }) => name);
  const router = Router();
  const readNames = async (): Promise<string[]> => [
    ...new Set([...enabled, ...(await readKnownDestinations(store.reader.knex))]),
  ];
  const shownTo = (response: Response): JobsShown => ({
    ...{ timeZone, nowMs: clock(), safe: (text) => withoutNumbers(oneLine(text), visitOf(response).access) },
    token: visitOf(response).access === 'operator' ? hiddenToken(response) : undefined,
  });

  router.get('/console/deliveries', async (_request, response) => {
    const shown = shownTo(response);
    const groups = await readDeliveryGroups(store);
    const content = html`${groupTable({ ...shown, groups, enabled })}
      <h2>Replay</h2>
      ${filterForm({}, await readNames())}
      <h2>Replays</h2>
      ${jobTable(await listReplayJobs(store, jobsShown), shown)}`;
    sendConsolePage(response, { title: 'Deliveries', content });
  });

  router.get(previewPath, async (request, response) => {
    const fields = takeFields((name) => request.query[name]);
    const names = await readNames();
    const read = readFilter(fields, { names, timeZone, nowMs: clock() });
    const nothing = isChosen(fields) ? [] : ['Choose deliveries, or tick "Every delivery".'];
    const faults = [...read.faults, ...nothing];
    const content = html`${filterForm(fields, names)}
    ${faults.length > 0 ? faultList(faults) : await readPreview(response, fields, read)}`;
    sendConsolePage(response, { title: 'Replay', content, status: faults.length > 0 ? 400 : 200 });
  });

  const readPreview = async (
    response: Response,
    fields: ReturnType<typeof takeFields>,
    { filter }: ReadFilter,
  ): Promise<Html> => {
    const options = { bounds: pageBounds(), firstMax: examplesMax, ...dependencies };
    const preview = await previewReplay(store, filter, destinations, options, clock());
    const first = preview.destinations
      .flatMap(({ name, first: rows }) => rows.map((row) => ({ ...row, destination: name })))
      .slice(0, examplesMax);
    const examples = [];
    for (const destination of new Set(first.map((row) => row.destination))) {
      const rows = first.filter((row) => row.destination === destination);
      const differences = await dependencies.readDifferences(destination, rows);
      examples.push(...rows.map((row, at) => ({ ...row, difference: differences[at] })));
    }
    const fixed = fixedFields(fields, filter);
    const { safe } = shownTo(response);
    return previewContent({
      ...{ preview, examples, safe, costOf: dependencies.costOf },
      form: first.length === 0 ? undefined : replayForm(response, fixed, 'Replay them'),
    });
  };

  router.post(
    jobsPath,
    postForm(dependencies, async (form) => {
      const fields = takeFields((name) => form.get(name));
      const { filter, faults } = readFilter(fields, { names: await readNames(), timeZone, nowMs: clock() });
      const reason = (form.get('reason') ?? '').trim();
      const nothing = isChosen(fields) ? [] : ['Choose deliveries first.'];
      const wrong = [...faults, ...nothing, ...(reason === '' ? ['Say why you replay the deliveries.'] : [])];
      if (wrong.length > 0) throw new Problem('bad_request', wrong.join(' '));
      const { destination } = filter;
      if (destination !== undefined && !enabled.includes(destination))
        throw new Problem(
          'bad_request',
          `The destination ${destination} is not enabled, so nothing can be delivered there.`,
        );
      const chosen = destination === undefined ? enabled : [destination];
      return {
        ...{ what: 'replayed deliveries', reason },
        filter: filterText(filter, (epochMs) => new Date(epochMs).toISOString()),
        run: async (): Promise<ChangeResult> => {
          const counting = { bounds: pageBounds(), firstMax: 0 };
          const { destinations: found } = await previewReplay(store, filter, destinations, counting, clock());
          const count = found.reduce((sum, { counts }) => sum + (counts.get('none') ?? 0), 0);
          const job = { filter, destinations: chosen, reason, who: 'operator' } as const;
          const id = await makeReplayJob(store, job, clock());
          return { count, answer: { to: jobPath(id), notice: 'The replay was started.' } };
        },
      };
    }),
  );

  router.get(
    `${jobsPath}/stream`,
    jobStream({ ...dependencies, rowsMax: jobsShown }, (job, response) => jobRow(job, shownTo(response))),
  );

  router.get(`${jobsPath}/:id`, async (request, response) => {
    const job = await readReplayJob(store, request.params.id);
    if (job === undefined)
      throw new Problem('not_found', 'There is no such replay. It may have been removed.');
    const content = html`${jobContent(job, shownTo(response))}
      <p>${link('/console/deliveries', 'All deliveries')}</p>`;
    sendConsolePage(response, { title: 'Replay', content });
  });

  for (const change of Object.keys(replayJobChanges) as ReplayJobChange[]) {
    router.post(
      `${jobsPath}/:id/${change}`,
      postForm(dependencies, (_form, request) => {
        const { id = '' } = request.params as { id?: string };
        return {
          ...{ what: changeWords[change].what, filter: id },
          run: async (): Promise<ChangeResult> => {
            const isChanged = await changeReplayJob(store, id, change, clock());
            const notice = isChanged
              ? changeWords[change].notice
              : 'The replay has another state by now, so it was not changed.';
            return { count: isChanged ? 1 : 0, answer: { to: jobPath(id), notice } };
          },
        };
      }),
    );
  }
  return router;
}

const changeWords: Readonly<Record<ReplayJobChange, { what: string; notice: string }>> = {
  pause: { what: 'paused a replay', notice: 'The replay is paused.' },
  resume: { what: 'resumed a replay', notice: 'The replay continues.' },
  cancel: {
    what: 'cancelled a replay',
    notice: 'The replay is cancelled. The deliveries that it had made due stay due.',
  },
};
