// Write in the voice of this folder, as `rnnlab write` does: npm install; node write.mjs --prompt TEXT --seed 1
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import * as ort from "onnxruntime-web";
import { write } from "./writer.mjs";

const file = (name) => readFile(new URL(name, import.meta.url));
const voice = JSON.parse(await file("vocabulary.json"));
const text = { type: "string" };
const numbers = { length: text, temperature: text, "min-p": text, seed: text };
const options = { prompt: text, ...numbers, "finish-sentence": { type: "boolean" } };
const { values } = parseArgs({ options });
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(await file("step.onnx"));
const how = {
  prompt: values.prompt ?? "",
  length: Number(values.length ?? voice.length), // characters after the prompt, exactly, if they are given
  temperature: Number(values.temperature ?? voice.temperature),
  minP: Number(values["min-p"] ?? voice.min_p),
  seed: Number(values.seed ?? 1),
  finish: values["finish-sentence"] ?? values.length === undefined,
};
if (!(Number.isInteger(how.seed) && how.seed >= 0 && how.seed < 2 ** 31)) {
  console.error(`The seed must be a whole number between 0 and ${2 ** 31 - 1}.`);
  process.exit(2);
}
if (!(how.minP >= 0 && how.minP <= 1)) {
  console.error("The min-p must be between 0 and 1.");
  process.exit(2);
}
for await (const piece of write(ort, session, voice, how)) process.stdout.write(piece);
process.stdout.write("\n");
