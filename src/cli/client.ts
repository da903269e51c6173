import { createClient, rotateClientSecret, type ClientCredentials } from '../auth/clients.ts';
import { approvedUntil, mintRefreshToken } from '../auth/grants.ts';
import { redirectUriFault } from '../auth/redirect-uri.ts';
import { secretKeysOf } from '../auth/secret-key.ts';
import { parseDurationMs } from '../domain/duration-text.ts';
import { secretKeyFile } from '../app/data-folder.ts';
import { readClient, readClients, updateClient } from '../store/oauth/oauth-rows.ts';
import { createCommand, runCommand, UsageError, withStore, type CommandContext } from './command-context.ts';
import { print, printJson } from './print.ts';

interface CreateOptions {
  readonly name: string;
  readonly redirectUri: string[];
  readonly requirePkce?: boolean;
  readonly json?: boolean;
}

const command = createCommand('client', 'OAuth clients: who may get a token to send pushes.');
const collect = (value: string, before: string[]): string[] => [...before, value];

command
  .command('create')
  .description('Make a client. Its secret is shown once.')
  .requiredOption('--name <name>', 'what it is for, for people')
  .option('--redirect-uri <uri>', 'where a person is sent back to; may repeat', collect, [])
  .option('--require-pkce', 'refuse authorization requests without a code challenge')
  .option('--json', 'for scripts')
  .action(async (options: CreateOptions) => {
    const { name, redirectUri, requirePkce, json } = options;
    redirectUri.forEach(requireRedirectUri);
    await withStore(async (context) => {
      const made = await createClient(context.store, await keyOf(context), Date.now, {
        name,
        redirectUris: redirectUri,
        pkceRequired: requirePkce === true,
      });
      showCredentials(made, json);
    });
  });

command
  .command('list')
  .description('Show the clients, without their secrets.')
  .option('--json', 'for scripts')
  .action(async ({ json }: { json?: boolean }) => {
    await withStore(async ({ store }) => {
      const until = await approvedUntil(store, Date.now);
      const clients = (await readClients(store)).map((client) => ({
        clientId: client.id,
        name: client.name,
        scope: client.scope,
        redirectUris: client.redirectUris,
        pkceRequired: client.pkceRequired,
        createdAt: isoTime(client.createdAtMs),
        approvedUntil: isoTime(until.get(client.id)),
        previousSecretUntil: isoTime(client.previousSecretUntilMs),
        revokedAt: isoTime(client.revokedAtMs),
      }));
      if (json === true) printJson(clients);
      else if (clients.length === 0)
        print('There are no clients yet. The first start of the receiver makes one.');
      else {
        for (const client of clients) {
          const state = client.revokedAt === undefined ? 'live' : `revoked ${client.revokedAt}`;
          print(`${client.clientId}  ${client.name}  ${state}  made ${client.createdAt ?? ''}`);
          if (client.pkceRequired) print('    must use PKCE');
          for (const uri of client.redirectUris) print(`    redirect to ${uri}`);
          if (client.approvedUntil !== undefined) print(`    approved until ${client.approvedUntil}`);
        }
      }
    });
  });

command
  .command('redirect')
  .description('Add or remove a redirect URI.')
  .argument('<client id>')
  .option('--add <uri>', 'an https address, exactly as Jet names it; may repeat', collect, [])
  .option('--remove <uri>', 'may repeat', collect, [])
  .option('--json', 'for scripts')
  .action(async (clientId: string, options: { add: string[]; remove: string[]; json?: boolean }) => {
    const { add, remove, json } = options;
    add.forEach(requireRedirectUri);
    if (add.length + remove.length === 0) throw new UsageError('Say which: --add <uri> or --remove <uri>.');
    await withStore(async ({ store }) => {
      const client = await readClient(store, clientId);
      if (client === undefined) throw unknownClient(clientId);
      const missing = remove.filter((uri) => !client.redirectUris.includes(uri));
      if (missing.length > 0) throw new UsageError(`The client has no redirect URI ${missing.join(', ')}.`);
      const uris = [...new Set([...client.redirectUris, ...add])].filter((uri) => !remove.includes(uri));
      await updateClient(store, clientId, { redirect_uris: JSON.stringify(uris) });
      if (json === true) printJson({ clientId, redirectUris: uris });
      else
        print(
          uris.length === 0 ? 'The client has no redirect URI now.' : `Redirect URIs: ${uris.join(', ')}`,
        );
    });
  });

