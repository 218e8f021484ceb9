/** Trying a platform: a test picture is sent there for a moment, and what came of it is told. */

import { computed, ref, type ComputedRef, type Ref } from "vue";

import { post } from "./http";
import type { Panel } from "./panel";
import type { PushView, Words } from "./room";
import type { Speech } from "./words";

interface Trial {
  works: boolean;
  problem: Words;
  connected_ms: number;
  sent_s: number;
  sent_bytes: number;
}

export interface Trials {
  /** Of which platform's trial is told; "" = of an address that is not kept. */
  of: Ref<string | null>;
  trying: Ref<boolean>;
  told: ComputedRef<string>;
  tone: ComputedRef<"" | "good" | "bad">;
  run(of: string, path: string, body: object): Promise<void>;
  forget(): void;
}

const TRIAL_MS = 40_000;

export function pathOf(push: PushView): string {
  return `/api/v1/pushes/${encodeURIComponent(push.id)}`;
}

export function useTrials(panel: Panel, spoken: Speech): Trials {
  const of = ref<string | null>(null);
  const trying = ref(false);
  const trial = ref<Trial | null>(null);
  const tone = computed(() => (trial.value === null ? "" : trial.value.works ? "good" : "bad"));
  const told = computed(() => {
    if (trying.value) return spoken.say("push.trying");
    if (trial.value === null) return "";
    if (!trial.value.works) return spoken.pick(trial.value.problem);
    const { connected_ms, sent_bytes, sent_s } = trial.value;
    const kbps = Math.round((sent_bytes * 8) / 1000 / Math.max(sent_s, 0.1));
    return spoken.say("push.works", { ms: connected_ms, kbps });
  });

  async function run(what: string, path: string, body: object): Promise<void> {
    if (trying.value) return;
    [of.value, trying.value, trial.value] = [what, true, null];
    trial.value = (await panel.orTell(post(path, body, TRIAL_MS))) as Trial | null;
    trying.value = false;
  }
  function forget(): void {
    trial.value = null;
  }
  return { of, trying, told, tone, run, forget };
}
