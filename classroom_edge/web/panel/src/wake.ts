/** Keeps the panel's own screen lit while the room is recording, where the browser can. */

import { watch } from "vue";

interface Sentinel {
  release(): Promise<void>;
}

export function keepAwake(wanted: () => boolean): void {
  const lock = (navigator as { wakeLock?: { request(type: "screen"): Promise<Sentinel> } }).wakeLock;
  if (lock === undefined) return;
  let held: Sentinel | null = null;
  const settle = async (): Promise<void> => {
    try {
      if (wanted() && !document.hidden) held = await lock.request("screen");
      else await held?.release();
    } catch {
      // a battery saver may refuse; the recording does not depend on it
    }
  };
  watch(wanted, () => void settle());
  document.addEventListener("visibilitychange", () => void settle()); // hiding the page drops it
}
