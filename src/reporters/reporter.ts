import type { Report } from '../model/report.ts';

/** One file to write under `--out`. */
export interface ReportFile {
	/** Relative, with `/`; made of characters that every file system and shell takes as they are. */
	path: string;
	/** The whole text, or its parts in order where one string would be too long. */
	text: string | Iterable<string>;
}

/** Renders a report; reads no clock, no environment and nothing of the report's surroundings. */
export type Reporter = (report: Report) => ReportFile[];
