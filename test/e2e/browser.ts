import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { temporaryFolder } from './processes.ts';

/** How a screenshot is taken; nothing said is a light screen, 1280 pixels wide. */
export interface View {
	dark?: boolean;
	print?: boolean;
	width?: number;
}

/** A report as a browser without network sees it. */
export interface OpenedReport {
	page: Page;
	/** Console errors (what the Content-Security-Policy refuses is one) and uncaught exceptions. */
	consoleErrors: string[];
	/** Every address that the page asked for beside itself. */
	requests: string[];
	/** Writes the whole page as a PNG. */
	screenshot(path: string, view?: View): Promise<void>;
	close(): Promise<void>;
}

const CHROMIUM = process.env.KUBELAPSE_CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** Opens a report from disk in a browser with a fresh profile. */
export async function openReport(path: string): Promise<OpenedReport> {
	const profile = mkdtempSync(join(temporaryFolder(), 'profile-'));
	const browser = await chromium.launchPersistentContext(profile, {
		executablePath: CHROMIUM,
		headless: true,
		args: FLAGS,
		viewport: { width: 1280, height: 900 },
	});
	const address = pathToFileURL(path).href;
	const page = await browser.newPage();
	const consoleErrors: string[] = [];
	const requests: string[] = [];
	page.on('console', message => {
		if (message.type() === 'error') consoleErrors.push(message.text());
	});
	page.on('pageerror', error => consoleErrors.push(error.message));
	page.on('request', request => {
		if (request.url() !== address) requests.push(request.url());
	});
	await page.goto(address, { waitUntil: 'load' });
	return {
		page,
		consoleErrors,
		requests,
		screenshot: (target, view = {}) => screenshot(page, target, view),
		close: () => browser.close(),
	};
}

async function screenshot(page: Page, path: string, view: View): Promise<void> {
	await page.emulateMedia({
		colorScheme: view.dark ? 'dark' : 'light',
		media: view.print ? 'print' : 'screen',
	});
	await page.setViewportSize({ width: view.width ?? 1280, height: 900 });
	await page.screenshot({ path, fullPage: true });
}
