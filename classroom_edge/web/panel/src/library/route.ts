/** Where one is in the library: the list, a recording, or an edit of it. It is in the address. */

import { readonly, ref, type Ref } from "vue";

export interface Place {
  recording: string;
  edit: string;
}

function read(): Place {
  const [recording = "", edit = ""] = window.location.hash.slice(1).split("/");
  return { recording: decodeURIComponent(recording), edit: decodeURIComponent(edit) };
}

/** Follow the address, as links and the browser's own buttons change it. */
export function followPlace(): Readonly<Ref<Place>> {
  const place = ref(read());
  window.addEventListener("hashchange", () => {
    place.value = read();
  });
  return readonly(place);
}
