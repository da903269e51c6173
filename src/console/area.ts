import type { Router } from 'express';

/** A part of the console with its own pages. The navigation shows the areas in their order. */
export interface Area {
  /** The path of its first page: `/console/calls`. */
  readonly path: string;
  /** The word in the navigation. */
  readonly name: string;
  /** Its routes, with whole paths. */
  readonly router: Router;
}
