// Judges messages by the types of Discord's API, and by the limits that discord.js holds embeds to: `discord.cjs FOLDER MODULES`.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const [folder, modules] = process.argv.slice(2);
const { EmbedBuilder, embedLength } = require(path.join(modules, "@discordjs/builders"));

const all = fs.readdirSync(folder).filter((name) => name.endsWith(".json"));
const messages = all.map((name) => [name, JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"))]);

for (const [name, message] of messages) {
  for (const embed of message.embeds) {
    const made = new EmbedBuilder()
      .setTitle(embed.title)
      .setURL(embed.url ?? null)
      .setDescription(embed.description ?? null)
      .setColor(embed.color)
      .setFields(embed.fields)
      .setTimestamp(Date.parse(embed.timestamp))
      .setFooter(embed.footer ?? null)
      .toJSON();
    const sorted = (value) => JSON.stringify(value, Object.keys({ ...embed, name: 0, value: 0, inline: 0, text: 0 }).sort());
    if (sorted(made) !== sorted(embed)) throw new Error(`${name}: the library makes ${JSON.stringify(made)}`);
    if (embedLength(embed) > 6000) throw new Error(`${name}: more than 6000 characters`);
  }
  if (message.allowed_mentions.parse.length > 0) throw new Error(`${name}: calls somebody`);
}

const source = path.join(modules, "messages.ts");
const type = "RESTPostAPIWebhookWithTokenJSONBody";
const list = messages.map(([, message]) => JSON.stringify(message)).join(",\n");
fs.writeFileSync(source, `import type { ${type} } from "discord-api-types/v10";\nexport const all: ${type}[] = [${list}];\n`);
const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext"];
execFileSync(process.execPath, [path.join(modules, "typescript/bin/tsc"), ...options, source], { stdio: "inherit" });
