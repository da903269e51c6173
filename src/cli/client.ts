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

const command = createCommand('client', 'Manages OAuth clients. A client can get a token to send pushes.');
const collect = (value: string, before: string[]): string[] => [...before, value];

command
  .command('create')
  .description('Make a client. Its secret is shown once.')
  .requiredOption('--name <name>', 'a name that shows people the purpose of the client')
  .option(
    '--redirect-uri <uri>',
    'the address to which the browser returns after an approval; can be repeated',
    collect,
    [],
  )
  .option('--require-pkce', 'refuse authorization requests without a code challenge')
  .option('--json', 'print JSON, for scripts')
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
  .option('--json', 'print JSON, for scripts')
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
        previousSecretUntil: isoTime(ifInFuture(client.previousSecretUntilMs)),
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
          if (client.revokedAt === undefined && client.previousSecretUntil !== undefined)
            print(`    the previous secret is also valid, until ${client.previousSecretUntil}`);
        }
      }
    });
  });

command
  .command('redirect')
  .description('Add or remove a redirect URI.')
  .argument('<client id>')
  .option('--add <uri>', 'an https address, exactly as Jet gives it; can be repeated', collect, [])
  .option('--remove <uri>', 'an address to remove; can be repeated', collect, [])
  .option('--json', 'print JSON, for scripts')
  .action(async (clientId: string, options: { add: string[]; remove: string[]; json?: boolean }) => {
    const { add, remove, json } = options;
    add.forEach(requireRedirectUri);
    if (add.length + remove.length === 0) throw new UsageError('Give --add <uri>, --remove <uri> or both.');
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
  .description('Refuse authorization requests of this client that have no code challenge.')
  .argument('<client id>')
  .option('--off', 'accept requests without a code challenge again')
  .option('--json', 'print JSON, for scripts')
  .action(async (clientId: string, { off, json }: { off?: boolean; json?: boolean }) => {
    const pkceRequired = off !== true;
    await withStore(async ({ store }) => {
      if (!(await updateClient(store, clientId, { pkce_required: pkceRequired ? 1 : 0 })))
        throw unknownClient(clientId);
      if (json === true) printJson({ clientId, pkceRequired });
      else print(pkceRequired ? 'The client must use PKCE now.' : 'The client need not use PKCE now.');
    });
  });

command
  .command('rotate')
  .description(
    'Make a new secret. The old secret stays valid for a while, so that no request is refused during the change.',
  )
  .argument('<client id>')
  .option('--keep <duration>', 'how long the old secret stays valid', '24h')
  .option('--json', 'print JSON, for scripts')
  .action(async (clientId: string, { keep, json }: { keep: string; json?: boolean }) => {
    const keepMs = parseDurationMs(keep);
    if (keepMs === undefined) throw new UsageError('--keep must be a duration such as 30m, 24h or 7d.');
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
      print(`The old secret stays valid for another ${keep}.`);
      // At most two secrets are valid at once. A second rotation therefore ends the oldest early.
      if ((before?.previousSecretUntilMs ?? 0) > Date.now())
        print('The secret before the old one is no longer valid.');
    });
  });

command
  .command('revoke')
  .description('End a client and all its tokens.')
  .argument('<client id>')
  .option('--json', 'print JSON, for scripts')
  .action(async (clientId: string, { json }: { json?: boolean }) => {
    const revokedAtMs = Date.now();
    await withStore(async ({ store }) => {
      if (!(await updateClient(store, clientId, { revoked_at: revokedAtMs }))) throw unknownClient(clientId);
      if (json === true) printJson({ clientId, revokedAt: isoTime(revokedAtMs) });
      else print('The client is revoked. Within a second, its tokens are refused too.');
    });
  });

command
  .command('refresh-token')
  .description(
    'Make a refresh token to paste into a form. It is shown once. It is valid for a year, and expires early after 90 days without use.',
  )
  .argument('<client id>')
  .option('--json', 'print JSON, for scripts')
  .action(async (clientId: string, { json }: { json?: boolean }) => {
    await withStore(async ({ store }) => {
      const client = await readClient(store, clientId);
      if (client === undefined) throw unknownClient(clientId);
      const { refreshToken, expiresAtMs } = await mintRefreshToken(store, Date.now, client);
      const expiresAt = isoTime(expiresAtMs);
      if (json === true) printJson({ clientId, refreshToken, expiresAt });
      else {
        print('This token is shown once.');
        print(`  Refresh Token  ${refreshToken}`);
        print(`  valid until    ${expiresAt ?? ''}, or until 90 days pass without use`);
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
  return new UsageError(`There is no active client ${clientId}. To list the clients: npm run client -- list`);
}

function showCredentials(made: ClientCredentials, json: boolean | undefined): void {
  if (json === true) {
    printJson(made);
    return;
  }
  print('This secret is shown once. Keep it in a safe place.');
  print(`  Client ID      ${made.clientId}`);
  print(`  Client Secret  ${made.clientSecret}`);
  print(`  Scope          ${made.scope}`);
}

/** Undefined for a time in the past, because people need only future times. */
function ifInFuture(epochMs: number | undefined): number | undefined {
  return epochMs !== undefined && epochMs > Date.now() ? epochMs : undefined;
}

function isoTime(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs).toISOString();
}
