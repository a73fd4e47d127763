import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { letGoOfAnswered } from '../../../src/providers/alibaba/let-go.ts';
import { assert, describe } from '../../helpers/describe.ts';

describe('letGoOfAnswered', it => {
	it('ends the timer that an SDK left on a socket, and nothing else', async () => {
		letGoOfAnswered();
		letGoOfAnswered();
		const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
		await new Promise(resolve => server.once('listening', resolve));
		const { port } = server.address() as AddressInfo;
		const timers = [setTimeout(() => {}, 60_000), setTimeout(() => {}, 60_000)];
		await new Promise<void>((resolve, reject) => {
			const request = get({ port, host: '127.0.0.1', agent: false }, response =>
				response.resume().on('end', () => resolve()),
			);
			request.on('error', reject);
			request.once('socket', socket =>
				Object.assign(socket, {
					[Symbol('TIMER::READ_TIMER')]: timers[0],
					[Symbol('another')]: timers[1],
				}),
			);
		});
		assert.equal(
			timers.map(timer => Reflect.get(timer, '_destroyed')),
			[true, false],
		);
		clearTimeout(timers[1]);
		server.close();
	});
});
