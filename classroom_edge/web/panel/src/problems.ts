/** Which problems a teacher has put off, and until when. */

import { computed, inject, ref, type ComputedRef, type InjectionKey } from "vue";

import type { Panel } from "./panel";
import type { ProblemView } from "./room";
import type { Speech } from "./words";

const LATER_MS = { warning: 10 * 60_000, error: 3 * 60_000 };

export interface Problems {
  all: ComputedRef<ProblemView[]>;
  /** Not put off; the worst first. */
  pressing: ComputedRef<ProblemView[]>;
  later(problem: ProblemView): void;
  act(problem: ProblemView): Promise<void>;
}

export function makeProblems(panel: Panel, spoken: Speech): Problems {
  const until = ref<Record<string, number>>({});
  /** A problem that went away and came back is a new one. */
  const name = (problem: ProblemView): string =>
    `${problem.code} ${problem.subject} ${problem.since}`;

  const all = computed(() =>
    panel.room.value.problems
      .slice()
      .sort((a, b) => a.severity.localeCompare(b.severity) || b.since.localeCompare(a.since)),
  );
  return {
    all,
    pressing: computed(() =>
      all.value.filter((problem) => (until.value[name(problem)] ?? 0) <= panel.now.value),
    ),
    later(problem) {
      until.value[name(problem)] = panel.now.value + LATER_MS[problem.severity];
    },
    async act(problem) {
      const begun = await panel.send(problem.action.path, problem.action.body);
      if (begun !== null) panel.tell({ tone: "good", text: spoken.say("problems.acting") });
    },
  };
}

export const PROBLEMS: InjectionKey<Problems> = Symbol("problems");

export function useProblems(): Problems {
  const problems = inject(PROBLEMS);
  if (problems === undefined) throw new Error("no problems provided");
  return problems;
}
