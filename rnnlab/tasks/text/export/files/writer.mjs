// Writes in the voice of this folder, as `rnnlab write` does. `ort` is onnxruntime-web or onnxruntime-node,
// `session` its session of step.onnx, `voice` what vocabulary.json holds.

/** MT19937 (Matsumoto & Nishimura 1998): 32 random bits at a time. */
export function* bits(seed) {
  const s = new Uint32Array(624);
  s[0] = seed;
  for (let i = 1; i < 624; i++) s[i] = Math.imul(1812433253, s[i - 1] ^ (s[i - 1] >>> 30)) + i;
  for (;;) {
    for (let i = 0; i < 624; i++) {
      const y = (s[i] & 0x80000000) | (s[(i + 1) % 624] & 0x7fffffff);
      s[i] = s[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    for (let y of s) {
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      yield (y ^ (y >>> 18)) >>> 0;
    }
  }
}

/** The prompt in known characters, and its ids. */
export function encode(voice, prompt) {
  const known = new Set(voice.characters);
  const composed = prompt.replace(/\r\n?/g, "\n").normalize("NFC");
  const text = Array.from(composed, (one) => (known.has(one) ? one : (voice.forms[one] ?? ""))).join("");
  const idOf = new Map(voice.strings.map((string, id) => [string, id]).reverse());
  const pieces = text.match(new RegExp(voice.pieces.javascript, "gu")) ?? [];
  const parts = pieces.flatMap((piece) => piece.match(new RegExp(voice.cut, "gu")));
  const ranks = new Map(voice.merges.map((pair, rank) => [pair.join("\0"), rank]));
  const ids = parts.flatMap((part) => (idOf.has(part) ? [part] : merged(part, ranks)).map((one) => idOf.get(one)));
  return [text, ids.length ? ids : voice.start];
}

/** The characters of a part, joined by the first merge there is until there is none: byte-pair encoding. */
function merged(part, ranks) {
  const strings = [...part];
  for (;;) {
    const found = strings.map((_, i) => ranks.get(strings.slice(i, i + 2).join("\0")) ?? Infinity);
    const least = Math.min(...found);
    if (least === Infinity) return strings;
    const first = found.indexOf(least);
    strings.splice(first, 2, strings[first] + strings[first + 1]);
  }
}

/** The next id: V logits in float32, and one number of 53 random bits, below 1. */
function choose(voice, logits, { temperature, minP = voice.min_p }, random) {
  for (const id of voice.banned) logits[id] = -Infinity;
  const [high, low] = [random.next().value, random.next().value];
  const drawn = ((high & 0x1fffff) * 2 ** 32 + low) * 2 ** -53 * voice.nearly_one;
  const most = logits.reduce((one, other) => Math.max(one, other));
  if (temperature < voice.coldest) return logits.indexOf(most);
  const least = minP > 0 ? Math.fround(most + Math.fround(Math.log(minP))) : -Infinity;
  const [divisor, best] = [Math.fround(temperature), Math.fround(most / Math.fround(temperature))];
  const shares = Array.from(logits, (one) => (one < least ? 0 : Math.exp(Math.fround(one / divisor) - best)));
  const all = shares.reduce((one, other) => one + other);
  let reached = 0;
  return shares.findIndex((share) => (reached += share / all) > drawn);
}

/**
 * The prompt, then what follows, a piece at a time; with finish to the end of a sentence beyond the length. Whoever
 * has something else to do meanwhile gives `pause`, which is awaited before each step and may throw.
 */
export async function* write(ort, session, voice, how) {
  const { prompt, length, seed, finish, pause } = how;
  const names = session.inputNames.slice(1);
  const empty = () => new ort.Tensor("float32", new Float32Array(voice.hidden), [1, voice.hidden]);
  let state = Object.fromEntries(names.map((name) => [name, empty()]));
  const random = bits(seed);
  const ends = new RegExp(voice.sentence_end, "gu");
  const most = length + (finish ? voice.most_to_finish : 0);
  let [shown, ids] = encode(voice, prompt);
  yield shown;
  for (let text = [], end = null; end === null; ) {
    let step;
    for (const id of ids) {
      await pause?.();
      step = await session.run({ ids: new ort.Tensor("int64", [BigInt(id)], [1]), ...state });
      state = Object.fromEntries(names.map((name) => [name, step["next_" + name]]));
    }
    ids = [choose(voice, step.logits.data, how, random)];
    const before = text.length; // in code points, as Python counts characters
    text.push(...voice.strings[ids[0]]);
    if (text.length >= length) end = finish ? sentenceEnd(ends, text, length, most) : length;
    yield text.slice(before, end ?? undefined).join("");
  }
}

/** Where the first sentence that ends beyond the length does; null while none has. */
function sentenceEnd(ends, text, length, most) {
  const first = Math.max(0, length - 20);
  ends.lastIndex = text.slice(0, first).join("").length;
  for (const found of text.join("").matchAll(ends)) {
    const end = [...text.join("").slice(0, found.index)].length + [...found[0]].length;
    if (end >= length) return Math.min(end, most);
  }
  return text.length >= most ? most : null;
}
