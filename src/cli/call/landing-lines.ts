import type { LandingToday } from '../../app/landings-today.ts';
import { localTime } from '../../domain/local-time.ts';
import { matchRuleText, readLandingReport, type LandingReport } from '../../store/lookup/landing-report.ts';
import type { TracedDelivery } from '../../store/lookup/read-trace.ts';

/** One delivery of a call as lines of text: its state, where it landed, and why there. */
export function landingLines(
  delivery: TracedDelivery,
  today: LandingToday | undefined,
  timeZone: string,
): string[] {
  const report = readLandingReport(delivery.trace);
  const isPlain = delivery.trace !== undefined && report === undefined;
  return [
    ...stateLines(delivery, timeZone),
    ...(report === undefined ? [] : reportLines(report)),
    ...(isPlain ? [`    Trace           ${JSON.stringify(delivery.trace)}`] : []),
    ...todayLines(today),
  ];
}

function stateLines(delivery: TracedDelivery, timeZone: string): string[] {
  const { destination, state, attemptedAtMs, dueAtMs, attempts, code, reason, remedy, remoteId } = delivery;
  const at = (ms: number): string => localTime(ms, timeZone).text.slice(0, 19);
  const when = attemptedAtMs === undefined ? '' : `, last tried ${at(attemptedAtMs)}`;
  const due = dueAtMs === undefined ? '' : `, due ${at(dueAtMs)}`;
  const failed = attempts === 0 ? '' : `, ${attempts} failed ${attempts === 1 ? 'attempt' : 'attempts'}`;
  return [
    `  ${destination}: ${state}${when}${failed}${due}`,
    ...(remoteId === undefined ? [] : [`    Record          ${remoteId}`]),
    ...(reason === undefined
      ? []
      : [`    Reason          ${code === undefined ? '' : `${code}: `}${reason}`]),
    ...(remedy === undefined ? [] : [`    Remedy          ${remedy}`]),
  ];
}

function reportLines({ link, how, person, owner, fields, dropped, notes }: LandingReport): string[] {
  const record = person?.record;
  const match = person?.match;
  return [
    ...(link === undefined ? [] : [`    Link            ${link}`]),
    ...(how === undefined ? [] : [`    How             ${how}`]),
    ...(person === undefined
      ? []
      : [
          `    Person          ${record === undefined ? (person.state ?? 'unknown') : recordText(record)}`,
          ...(record?.link === undefined ? [] : [`    Person's page   ${record.link}`]),
        ]),
    ...(match === undefined
      ? []
      : [
          `    Rule            ${matchRuleText(match.rule)}${match.fromLedger === true ? ' (known from an earlier search)' : ''}`,
          ...(match.forms.length === 0 ? [] : [`    Searched        ${match.forms.join(', ')}`]),
          ...match.candidates.map(
            (candidate) =>
              `    ${candidate.kept ? 'Kept   ' : 'Dropped'}         ${recordText(candidate)}: ${candidate.why}`,
          ),
          ...(match.candidatesNotShown === undefined
            ? []
            : [`    and ${match.candidatesNotShown} more candidates`]),
        ]),
    ...(owner?.id === undefined && owner?.rule === undefined
      ? []
      : [`    Owner           ${[owner.id, owner.rule, owner.why].filter(Boolean).join(', ')}`]),
    ...Object.entries(fields).map(
      ([name, { before, after }]) => `    Wrote           ${name}: ${changeText(before, after)}`,
    ),
    ...Object.entries(dropped).map(([name, { why }]) => `    Not written     ${name}: ${why}`),
    ...notes.map((note) => `    Note            ${note}`),
  ];
}

function recordText({ object, id, name }: { object: string; id: string; name?: string | undefined }): string {
  return name === undefined ? `${object} ${id}` : `${name} (${object} ${id})`;
}

function todayLines(today: LandingToday | undefined): string[] {
  if (today?.changes === undefined) return [];
  if (today.changes.length === 0) return ['    Today           the same fields would be written'];
  return today.changes.map(
    ({ field, before, after }) => `    Today           ${field}: ${changeText(before, after)}`,
  );
}

function changeText(before: string | undefined, after: string): string {
  return before === undefined ? quoted(after) : `${quoted(before)} -> ${quoted(after)}`;
}

/** A value on one line: the text of an activity has several. */
function quoted(text: string): string {
  return `"${text.trimEnd().replaceAll(/\s*\n\s*/g, ' / ')}"`;
}
