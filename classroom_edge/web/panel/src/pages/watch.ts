import "../style.css";

import { createApp } from "vue";

import WatchPage from "./WatchPage.vue";

createApp(WatchPage).mount("#app");
