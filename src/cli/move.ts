import { StoreUnusable } from '../database/store-unusable.ts';
import { StoreInUse } from '../store/upkeep/restore.ts';
import {
  copyDatabase,
  isEqual,
  MoveInterrupted,
  type CopiedTarget,
  type MovedTable,
} from '../store/move/move.ts';
import type { Move } from '../store/move/move-plan.ts';
import { requireEmptyTarget, TargetNotEmpty } from '../store/move/target.ts';
import { onStopSignals } from '../app/stop-signals.ts';
import { createCommand, runCommand, UsageError } from './command-context.ts';
import { loadSettings } from './load-settings.ts';
import { planMoves, type MoveOptions } from './move/plan-moves.ts';
import { nextSteps } from './move/next-steps.ts';
import { requireNoReceiver } from './require-no-receiver.ts';
import { createConsoleOutput } from '../simulate/output.ts';
import { print } from './print.ts';

const command = createCommand(
  'move',
  'Copies the store into another database, compares every table, and says which settings to change. Stop the receiver first. The source stays unchanged.',
)
  .option('--to <url>', 'the empty database for the store: sqlite:path, postgres://… or mysql://…')
  .option('--reporting-to <url>', 'the database for the reporting table, in the same form')
  .option('--replace', 'first empty a target that an interrupted move has filled in part')
  .addHelpText(
    'after',
    `
It moves the databases that DATABASE_URL and REPORTING_DATABASE_URL name now. With --to alone the reporting table is not moved.
A receiver refuses to start on the target until all tables are copied and equal.
Exit code: 0 moved, 1 not moved, 2 wrong use of the command, 130 interrupted.
`,
  )
  .action(async (options: MoveOptions & { replace?: boolean }) => {
    const interrupted = new AbortController();
    onStopSignals(
      () => interrupted.abort(new MoveInterrupted('The move was interrupted.')),
      () => process.exit(130),
    );
    const settings = loadSettings();
    const moves = await planMoves(settings, options);
    for (const move of moves) await requireEmptyTarget(move, options.replace === true).catch(asUsage);
    await requireNoReceiver(settings.core).catch(throwInUse);
    await run(moves, interrupted.signal);
    for (const line of await nextSteps(settings, options)) print(line);
  });

await runCommand(command);

async function run(moves: readonly Move[], signal: AbortSignal): Promise<void> {
  const output = createConsoleOutput();
  const copied: CopiedTarget[] = [];
  const begun = { copying: false };
  const begin: typeof output.progress = (title, total) => {
    begun.copying = true;
    return output.progress(title, total);
  };
  try {
    for (const move of moves) {
      signal.throwIfAborted();
      const target = await copyDatabase(move, { begin }, signal);
      copied.push(target);
      showTables(move, target.tables);
      if (target.tables.every(isEqual)) continue;
      throw new Error(`The ${move.what} differs in the target, so no receiver starts on the target.`);
    }
    for (const target of copied) await target.finish();
  } catch (error) {
    if (error instanceof StoreInUse) throwInUse(error);
    if (error instanceof MoveInterrupted) process.exitCode = 130;
    throw begun.copying ? asInterrupted(error) : asNotStarted(error);
  } finally {
    for (const target of copied) await target.close();
  }
}

function showTables({ what, toShown }: Move, tables: readonly MovedTable[]): void {
  const wide = Math.max(...tables.map(({ table }) => table.length));
  print(`The ${what} in ${toShown}:`);
  print(`  ${'table'.padEnd(wide)}  ${'source'.padStart(9)}  ${'target'.padStart(9)}  checksum`);
  for (const moved of tables) {
    const { table, source, target } = moved;
    const sums = isEqual(moved)
      ? `${source.checksum}  equal`
      : `${source.checksum}  ${target.checksum}  DIFFERENT`;
    print(
      `  ${table.padEnd(wide)}  ${String(source.rows).padStart(9)}  ${String(target.rows).padStart(9)}  ${sums}`,
    );
  }
}

function asUsage(error: unknown): never {
  throw error instanceof TargetNotEmpty ? new UsageError(error.message) : error;
}

function throwInUse(error: unknown): never {
  if (!(error instanceof StoreInUse)) throw error;
  throw new Error(
    `${error.message} Pushes that it stores during a move would be missing in the target. Stop every receiver, command and tool that uses the database, and run the move again. The source was not changed.`,
    { cause: error },
  );
}

function asNotStarted(error: unknown): unknown {
  if (!(error instanceof MoveInterrupted)) return error;
  return new Error(`${error.message} Nothing was copied, and the source was not changed.`, { cause: error });
}

function asInterrupted(error: unknown): unknown {
  if (error instanceof StoreUnusable) return error;
  const { message } = error as Error;
  return new Error(
    `${message} The source was not changed. The target is incomplete, and no receiver starts on it. To begin again, run the same command with --replace.`,
    { cause: error },
  );
}
