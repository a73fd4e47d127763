import { createHash } from 'node:crypto';
import Handlebars from 'handlebars';
import type { Report } from '../model/report.ts';
import { toView, type View } from './html/view.ts';
import type { ReportFile } from './reporter.ts';
import { templates } from './templates.ts';

/** `report.html`: one self-contained page without scripts that opens without network. */
export function html(report: Report): ReportFile[] {
	page ??= compile();
	return [{ path: 'report.html', text: page(toView(report)) }];
}

let page: ((view: View) => string) | undefined;

function compile(): (view: View) => string {
	const { handlebars, style } = templates();
	// An instance of our own: no helper or partial of somebody else can slip in.
	const engine = Handlebars.create();
	engine.registerPartial(handlebars);
	// Included as a partial, the style sheet is template text, so it needs no unescaped expression.
	engine.registerPartial('style', style);
	const render = engine.compile<View & { styleHash: string }>(handlebars.report ?? '', {
		strict: true,
		knownHelpersOnly: true,
	});
	const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`;
	return view => render({ ...view, styleHash });
}
