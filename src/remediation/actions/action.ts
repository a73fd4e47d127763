import type { Source, Subject } from '../../model/facts.ts';
import type { AfterImage, BeforeImage } from '../../model/journal.ts';
import type { Deed, Permission, Target } from '../../model/plan.ts';
import type { Grade } from '../../model/policy.ts';
import type { Hands } from '../hands.ts';

/** What a deed works with. */
export interface Workplace {
	/** Of the step's own cluster. */
	hands: Hands;
	/** Of another one, for what spans several. */
	handsOf(cluster: string): Hands | null;
	/** Everything is checked and nothing is stored, as far as the API can do that. */
	isDryRun: boolean;
	/** `YYYY-MM-DD` of now, UTC. */
	today: string;
	/** Waits. */
	pause(ms: number): Promise<void>;
}

/** What a fresh look at a target shows. */
export type Look =
	/** As it was planned on; it can be acted upon. */
	| { state: 'planned'; image: BeforeImage }
	/** As it is after the deed. */
	| { state: 'done'; after: AfterImage | null }
	/** It is something else now. */
	| { state: 'moved'; why: string };

/** How a restore of one step went. */
export type Restored =
	| { kind: 'restored'; after: AfterImage | null; notes: string[] }
	/** Some of it is back; `why` says what is not. */
	| { kind: 'partial'; why: string; notes: string[] }
	| { kind: 'refused'; why: string };

/** Something that changes a cluster, with all that has to be known of it. */
export interface Action<T extends Target = Target> {
	name: Deed;
	/** The worst evidence of use on which it is ever planned, where use is what is judged. Metadata only raises it. */
	floor: Exclude<Grade, 'none'>;
	/** What of a cluster has to be read whole, whatever the policy needs. */
	sources: readonly Source[];
	permissions(target: T): Permission[];
	undoPermissions(target: T): Permission[];
	/** How it is undone, in one sentence. */
	undo(target: T): string;
	/** How many objects it changes or removes, for the caps. */
	objects(target: T): number;
	/** Reads the target. @param begun what a run that was cut short saw before it acted. @throws {ApiError} */
	look(place: Workplace, target: T, begun: BeforeImage | null): Promise<Look>;
	/** Acts on what was just seen, and only on that. @throws {ApiError} */
	act(place: Workplace, target: T, image: BeforeImage): Promise<void>;
	/** Whose access is to be gone now, and of what; empty where nobody can be asked. */
	access(place: Workplace, target: T, image: BeforeImage): Promise<AccessQuestion[]>;
	/** Puts back what was there. @throws {ApiError} */
	restore(place: Workplace, target: T, before: BeforeImage, after: AfterImage | null): Promise<Restored>;
}

/** A question to a SubjectAccessReview. */
export interface AccessQuestion {
	subject: Subject;
	/** The name of the binding, by which the server's reason is known. */
	binding: string;
	attributes:
		| { verb: string; group: string; resource: string; namespace: string }
		| { verb: string; path: string };
}
