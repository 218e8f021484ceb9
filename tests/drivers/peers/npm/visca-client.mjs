// Works a camera with visca-over-ip (ISC); writes what the camera answers as lines of JSON.
import visca from "visca-over-ip";

const { ViscaCamera, ViscaCommand } = visca;
const camera = new ViscaCamera("127.0.0.1", Number(process.argv[2]));
const work = {
  direct: ViscaCommand.cameraPanTiltDirect(24, 20, -720, 144),
  zoom: ViscaCommand.cameraZoomDirect(0x2000),
  manual: ViscaCommand.cameraFocusAuto(false),
  focus: ViscaCommand.cameraFocusDirect(0x5000),
  store: ViscaCommand.cameraPresetSet(5),
  home: ViscaCommand.cameraPanTiltHome(),
  recall: ViscaCommand.cameraPresetRecall(5),
  relative: ViscaCommand.cameraPanTiltDirect(24, 20, 100, 0, true),
  drive: ViscaCommand.cameraPanTilt(24, -20),
  stop: ViscaCommand.cameraPanTilt(24, 20, 3, 3),
  "stop at speed 0": ViscaCommand.cameraPanTilt(0, 0),
};
await new Promise((connected) => camera.client.once("connect", connected));
for (const [name, command] of Object.entries(work)) {
  const said = [];
  await new Promise((done) => {
    command.on("ack", () => said.push("ack"));
    for (const end of ["complete", "error"])
      command.on(end, () => {
        said.push(end);
        done();
      });
    camera.on("error", ([error]) => {
      said.push(error.message);
      done();
    });
    camera.sendCommand(command);
  });
  console.log(JSON.stringify([name, said]));
}
process.exit(0);
