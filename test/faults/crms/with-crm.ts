import { openCrm, type Crm, type CrmKind } from './crm.ts';
import type { Scene, Started } from '../scene/scene.ts';
import { callPushes, post, sendAll } from '../traffic/traffic.ts';

/** A receiver whose calls land in a CRM of the test and in the reporting table. */
export interface WithCrm {
  readonly crm: Crm;
  readonly receiver: Started;
  readonly settings: Readonly<Record<string, string>>;
  readonly url: string;
  readonly token: string;
}

export async function withCrm(
  scene: Scene,
  settings: Readonly<Record<string, string>> = {},
  kind: CrmKind = 'merges',
): Promise<WithCrm> {
  const crm = await openCrm(kind);
  scene.finally(() => crm.close());
  const all = { ...crm.settings, ADAPTERS: `sql,${crm.name}`, ...settings };
  const receiver = scene.start(all);
  const url = await receiver.ready();
  return { crm, receiver, settings: all, url, token: await scene.token(url) };
}

export async function sendCalls(
  scene: Scene,
  names: readonly string[],
  url: string,
  token?: string,
): Promise<void> {
  const pushes = names.flatMap((name, index) => callPushes(name, index + 1));
  await sendAll(pushes, 10, scene.answers, (push) => post(url, token, push));
}

export const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);
