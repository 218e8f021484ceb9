// Works a camera with onvif (MIT); writes what the camera answers as lines of JSON.
import onvif from "onvif";

const [port, password] = process.argv.slice(2);
const say = (name, told) => console.log(JSON.stringify([name, told]));
const camera = await new Promise((done, failed) => {
  new onvif.Cam(
    { hostname: "127.0.0.1", port: Number(port), username: "admin", password, timeout: 5000 },
    function (error) {
      error ? failed(error) : done(this);
    },
  );
});
const ask = (method, ...given) =>
  new Promise((done, failed) =>
    camera[method](...given, (error, told) => (error ? failed(error) : done(told))),
  );
await ask("continuousMove", { x: 0.5, y: 0, zoom: 0.1 });
say("driven", (await ask("getStatus", {})).moveStatus);
await ask("stop", { panTilt: true, zoom: true });
say("stopped", (await ask("getStatus", {})).moveStatus);
await ask("setPreset", { presetName: "Board" });
say("presets", await ask("getPresets", {}));
await ask("absoluteMove", { x: 0.5, y: 0, zoom: 0.2 });
await ask("relativeMove", { x: 0.1, y: 0 });
say("model", (await ask("getDeviceInformation")).model);
process.exit(0);
