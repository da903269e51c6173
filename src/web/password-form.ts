import { html, type Html } from './html.ts';
import { waitText } from './wait-text.ts';

/** The fault of the form. Screen readers announce it at once. */
export function passwordFault(fault: string | undefined): Html | undefined {
  return fault === undefined ? undefined : html`<p class="fault" role="alert" id="fault">${fault}</p>`;
}

/** The fields for the console password. They work without scripts, and password managers recognize them. */
export function passwordFields(fault: string | undefined): Html {
  return html`<input type="text" name="username" value="operator" autocomplete="username" readonly hidden />
    <label for="password">Console password</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="current-password"
      required
      autofocus
      ${fault === undefined ? undefined : html`aria-invalid="true" aria-describedby="fault"`}
    />`;
}

/** A sign-in that was refused: the sentence for the person and the one for the log. */
export interface RefusedSignIn {
  readonly fault: string;
  readonly logged: string;
}

/**
 * @param isBlocked the password was not checked, because too many sign-ins failed before
 * @param waitMs how long the next sign-in must wait; 0 for not at all
 */
export function describeRefusedSignIn(isBlocked: boolean, waitMs: number): RefusedSignIn {
  const wait = waitMs > 0 ? ` Wait ${waitText(waitMs)} before the next attempt.` : '';
  return isBlocked
    ? {
        fault: `Too many sign-ins failed, so the password was not checked.${wait}`,
        logged:
          'A sign-in was refused without checking the password, because too many sign-ins failed before it',
      }
    : {
        fault: `The password is wrong.${wait}`,
        logged: 'A sign-in failed, because the password was wrong',
      };
}
