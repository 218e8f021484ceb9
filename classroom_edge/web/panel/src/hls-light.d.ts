/** The same without what we do not use: captions, other sound tracks, encryption. */
declare module "hls.js/light" {
  export * from "hls.js";
  export { default } from "hls.js";
}
