import type { DemoCluster } from './cluster.ts';
import type { Form } from './negotiate.ts';
import type { Answer, Target, UserInfo, Writable } from './wire.ts';
import type { WriteOptions } from './write-options.ts';

/** A write by somebody who may, of a resource that can be written: what is left to judge is what it asks for. */
export interface Write {
	cluster: DemoCluster;
	user: UserInfo;
	target: Target & { resource: Writable };
	body: string;
	options: WriteOptions;
	form: Form;
}

/** What a write comes to, before anything is stored. */
export interface Judgement {
	answer: Answer;
	/** Stores what is asked for; null where it is refused, or changes nothing. */
	store: (() => void) | null;
}

/** A write that comes to nothing but an answer. */
export function refuse(answer: Answer): Judgement {
	return { answer, store: null };
}
