import type { CoreSettings } from '../config/core-schema.ts';
import type { PhoneSettings } from '../domain/phone-number.ts';
import { createNumberKey } from '../intake/number-key.ts';
import type { IntakeSettings } from '../intake/read-push.ts';

/** How pushes are read, from the settings. */
export function intakeSettings(core: CoreSettings): IntakeSettings {
  return {
    timeFormat: core.JET_TIME_FORMAT,
    statusMap: core.JET_STATUS_MAP,
    numberKey: createNumberKey(phoneSettings(core)),
  };
}

/** How phone numbers are read, from the settings. */
export function phoneSettings(
  core: Pick<CoreSettings, 'DEFAULT_COUNTRY' | 'DEFAULT_AREA_CODE'>,
): PhoneSettings {
  return { defaultCountry: core.DEFAULT_COUNTRY, defaultAreaCode: core.DEFAULT_AREA_CODE };
}
