import "../style.css";

import { createApp } from "vue";

import GuestPage from "./GuestPage.vue";

createApp(GuestPage).mount("#app");
