// Serves a router with videohub-server (MIT); writes what happens as lines of JSON.
const VideohubServer = require("videohub-server");

const say = (what, told) => console.log(JSON.stringify([what, told]));
const server = new VideohubServer({ manualConfigure: true });
server.on("error", (error) => say("error", String(error)));
server.on("press", (who, output, source) => say("press", [output, source]));
server.start("127.0.0.1", Number(process.argv[2]));
say("started", null);
