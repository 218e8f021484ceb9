import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

// Wall panels keep the browser they left the factory with: Chrome 69 is the oldest we promise.
// File names carry no hash, so that the committed build changes only where the source did.
export default defineConfig({
  base: "/static/panel/",
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: "false",
    __VUE_PROD_DEVTOOLS__: "false",
  },
  build: {
    target: "chrome69",
    cssTarget: "chrome69",
    outDir: "../static/panel",
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rollupOptions: {
      input: {
        panel: "index.html", guest: "guest.html", screen: "screen.html", watch: "watch.html",
        library: "library.html" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "panel[extname]",
        codeSplitting: {
          groups: [
            {
              name: "shared", // what every page has
              test: /node_modules.@?vue|src.(words|http|icons|quality|wake|style|link|panel\.ts)|PanelIcon|ArmedButton|SlideStrip|LostBar|words.panel/,
              priority: 2,
            },
            { name: "call", test: /src.(rtc|pages.LiveVideo)/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8088", "/healthz": "http://127.0.0.1:8088" } },
});
