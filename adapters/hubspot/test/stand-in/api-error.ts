import { randomUUID } from 'node:crypto';
import type { JsonValue } from '../../../../src/domain/jet-fields.ts';

/** A fault in one value of a property. */
export interface PropertyFault {
  /** `PROPERTY_DOESNT_EXIST`, `INVALID_OPTION`, … */
  readonly code: string;
  readonly property: string;
  readonly message: string;
}

export interface ApiErrorDetails {
  readonly subCategory?: string;
  readonly errors?: JsonValue[];
  readonly context?: Record<string, JsonValue>;
}

/** A refusal in HubSpot's format, of a whole request or of a row of a batch. */
export class ApiError extends Error {
  readonly status: number;
  readonly category: string;
  readonly details: ApiErrorDetails;

  constructor(status: number, category: string, message: string, details: ApiErrorDetails = {}) {
    super(message);
    this.status = status;
    this.category = category;
    this.details = details;
  }

  /** The body of an answer that refuses the whole request. */
  get body(): Record<string, JsonValue> {
    const { subCategory, errors, context } = this.details;
    return {
      status: 'error',
      message: this.message,
      correlationId: randomUUID(),
      category: this.category,
      ...(subCategory === undefined ? {} : { subCategory }),
      ...(errors === undefined ? {} : { errors }),
      ...(context === undefined ? {} : { context }),
    };
  }

  /** The error of a row, among the `errors` of a batch. */
  row(context: Record<string, JsonValue>): Record<string, JsonValue> {
    const { subCategory, errors } = this.details;
    return {
      status: 'error',
      category: this.category,
      message: this.message,
      ...(subCategory === undefined ? {} : { subCategory }),
      ...(errors === undefined ? {} : { errors }),
      context: { ...this.details.context, ...context },
    };
  }
}

/** The request does not match the specification of the API. */
export function invalid(message: string): ApiError {
  return new ApiError(400, 'VALIDATION_ERROR', message);
}

/** Refuses values of properties. The message holds the faults, as HubSpot's does. */
export function invalidProperties(faults: readonly PropertyFault[]): ApiError {
  const listed = faults.map(({ code, property, message }) => ({
    isValid: false,
    message,
    error: code,
    name: property,
    localizedErrorMessage: message,
  }));
  return new ApiError(400, 'VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify(listed)}`, {
    errors: faults.map(({ code, property, message }) => ({
      message,
      code,
      context: { propertyName: [property] },
    })),
  });
}

export function notFound(message: string, details: ApiErrorDetails = {}): ApiError {
  return new ApiError(404, 'OBJECT_NOT_FOUND', message, details);
}
