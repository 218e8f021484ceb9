// Works a relay board: node jsmodbus-client.mjs tcp|rtu PORT. Prints what it was told, as JSON.
import net from "node:net";
import jsmodbus from "jsmodbus";

const [framing, port] = process.argv.slice(2);
const socket = new net.Socket();
const client =
  framing === "tcp" ? new jsmodbus.client.TCP(socket, 1) : new jsmodbus.client.RTU(socket, 1);

socket.on("connect", async () => {
  if (framing === "rtu") socket.emit("open"); // as a serial port would
  const bits = async () => (await client.readCoils(0, 8)).response.body.valuesAsArray;
  const told = {};
  await client.writeSingleCoil(2, true);
  told.one = (await bits()).slice(0, 8);
  await client.writeMultipleCoils(0, [true, false, true, true, false, false, false, true]);
  told.many = (await bits()).slice(0, 8);
  told.version = (await client.readHoldingRegisters(0x8000, 1)).response.body.valuesAsArray;
  told.refused = await client.readCoils(40, 1).catch((error) => error.response.body.code);
  console.log(JSON.stringify(told));
  socket.end();
});
socket.connect({ host: "127.0.0.1", port: Number(port) });
