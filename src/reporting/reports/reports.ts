import { missed } from './missed-report.ts';
import { callers, extensions } from './people-reports.ts';
import type { Report } from './report.ts';
import { abandonment, hours, services, today } from './outcome-reports.ts';
import { serviceLevel } from './service-level-report.ts';
import { attribution, sources } from './web-reports.ts';

/** The reports of the console, in the order of its pages. Their numbers come from the views. */
export const reports: readonly Report[] = [
  today,
  missed,
  services,
  hours,
  serviceLevel,
  abandonment,
  sources,
  extensions,
  callers,
  attribution,
];
