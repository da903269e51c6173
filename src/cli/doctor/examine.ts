import { adapters } from '../../../adapters/index.ts';
import type { Settings } from '../../config/read-settings.ts';
import type { Finding } from '../../contract/adapter.ts';
import { examineAdapter } from './examine-adapter.ts';
import { examineConsole } from './examine-console.ts';
import { examinePublicAddress } from './examine-public-address.ts';
import { examineReceiver } from './examine-receiver.ts';
import { examineSettings } from './examine-settings.ts';
import { examineStore } from './examine-store.ts';
import { examineTraffic } from './examine-traffic.ts';

/** The findings about one part of the receiver. */
export interface Section {
  /** `settings`, `receiver`, `store`, `traffic`, or the name of an adapter. */
  readonly subject: string;
  readonly findings: readonly Finding[];
}

/**
 * Examines everything, part by part, and changes nothing. Each part is a value, so a command can print it and a page can show
 * it.
 *
 * @param settingsFile the file of settings, as the process reads it
 */
export async function* examine(settings: Settings, settingsFile = '.env'): AsyncGenerator<Section> {
  const { core } = settings;
  yield { subject: 'settings', findings: examineSettings(settings, settingsFile) };
  const receiver = await examineReceiver(core);
  yield { subject: 'receiver', findings: receiver.findings };
  if (receiver.isRunning) {
    const ofConsole = await examineConsole(core);
    if (ofConsole.length > 0) yield { subject: 'console', findings: ofConsole };
    const findings = await examinePublicAddress(core.PUBLIC_URL);
    if (findings.length > 0) yield { subject: 'public', findings };
  }
  const store = await examineStore(core, receiver.loss);
  yield { subject: 'store', findings: store.findings };
  if (store.isUsable) yield { subject: 'traffic', findings: await examineTraffic(core, Date.now()) };
  for (const definition of adapters.filter(({ name }) => core.ADAPTERS.includes(name)))
    yield { subject: definition.name, findings: await examineAdapter(definition, settings) };
}
