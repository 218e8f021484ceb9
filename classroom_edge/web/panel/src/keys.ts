/** One key, one thing: R, S, M, 1-6, Esc. */

import { onBeforeUnmount, onMounted } from "vue";

/** Call the action of a key, unless somebody is typing or holds a modifier. */
export function useKeys(action: (key: string) => boolean): void {
  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (isTyping(event.target) && event.key !== "Escape") return;
    if (action(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
  };
  onMounted(() => document.addEventListener("keydown", pressed));
  onBeforeUnmount(() => document.removeEventListener("keydown", pressed));
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, video") !== null;
}
