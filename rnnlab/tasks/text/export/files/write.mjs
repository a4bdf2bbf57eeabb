// Write in the voice of this folder, as `rnnlab write` does: npm install; node write.mjs --prompt TEXT --seed 1
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { write } from "./writer.mjs";

const refuse = (sentence) => {
  console.error(sentence);
  process.exit(2);
};
const file = (name) => readFile(new URL(name, import.meta.url));
const voice = JSON.parse(await file("vocabulary.json"));
const text = { type: "string" };
const numbers = { length: text, temperature: text, "min-p": text, seed: text };
const flag = { type: "boolean" };
const options = { prompt: text, preset: text, ...numbers, "finish-sentence": flag, help: flag };
const flags = Object.keys(options).map((name) => `--${name}`).join(", ");
let values = {};
try {
  ({ values } = parseArgs({ options }));
} catch (error) {
  refuse(`${error.message.split(/\.\s|\n/)[0]}; there are ${flags}.`);
}
if (values.help) {
  console.log(`${voice.title}: node write.mjs with any of ${flags}; README.md says more.`);
  process.exit();
}
const named = values.preset !== undefined;
if (named && !Object.hasOwn(voice.presets, values.preset)) {
  refuse(`There is no such preset; there are: ${Object.keys(voice.presets).join(", ") || "none"}.`);
}
if (named && values.temperature !== undefined) {
  refuse("A preset sets the temperature; leave out --temperature, or the preset.");
}
const sampling = named ? voice.presets[values.preset] : voice;
const ort = await import("onnxruntime-web").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  refuse("ONNX Runtime is not here; run npm install in this folder.");
});
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(await file("step.onnx"));
const number = (text, otherwise) => (text === undefined ? otherwise : text.trim() === "" ? NaN : Number(text));
const how = {
  prompt: values.prompt ?? "",
  length: number(values.length, voice.length), // characters after the prompt, exactly, if they are given
  temperature: number(values.temperature, sampling.temperature),
  minP: number(values["min-p"], sampling.min_p),
  seed: number(values.seed, 1),
  finish: values["finish-sentence"] ?? values.length === undefined,
};
const bounds = { seed: [how.seed, 0, 2 ** 31 - 1], "min-p": [how.minP, 0, 1], length: [how.length, 1, 1e6] };
for (const [name, [value, low, high]] of Object.entries({ ...bounds, temperature: [how.temperature, 0, 5] })) {
  if (!(value >= low && value <= high)) refuse(`The ${name} must be between ${low} and ${high}.`);
}
if (!Number.isInteger(how.seed) || !Number.isInteger(how.length)) refuse("The seed and the length must be whole numbers.");
for await (const piece of write(ort, session, voice, how)) process.stdout.write(piece);
process.stdout.write("\n");
