import type { Area } from '../../console/area.ts';
import { reportPages } from '../../console/reports/report-pages.ts';
import { databaseFile, openDatabase } from '../../database/open-database.ts';
import { createReportDatabase } from '../../reporting/reports/report-database.ts';
import type { ReceivingKit } from '../kit.ts';

/** The area of reports. It reads the reporting database with connections of its own, which never write. */
export function reportArea({ settings, core, clock, log, onClosing }: ReceivingKit): Area {
  const url = settings.adapters.get('sql')?.['REPORTING_DATABASE_URL'];
  const database =
    typeof url === 'string'
      ? createReportDatabase(() => openDatabase(url, 'read'), databaseFile(url))
      : undefined;
  onClosing.add(() => void database?.close().catch(() => undefined));
  const router = reportPages({ database, clock, log, timeZone: core.TIME_ZONE });
  return { path: '/console/reports', name: 'Reports', router };
}
