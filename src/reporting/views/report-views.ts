import type { ReportView } from './report-view.ts';
import { abandonmentDaily, abandonmentOverTime } from './abandonment.ts';
import { callerHistory, repeatCallers } from './callers.ts';
import { extensions } from './extensions.ts';
import { inbound } from './inbound.ts';
import { attributionHealth, clicks, sources } from './marketing.ts';
import { missedCallers, missedCalls } from './missed.ts';
import { daily, hourly, serviceDaily, weekly } from './periods.ts';
import { serviceLevel } from './service-level.ts';

/**
 * The views of the reporting database: the one source of their SQL, their docs and their comments. A view stands after the
 * views that it reads. Names and meanings are a promise. A change needs a new migration: see `makeViews`.
 */
export const reportViews: readonly ReportView[] = [
  inbound,
  missedCalls,
  missedCallers,
  daily,
  hourly,
  weekly,
  serviceDaily,
  serviceLevel,
  abandonmentDaily,
  abandonmentOverTime,
  callerHistory,
  repeatCallers,
  sources,
  clicks,
  extensions,
  attributionHealth,
];
