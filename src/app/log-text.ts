import { oneLine } from '../domain/plain-text.ts';

const levelWords: Readonly<Record<string, string>> = {
  trace: 'trace: ',
  debug: 'debug: ',
  info: '',
  warn: 'Warning: ',
  error: 'Error: ',
  fatal: 'Error: ',
};
const indent = ' '.repeat(9);

/**
 * Turns a line of the JSON log into text for people: the local time, the message, then the other fields. A remedy and an
 * error get lines of their own.
 */
export function logText(json: string): string {
  const { time, level, msg, url, remedy, error, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const words = [
    `${clockTime(String(time))} ${levelWords[String(level)] ?? ''}${shown(msg)}`,
    ...(url === undefined ? [] : [shown(url)]),
    ...Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`),
  ];
  const lines = [words.join('  '), ...errorLines(error)];
  if (remedy !== undefined) lines.push(`To do: ${shown(remedy)}`);
  return `${lines.map(oneLine).join(`\n${indent}`)}\n`;
}

function clockTime(iso: string): string {
  const time = new Date(iso);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? value.join(',')
    : JSON.stringify(value);
}

function errorLines(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { kind, code, message, stack, cause } = error as Record<string, unknown>;
  const words = [kind, code, message].filter((part) => part !== undefined).map(shown);
  const places = Array.isArray(stack) ? stack.slice(0, 3).map((place) => `  ${String(place).trim()}`) : [];
  return [words.join(': '), ...places, ...errorLines(cause)];
}
