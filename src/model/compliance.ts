import type { Source } from './facts.ts';
import type { Control } from './policy.ts';
import type { OutcomeCounts } from './report.ts';

/** One benchmark in one version: a file of `policies/frameworks/`. */
export interface Framework {
	/** The file's name without `.json`, as `--framework` takes it. */
	id: string;
	/** As METADATA names it. */
	framework: string;
	version: string;
	/** The publisher's name for it. */
	title: string;
	url: string;
	controls: FrameworkControl[];
}

export interface FrameworkControl {
	id: string;
	/** In our own words: the benchmark's are its publisher's. */
	title: string;
	/** Sources without which nobody can say that it is met, whatever the policies read. */
	needs?: Source[];
	/** Sources that may be left unconfigured: what matters in them shows in `needs` too. */
	optional?: Source[];
	/** What the control asks for and no policy sees: it is never met, and not met where a fault is seen. */
	unseen?: string;
	/** Why no policy is about it. */
	uncited?: string;
}

/** `undecided`: not everything that could say otherwise was read. */
export const controlStates = ['not_met', 'undecided', 'met'] as const;
export type ControlState = (typeof controlStates)[number];

/** What a run says of one framework. */
export interface Compliance extends Pick<Framework, 'id' | 'framework' | 'version' | 'title' | 'url'> {
	counts: Record<ControlState, number>;
	controls: ReportedControl[];
}

export interface ReportedControl {
	id: string;
	title: string;
	state: ControlState;
	/** Why it is in that state. */
	reason: string;
	/** Every policy that cites it; only the exact ones decide. */
	policies: { id: string; strength: Control['strength']; outcomes: OutcomeCounts }[];
	/** Findings behind the state, waived ones too. */
	evidence: Evidence;
	/** Findings of policies that are about something alike: they decide nothing. */
	related: Evidence;
	/** The state in each cluster, by uid. */
	clusters: { cluster: string; state: ControlState; reason: string }[];
}

/** The first findings, by id, and how many there are. */
export interface Evidence {
	findings: string[];
	total: number;
}
