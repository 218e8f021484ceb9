/** What was found so far: the first page at once, the others as they are scrolled to. */

import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

import { Refusal } from "../http";
import { find, NOTHING_ASKED, type Asked, type Item } from "./shelf";

const PAGE = 60;
const AGAIN_MS = 3000;

export type Trouble = "" | "login" | "offline" | "failed";

export interface Finding {
  asked: Ref<Asked>;
  items: ShallowRef<Item[]>;
  total: Ref<number>;
  loading: Ref<boolean>;
  trouble: Ref<Trouble>;
  /** Look again from the newest on. */
  search(): Promise<void>;
  /** Have what follows, if anything does. */
  more(): Promise<void>;
}

export function makeFinding(): Finding {
  const asked = ref<Asked>({ ...NOTHING_ASKED });
  const items = shallowRef<Item[]>([]);
  const total = ref(0);
  const loading = ref(true);
  const trouble = ref<Trouble>("");
  let next = "";
  let round = 0;
  let timer = 0;

  async function load(after: string): Promise<void> {
    const mine = ++round;
    window.clearTimeout(timer);
    loading.value = true;
    try {
      const found = await find(asked.value, after, PAGE);
      if (mine !== round) return; // something else is looked for meanwhile
      items.value = after === "" ? found.items : items.value.concat(found.items);
      total.value = found.total;
      next = found.next;
      trouble.value = "";
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (mine !== round) return;
      trouble.value = error.status === 401 ? "login" : error.status === 0 ? "offline" : "failed";
      if (trouble.value !== "login") timer = window.setTimeout(() => void load(after), AGAIN_MS);
    }
    loading.value = false;
  }

  return {
    asked,
    items,
    total,
    loading,
    trouble,
    search: () => load(""),
    async more() {
      if (!loading.value && trouble.value === "" && next !== "") await load(next);
    },
  };
}
