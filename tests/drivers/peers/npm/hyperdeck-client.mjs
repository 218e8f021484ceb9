// Works a recorder with hyperdeck-connection (MIT); writes what happens as lines of JSON.
import { Commands, Hyperdeck } from "hyperdeck-connection";

const say = (what, told) => console.log(JSON.stringify([what, told]));
const deck = new Hyperdeck({ pingPeriod: 200 });
deck.on("error", (text, error) => say("error", `${text} ${error}`));
deck.on("notify.transport", (told) => say("news", told.status));
deck.on("connected", async (info) => {
  try {
    say("connected", info);
    const wish = new Commands.NotifySetCommand();
    wish.transport = true;
    await deck.sendCommand(wish);
    say("device", await deck.sendCommand(new Commands.DeviceInfoCommand()));
    say("slot", await deck.sendCommand(new Commands.SlotInfoCommand(1)));
    await deck.sendCommand(new Commands.RecordCommand());
    say("transport", await deck.sendCommand(new Commands.TransportInfoCommand()));
    await deck.sendCommand(new Commands.StopCommand());
    await new Promise((later) => setTimeout(later, 700)); // pings, and news
    await deck.disconnect();
    process.exit(0);
  } catch (error) {
    say("failed", String(error?.stack ?? JSON.stringify(error)));
    process.exit(1);
  }
});
deck.connect("127.0.0.1", Number(process.argv[2]));
