import { sql } from '../../adapters/sql/index.ts';
import { onStopSignals } from '../app/stop-signals.ts';
import type { CoreSettings } from '../config/core-schema.ts';
import { createCommand, runCommand, UsageError, withStore } from './command-context.ts';
import { runPing } from './ping/run-ping.ts';
import { print } from './print.ts';

const command = createCommand(
  'ping',
  'Sends one test call through the public address, TLS and OAuth, sees it land in the reporting table, and removes it again. It never reaches a CRM.',
)
  .option('--url <url>', 'the address to test (default: PUBLIC_URL, or else HOST and PORT)')
  .option('--wait <seconds>', 'how long to wait for the call to land', '30')
  .addHelpText(
    'after',
    '\nIt runs beside a receiver, on the machine of its store. Exit code: 0 every step worked, 1 a step failed, 2 a bad option.',
  )
  .action(async ({ url, wait }: { url?: string; wait: string }) => {
    if (!/^[1-9]\d{0,3}$/.test(wait)) throw new UsageError('--wait must be a number of seconds.');
    const stop = new AbortController();
    onStopSignals(
      () => stop.abort(new Error('The test was interrupted.')),
      () => process.exit(130),
    );
    await withStore(async (context) => {
      const { core, adapters } = context.settings;
      const base = baseOf(url ?? core.PUBLIC_URL ?? localAddress(core));
      const reportingUrl = adapters.get(sql.name)?.['REPORTING_DATABASE_URL'];
      if (url === undefined && core.PUBLIC_URL === undefined)
        print('PUBLIC_URL is not set, so this tests the receiver on this machine, without TLS and proxy.');
      const works = await runPing(context, {
        base,
        reportingUrl: typeof reportingUrl === 'string' ? reportingUrl : undefined,
        waitMs: Number(wait) * 1000,
        signal: stop.signal,
      });
      process.exitCode = works ? 0 : 1;
    });
  });

await runCommand(command);

function baseOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError('--url must be an address such as https://calls.example.com.');
  return url.href.replace(/\/+$/, '');
}

function localAddress({ HOST, PORT }: CoreSettings): string {
  // A receiver that listens on all addresses is reached on the loopback address.
  const host = ({ '0.0.0.0': '127.0.0.1', '::': '::1' } as Record<string, string>)[HOST] ?? HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
}
