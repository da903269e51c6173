import { html, type Html } from '../web/html.ts';

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => Html | string | number | undefined;
  /** `number` aligns right; `main` is the cell that names the row; `wide` may break within words. */
  readonly kind?: 'number' | 'main' | 'wide';
}

export interface Table<Row> {
  /** The caption names the rows. Screen readers read it first. */
  readonly caption: string;
  /** Shows the caption only to screen readers, where a heading says the same. */
  readonly isCaptionHidden?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** A row below the others, such as their sum. */
  readonly foot?: Row;
  /** The sentence of a table without rows: "Nothing was refused in the last 24 hours." */
  readonly empty: string;
  /** The id of each row's element, for live rows and links. */
  readonly rowId?: (row: Row) => string;
  /** The words of a screen reader for a new or changed row: "ringing call". Undefined uses the usual word. */
  readonly said?: (row: Row) => string | undefined;
  /** The attributes that make the table live: see page-script.ts. */
  readonly live?: Html;
}

/** A table of rows. On a narrow screen each row becomes a card. The keys j and k move through the rows. */
export function table<Row>(shown: Table<Row>): Html {
  const { caption, columns, rows, empty, live, foot, isCaptionHidden = false } = shown;
  if (rows.length === 0 && live === undefined) return html`<p class="empty">${empty}</p>`;
  return html`<table class="rows">
    <caption class="${isCaptionHidden ? 'unseen' : ''}">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(({ name, kind }) => html`<th scope="col" class="${kind ?? ''}">${name}</th>`)}
      </tr>
    </thead>
    <tbody ${live}>
      ${rows.map((row) => tableRow(shown, row))}
    </tbody>
    ${
      foot === undefined
        ? undefined
        : html`<tfoot>
            ${tableRow({ columns }, foot)}
          </tfoot>`
    }
  </table>`;
}

/** One row of a table, also for the stream that replaces it. */
export function tableRow<Row>(
  { columns, rowId, said }: Pick<Table<Row>, 'columns' | 'rowId' | 'said'>,
  row: Row,
): Html {
  const words = said?.(row);
  return html`<tr
    data-row
    ${rowId === undefined ? undefined : html`id="${rowId(row)}"`}
    ${words === undefined ? undefined : html`data-said="${words}"`}
  >
    ${columns.map(({ name, cell, kind }) => oneCell(name, kind, cell(row)))}
  </tr>`;
}

function oneCell(name: string, kind: string | undefined, content: Html | string | number | undefined): Html {
  if (kind === 'main') return html`<th scope="row" class="main" data-name="${name}">${content}</th>`;
  return html`<td class="${kind ?? ''}" data-name="${name}">${content}</td>`;
}
