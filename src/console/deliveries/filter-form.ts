import { deliveryStates } from '../../store/deliveries.ts';
import { html, type Html } from '../../web/html.ts';
import type { FilterFields } from './delivery-filter.ts';

export const previewPath = '/console/deliveries/preview';

/** The form that chooses deliveries. It leads to the preview. */
export function filterForm(fields: FilterFields, names: readonly string[]): Html {
  return html`<form method="get" action="${previewPath}" role="search" aria-label="Deliveries to replay">
    <div class="filters">
      <label>Destination ${select('destination', names, fields.destination, 'All')}</label>
      <label>State ${select('state', deliveryStates, fields.state, 'All')}</label>
      <label>Code ${input('code', fields.code, 64)}</label>
      <label>From ${input('from', fields.from, 40, '2026-11-22T09:00 or 2h')}</label>
      <label>To ${input('to', fields.to, 40, '2026-11-23')}</label>
      <label>Call id ${input('call', fields.call, 191)}</label>
    </div>
    <div class="actions">
      ${check('earlier', fields.earlier, 'Also calls from before the destination was enabled')}
      ${check('all', fields.all, 'Every delivery')}
      <button>Preview</button>
    </div>
  </form>`;
}

function input(name: string, value: string | undefined, lengthMax: number, example = ''): Html {
  return html`<input
    name="${name}"
    value="${value ?? ''}"
    maxlength="${lengthMax}"
    placeholder="${example}"
    autocapitalize="none"
    autocomplete="off"
  />`;
}

function select(name: string, values: readonly string[], chosen: string | undefined, none: string): Html {
  return html`<select name="${name}">
    <option value="">${none}</option>
    ${values.map(
      (value) =>
        html`<option value="${value}" ${value === chosen ? html`selected` : undefined}>${value}</option>`,
    )}
  </select>`;
}

function check(name: string, value: string | undefined, text: string): Html {
  return html`<label class="check"
    ><input type="checkbox" name="${name}" value="yes" ${value === undefined ? undefined : html`checked`} />
    ${text}</label
  >`;
}

/** The fields as hidden inputs, for a form that repeats them. */
export function hiddenFields(fields: FilterFields): Html[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
}

/** What is wrong with the fields, in a list. */
export function faultList(faults: readonly string[]): Html | undefined {
  if (faults.length === 0) return undefined;
  return html`<div role="alert">${faults.map((fault) => html`<p class="fault">${fault}</p>`)}</div>`;
}