command
  .command('require-pkce')
  .description('Refuse authorization requests of a client that have no code challenge.')
  .argument('<client id>')
  .option('--off', 'take requests without a code challenge again')
  .option('--json', 'for scripts')
  .action(async (clientId: string, { off, json }: { off?: boolean; json?: boolean }) => {
    const pkceRequired = off !== true;
    await withStore(async ({ store }) => {
      if (!(await updateClient(store, clientId, { pkce_required: pkceRequired ? 1 : 0 })))
        throw unknownClient(clientId);
      if (json === true) printJson({ clientId, pkceRequired });
      else print(pkceRequired ? 'The client must use PKCE now.' : 'The client can do without PKCE now.');
    });
  });

command
  .command('rotate')
  .description(
    'Make a new secret. The present one is taken for a while, so that nothing is refused meanwhile.',
  )
  .argument('<client id>')
  .option('--keep <duration>', 'how long the present secret is taken', '24h')
  .option('--json', 'for scripts')
  .action(async (clientId: string, { keep, json }: { keep: string; json?: boolean }) => {
    const keepMs = parseDurationMs(keep);
    if (keepMs === undefined) throw new UsageError('--keep is a duration such as 30m, 24h or 7d.');
    await withStore(async (context) => {
      const before = await readClient(context.store, clientId);
      const rotated = await rotateClientSecret(
        context.store,
        await keyOf(context),
        clientId,
        Date.now() + keepMs,
      );
      if (rotated === undefined) throw unknownClient(clientId);
      showCredentials(rotated, json);
      if (json === true) return;
      print(`The secret before it is taken for another ${keep}.`);
      // Two are live at most: who rotates again because the new secret got lost must know.
      if ((before?.previousSecretUntilMs ?? 0) > Date.now())
        print('The one before that, which was still taken, is not taken any more.');
    });
  });

command
  .command('revoke')
  .description('End a client and all its tokens.')
  .argument('<client id>')
  .option('--json', 'for scripts')
  .action(async (clientId: string, { json }: { json?: boolean }) => {
    const revokedAtMs = Date.now();
    await withStore(async ({ store }) => {
      if (!(await updateClient(store, clientId, { revoked_at: revokedAtMs }))) throw unknownClient(clientId);
      if (json === true) printJson({ clientId, revokedAt: isoTime(revokedAtMs) });
      else print('Revoked. Its tokens are refused within a second.');
    });
  });

command
  .command('refresh-token')
  .description(
    'Make a refresh token, for a form that wants a value pasted. It is shown once, and valid for a year unless it is not used for 90 days.',
  )
  .argument('<client id>')
  .option('--json', 'for scripts')
  .action(async (clientId: string, { json }: { json?: boolean }) => {
    await withStore(async ({ store }) => {
      const client = await readClient(store, clientId);
      if (client === undefined) throw unknownClient(clientId);
      const { refreshToken, expiresAtMs } = await mintRefreshToken(store, Date.now, client);
      const expiresAt = isoTime(expiresAtMs);
      if (json === true) printJson({ clientId, refreshToken, expiresAt });
      else {
        print('This is shown once.');
        print(`  Refresh Token  ${refreshToken}`);
        print(`  valid until    ${expiresAt ?? ''}, unless it is not used for 90 days`);
      }
    });
  });

await runCommand(command);

async function keyOf({ settings: { core }, store }: CommandContext): Promise<string> {
  return (await secretKeysOf(store, core, secretKeyFile(core))).present;
}

function requireRedirectUri(uri: string): void {
  const fault = redirectUriFault(uri);
  if (fault !== undefined) throw new UsageError(`The redirect URI ${fault}.`);
}

function unknownClient(clientId: string): UsageError {
  return new UsageError(`There is no live client ${clientId}. See: npm run client -- list`);
}

function showCredentials(made: ClientCredentials, json: boolean | undefined): void {
  if (json === true) {
    printJson(made);
    return;
  }
  print('This is shown once. Keep it in a safe place.');
  print(`  Client ID      ${made.clientId}`);
  print(`  Client Secret  ${made.clientSecret}`);
  print(`  Scope          ${made.scope}`);
}

function isoTime(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs).toISOString();
}
