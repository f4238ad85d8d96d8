// Judges cards by the library that Microsoft shows them with: `teams.cjs FOLDER MODULES`.
const fs = require("node:fs");
const path = require("node:path");

const [folder, modules] = process.argv.slice(2);
const cards = require(path.join(modules, "adaptivecards/dist/adaptivecards.js"));

for (const name of fs.readdirSync(folder)) {
  const message = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
  const [attachment] = message.attachments;
  const complaints = [];
  if (message.type !== "message" || message.attachments.length !== 1) complaints.push("not a message with one card");
  if (attachment.contentType !== "application/vnd.microsoft.card.adaptive") complaints.push("not a card");
  if (Buffer.byteLength(JSON.stringify(message)) > 28 * 1024) complaints.push("more than 28 KB");
  const card = new cards.AdaptiveCard();
  const context = new cards.SerializationContext(cards.Versions.v1_4);
  card.parse(attachment.content, context);
  for (let i = 0; i < context.eventCount; i += 1) complaints.push(context.getEventAt(i).message);
  complaints.push(...card.validateProperties().validationEvents.map((event) => event.message));
  // What the library did not understand it does not write again.
  const again = card.toJSON(new cards.SerializationContext(cards.Versions.v1_4));
  const runs = (value) => JSON.stringify(value).match(/"TextRun"/g)?.length;
  if (runs(again) !== runs(attachment.content)) complaints.push("some text was not understood");
  if (complaints.length > 0) throw new Error(`${name}: ${complaints.join("; ")}`);
}
