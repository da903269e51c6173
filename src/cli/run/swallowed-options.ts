import type { Command, Option } from 'commander';
import { shellWord } from '../../domain/shown/shell-word.ts';

/**
 * Finds options that npm took for itself, because the `--` in front of them was missing. npm hides such an option
 * from the command and only sets a variable. `npm run replay quarantine --dry-run` would then replay for real.
 *
 * @param given the arguments that reached the command
 * @returns the line to type instead; undefined when nothing was swallowed
 */
export function findSwallowed(
  command: Command,
  given: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): { options: string[]; line: string } | undefined {
  // npx passes on everything after the name of the command, and uses the same variables for its own options.
  if (environment['npm_lifecycle_event'] !== command.name()) return undefined;
  const swallowed = optionsOf(command).flatMap((option) => {
    const value = valueOf(option, environment);
    return value === undefined || given.includes(flagOf(option)) ? [] : [{ option, value }];
  });
  if (swallowed.length === 0) return undefined;
  const words = typedWords(command, given, swallowed);
  const options = swallowed.map(({ option }) => flagOf(option));
  return { options, line: `npm run ${command.name()} -- ${words.join(' ')}` };
}

interface Swallowed {
  readonly option: Option;
  /** What npm set. A repeated option has one value per time, between empty lines. */
  readonly value: string;
}

function optionsOf(command: Command): Option[] {
  const all = [command, ...command.commands].flatMap(({ options }) => options);
  return [...new Map(all.map((option) => [flagOf(option), option])).values()];
}

function flagOf(option: Option): string {
  return option.long ?? option.flags;
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

function valueOf(
  option: Option,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const name = flagOf(option).replace(/^--(?:no-)?/, '');
  const value = environment[`npm_config_${name.replaceAll('-', '_')}`];
  // npm sets an empty value for --no-…, and also for its own options that are off.
  if (option.negate) return value === '' ? value : undefined;
  if (value === undefined || value === '') return undefined;
  return takesValue(option) || value === 'true' ? value : undefined;
}

/** The words as they must be typed. npm separates options from values, so an uncertain value becomes a placeholder. */
function typedWords(command: Command, given: readonly string[], swallowed: readonly Swallowed[]): string[] {
  const [first] = given;
  const isSubcommand = command.commands.some((subcommand) => subcommand.name() === first);
  const positional = given.slice(isSubcommand ? 1 : 0);
  const separated = swallowed.filter(
    ({ option, value }) => takesValue(option) && /^true(?:\n\ntrue)*$/.test(value),
  );
  const [only, ...more] = separated;
  const times = only === undefined ? 0 : only.value.split('\n\n').length;
  const isCertain = more.length === 0 && times === positional.length;
  const kept = isCertain ? [] : positional;
  const flags = swallowed.flatMap(({ option, value }) => {
    const flag = flagOf(option);
    if (!takesValue(option)) return [flag];
    const open = /<[^>]+>/.exec(option.flags)?.[0] ?? '<value>';
    const isSecret = /secret|header|password/.test(flag);
    const values = option === only?.option && isCertain ? positional : value.split('\n\n');
    return values.flatMap((one) => [flag, isSecret || one === 'true' ? open : shellWord(one)]);
  });
  return [...given.slice(0, isSubcommand ? 1 : 0), ...kept, ...flags].map((word) =>
    flags.includes(word) ? word : shellWord(word),
  );
}
