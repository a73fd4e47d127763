import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls';

const MOST_NAMES = 5000;

/**
 * A certificate for each name under localhost that a client asks for: the log service has a host for each
 * project, and no client of OpenSSL lets a wildcard stand for the only label before `localhost`.
 */
export function contextsByName(
	key: string,
	issue: (name: string) => Promise<string>,
): NonNullable<TlsOptions['SNICallback']> {
	const known = new Map<string, Promise<SecureContext>>();
	const make = (name: string) => issue(name).then(cert => createSecureContext({ cert, key }));
	return (name, done) => {
		const wanted = name.toLowerCase();
		// Without a context the server's own certificate is shown.
		if (!/^[a-z0-9-]{1,63}\.localhost$/.test(wanted)) return done(null);
		const context = known.get(wanted) ?? make(wanted);
		if (known.size < MOST_NAMES) known.set(wanted, context);
		context.then(made => done(null, made), done);
	};
}
