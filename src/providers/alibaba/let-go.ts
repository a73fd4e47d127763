import { subscribe, unsubscribe } from 'node:diagnostics_channel';

const ANSWERED = 'http.client.response.finish';
const TIMER = 'TIMER::READ_TIMER';

/**
 * Ends the SDKs' timer of each call that was answered: they never do, and each keeps the call, with all that it
 * sent and got, for as long as a call may take. The caller's own time limit goes on.
 */
export function letGoOfAnswered(): void {
	// Once, however many accounts there are.
	unsubscribe(ANSWERED, endTimer);
	subscribe(ANSWERED, endTimer);
}

/** As Node documents the channel. */
interface Answered {
	response: { socket: object | null };
}

function endTimer(message: unknown): void {
	const { socket } = (message as Answered).response;
	if (socket === null) return;
	const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === TIMER);
	if (key !== undefined) clearTimeout(Reflect.get(socket, key));
}
