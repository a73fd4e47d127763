import { html } from './html.ts';
import { json } from './json.ts';
import type { Reporter } from './reporter.ts';
import { sarif } from './sarif.ts';

/** Every format that `--format` takes. */
export const reporters = { html, json, sarif } satisfies Record<string, Reporter>;

export type Format = keyof typeof reporters;

/** The names of `reporters`, in the order that reports are written and named in. */
export const formats = Object.keys(reporters) as Format[]; // the literal has no other keys
