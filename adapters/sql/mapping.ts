import { cutText, utcText, type Call } from '#contract';
import {
  reportingColumns,
  reportingLength,
  type DialectName,
  type ReportingColumn,
  type ReportingColumnName,
} from '#reporting';

type Value = string | number | boolean | null;

/** A call as its row in the reporting table: one value a column, none forgotten. */
export function mapCall(
  call: Call,
  revision: number,
  updatedAtMs: number,
  dialect: DialectName,
): Record<ReportingColumnName, Value> {
  const utc = (epochMs: number | undefined): string | null =>
    epochMs === undefined ? null : `${utcText(epochMs)}${utcSuffix[dialect]}`;
  const row: Record<ReportingColumnName, Value | undefined> = {
    call_id: call.call_id,
    direction: call.direction,
    stage: call.stage,
    status: call.status,
    account_number: call.account_number,
    started_at_utc: utc(call.started_at),
    started_at_local: call.started_at_local.text,
    ended_at_utc: utc(call.ended_at),
    ended_at_local: call.ended_at_local?.text,
    dial_time_utc: utc(call.dial_time),
    dial_time_local: call.dial_time_local?.text,
    queued_time_utc: utc(call.queued_time),
    queued_time_local: call.queued_time_local?.text,
    started_at_offset: call.started_at_local.offset,
    ended_at_offset: call.ended_at_local?.offset,
    started_at_estimated: call.started_at_estimated,
    time_zone: call.time_zone,
    local_date: call.started_at_local.date,
    local_hour: call.started_at_local.hour,
    local_weekday: call.started_at_local.weekday,
    origin_number: call.origin_number,
    origin_number_e164: call.origin_number_e164,
    phone_number: call.phone_number,
    phone_number_e164: call.phone_number_e164,
    called_number: call.called_number,
    called_number_e164: call.called_number_e164,
    calling_number: call.calling_number,
    calling_number_e164: call.calling_number_e164,
    calling_extension: call.calling_extension,
    counterpart_e164: call.counterpart_e164,
    withheld: call.withheld,
    service_name: call.service_name,
    service_group: call.service_group,
    number_type: call.number_type,
    dial_widget_name: call.dial_widget_name,
    answering_point: call.answering_point,
    dial_status: call.dial_status,
    queue_name: call.queue_name,
    extension_number: call.extension_number,
    extension_name: call.extension_name,
    geo_label: call.geo_label,
    ivr_prompts: call.ivr_prompts,
    ivr_labels: call.ivr_labels,
    duration_seconds: call.duration_seconds,
    wait_seconds: call.wait_seconds,
    queue_seconds: call.queue_seconds,
    answer_received_at_utc: utc(call.answer_received_at),
    session_id: call.session_id,
    page_view_id: call.page_view_id,
    tracking_site_code: call.tracking_site_code,
    user_id: call.user_id,
    attributes: call.attributes,
    origin_session_id: call.origin_session_id,
    landing_page_keywords: call.landing_page_keywords,
    google_analytics_client_id: call.google_analytics_client_id,
    referrer_url: call.referrer_url,
    landing_page_url: call.landing_page_url,
    channel: call.channel,
    source: call.source,
    medium: call.medium,
    internal_referrer: call.internal_referrer,
    landing_page_domain: call.landing_page_domain,
    referrer_domain: call.referrer_domain,
    keywords: call.keywords,
    campaign: call.campaign,
    gclid: call.gclid,
    extra: Object.keys(call.extra).length === 0 ? null : JSON.stringify(call.extra),
    revision,
    first_received_at_utc: utc(call.first_received_at),
    last_received_at_utc: utc(call.last_received_at),
    updated_at_utc: utc(updatedAtMs),
  };
  for (const { name, lengthMax } of limits) {
    const value = row[name];
    if (value === undefined) row[name] = null;
    else if (typeof value === 'string') row[name] = cutText(value, lengthMax);
  }
  return row as Record<ReportingColumnName, Value>;
}

/** What each column holds, in characters: longer text is cut, never in the middle of one. The store keeps the whole. */
const limits = reportingColumns.map((column: ReportingColumn & { name: ReportingColumnName }) => ({
  name: column.name,
  lengthMax: reportingLength(column),
}));

// PostgreSQL's type holds a zone, MySQL's must not be given one.
const utcSuffix: Readonly<Record<DialectName, string>> = { sqlite: '', postgres: '+00', mysql: '' };
