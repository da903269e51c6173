import { callStatuses } from '../../domain/call-status.ts';
import { html, type Html } from '../../web/html.ts';
import { statusWord } from './call-dependencies.ts';
import { callsPath } from './call-path.ts';
import { deliveryStates, directions, type CallQuery } from './call-query.ts';

export interface FormChoices {
  readonly destinations: readonly string[];
  /** Names of recent services, as suggestions. */
  readonly services: readonly string[];
}

const servicesMax = 200;
const filterNames = ['direction', 'status', 'service', 'destination', 'state', 'from', 'to'] as const;

/** The search box and the filters of the list of calls. They stay in the address of the page. */
export function callForm(query: CallQuery, { destinations, services }: FormChoices): Html {
  const isFiltered = filterNames.some((name) => query[name] !== undefined);
  return html`<form class="filters" method="get" action="${callsPath}" role="search">
    <label
      >Number, call id or service
      <input type="search" name="q" value="${query.q ?? ''}" autocomplete="off" data-search
    /></label>
    <button>Show</button>
    <details ${isFiltered ? html`open` : undefined}>
      <summary>Filters</summary>
      <div>
        ${select('direction', 'Direction', query.direction, directions.map(named))}
        ${select(
          'status',
          'Status',
          query.status,
          callStatuses.map((status) => [status, statusWord(status)] as const),
        )}
        <label
          >Service <input name="service" value="${query.service ?? ''}" list="services" autocomplete="off"
        /></label>
        <datalist id="services">
          ${services.slice(0, servicesMax).map((name) => html`<option value="${name}"></option>`)}
        </datalist>
        ${select('destination', 'Destination', query.destination, destinations.map(named))}
        ${select('state', 'Delivery', query.state, deliveryStates.map(named))}
        <label
          >From <input name="from" value="${query.from ?? ''}" placeholder="2026-11-27 15:00" size="16"
        /></label>
        <label>To <input name="to" value="${query.to ?? ''}" placeholder="2026-11-27" size="16" /></label>
      </div>
    </details>
  </form>`;
}

function named<Value extends string>(value: Value): readonly [Value, Value] {
  return [value, value];
}

function select(
  name: string,
  label: string,
  chosen: string | undefined,
  options: readonly (readonly [value: string, text: string])[],
): Html {
  return html`<label
    >${label}
    <select name="${name}">
      <option value="">any</option>
      ${options.map(
        ([value, text]) =>
          html`<option value="${value}" ${value === chosen ? html`selected="selected"` : undefined}>
            ${text}
          </option>`,
      )}
    </select></label
  >`;
}
