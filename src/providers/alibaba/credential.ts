import type Credential from '@alicloud/credentials';
import type { CLIProfileCredentialsProvider } from '@alicloud/credentials';
import { ApiError } from '../../lib/api-error.ts';
import { oneLine } from '../../lib/text.ts';

/**
 * Whoever a profile of the aliyun CLI, or the default chain, says that we are.
 * @throws {ApiError} where they say nothing; also later, from the credential itself, when it is to be renewed.
 */
export async function loadCredential(profile: string | null): Promise<Credential.default> {
	try {
		const credential = await construct(profile);
		const get = credential.getCredential.bind(credential);
		credential.getCredential = () => get().catch(error => fail(profile, error));
		// Asked for here, before any call is: without one all of them would fail, one by one.
		await credential.getCredential();
		return credential;
	} catch (error) {
		return fail(profile, error);
	}
}

async function construct(profile: string | null): Promise<Credential.default> {
	const sdk = await import('@alicloud/credentials');
	const inner = sdk.default as unknown as { default?: unknown };
	const Client = (inner.default ?? inner) as new (config?: null, provider?: object) => Credential.default;
	if (profile === null) return new Client();
	// The named exports stand beside the class.
	const { CLIProfileCredentialsProvider: Provider } = sdk as unknown as {
		CLIProfileCredentialsProvider: typeof CLIProfileCredentialsProvider;
	};
	return new Client(null, Provider.builder().withProfileName(profile).build());
}

const REASONS: [RegExp, string][] = [
	[/parse aliyun cli config/, 'its file ~/.aliyun/config.json is not JSON'],
	[/reading aliyun cli config/, 'its file ~/.aliyun/config.json cannot be read'],
	[/no any configured profiles/, 'its file ~/.aliyun/config.json has no profile'],
	[/unable to get profile/, '~/.aliyun/config.json has no profile of that name'],
	[/CLI profile is disabled/, 'ALIBABA_CLOUD_CLI_PROFILE_DISABLED is set'],
];

/** What the library says may hold the whole file with its secrets: none of it is passed on. */
function fail(profile: string | null, error: unknown): never {
	if (error instanceof ApiError) throw error;
	const text = error instanceof Error ? error.message : '';
	const reason = REASONS.find(([pattern]) => pattern.test(text))?.[1];
	const message =
		profile === null
			? 'no access key was found; set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or name a profile of the aliyun CLI with --account-profile'
			: `the profile ${oneLine(profile, 60)} of the aliyun CLI gives no access key${reason === undefined ? '' : `: ${reason}`}; run aliyun configure`;
	throw new ApiError('unreachable', 0, message);
}
