/** How often, and how long apart: what the cloud does in its own time takes seconds, of which it promises none. */
const LOOKS = 30;
const APART_MS = 1_000;

/** Looks until something shows, or for half a minute; whoever looks afterwards tells what it came to. */
export async function confirm(
	isThere: () => Promise<boolean>,
	pause: (ms: number) => Promise<void>,
	looks = LOOKS,
): Promise<boolean> {
	for (let look = 1; ; look++) {
		// What cannot be looked at once is looked at again.
		if (await isThere().catch(() => false)) return true;
		if (look >= looks) return false;
		await pause(APART_MS);
	}
}
