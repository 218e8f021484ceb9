import "../style.css";

import { createApp } from "vue";

import LibraryApp from "./LibraryApp.vue";

createApp(LibraryApp).mount("#app");
