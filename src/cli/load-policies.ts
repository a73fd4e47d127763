import { join } from 'node:path';
import type { Bundle } from '../evaluate/bundle.ts';
import { ScanError } from '../lib/scan-error.ts';
import type { ChangedParam } from '../model/report.ts';
import { type CacheSurroundings, cacheFolder, cacheSurroundings } from './cache-folder.ts';
import { log } from './log.ts';
import type { OwnPolicies } from './own-policies.ts';
import { createPolicyCache, type PolicyCache } from './policy-cache.ts';
import type { Settings } from './settings.ts';

/** Which policies to load, and with what thresholds. */
export type PolicySettings = Pick<Settings, 'policy' | 'trusted-policies' | 'params'>;

/** Policies with the thresholds in force. */
export interface LoadedPolicies {
	bundle: Bundle;
	/** What the params file says: thresholds that are not at their default. */
	overrides: unknown;
	/** What of that differs from the defaults. */
	changed: ChangedParam[];
}

/**
 * The shipped policies, with those of `--policy` compiled among them, and `--params` laid over the defaults of all.
 * @throws {ScanError} POLICY_INVALID, POLICY_LOAD_FAILED, PARAMS_INVALID, FILE_UNREADABLE, COMPILER_FAILED.
 */
export async function loadPolicies(
	settings: PolicySettings,
	around: CacheSurroundings = cacheSurroundings(),
): Promise<LoadedPolicies> {
	const bundle = settings.policy.length === 0 ? await loadShipped() : await loadWithOwn(settings, around);
	if (settings.params === undefined) return { bundle, overrides: {}, changed: [] };
	const [{ applyParams, changedParams }, { checkThresholds, readParams }] = await Promise.all([
		import('../evaluate/params.ts'),
		import('./read-params.ts'),
	]);
	const overrides = await readParams(settings.params);
	try {
		const params = applyParams(bundle.params, overrides);
		checkThresholds(params, bundle.catalog, bundle.libraries);
		return { bundle: { ...bundle, params }, overrides, changed: changedParams(bundle.params, params) };
	} catch (cause) {
		if (!(cause instanceof ScanError)) throw cause;
		throw new ScanError(cause.code, `${settings.params}: ${cause.message}`, { hint: cause.hint, cause });
	}
}

async function loadShipped(): Promise<Bundle> {
	return (await import('../evaluate/bundle.ts')).loadBundle();
}

async function loadWithOwn(settings: PolicySettings, around: CacheSurroundings): Promise<Bundle> {
	const { readOwnPolicies } = await import('./own-policies.ts');
	const own = await readOwnPolicies(settings.policy, settings['trusted-policies']);
	const cache = createPolicyCache(join(cacheFolder(around), 'policies'));
	const bundle = await compiled(own, cache);
	const catalog = bundle.catalog.map(policy => ({ ...policy, origin: own.origins.get(policy.id) ?? null }));
	for (const { id, origin } of catalog)
		if (origin?.replaces) log('warn', `${id} of ${origin.folder} replaces the shipped policy of that id`);
	return { ...bundle, catalog };
}

/** The policies out of the cache, or compiled and kept there. */
async function compiled(own: OwnPolicies, cache: PolicyCache): Promise<Bundle> {
	const [{ compileBundle, sourcesKey, stamp }, { packBundle, unpackBundle }] = await Promise.all([
		import('../evaluate/bundle.ts'),
		import('../evaluate/stored-bundle.ts'),
	]);
	const key = await sourcesKey(own.sources);
	const kept = await cache.load(key);
	if (kept !== null) return unpackBundle(kept).bundle;
	const bundle = await compileBundle(own.sources).catch(async error => {
		throw (await import('./own-policies.ts')).withOwnPaths(error, own);
	});
	await cache.store(key, packBundle(bundle, await stamp())).catch(error => {
		const why = error instanceof Error ? error.message : String(error);
		log('warn', `the compiled policies cannot be kept for the next run: ${why}`);
	});
	return bundle;
}
