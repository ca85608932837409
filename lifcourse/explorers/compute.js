/* The page's stand-in for the kernel: runs the translated steps, and draws NumPy's normal random numbers. Equations come
   translated from Python; none stands here. */
const lifCompute = (ziggurat) => {
  "use strict";

  // --- numpy.random.default_rng(seed).standard_normal ---------------------------------------------------------------

  const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

  /** NumPy's SeedSequence (M. E. O'Neill's seed_seq_fe): four 64-bit words from a seed below 2**32. */
  function seedWords(seed) {
    let constant = 0x43b0d7e5;
    const mixed = (value, multiplier) => {
      value = (value ^ constant) >>> 0;
      constant = Math.imul(constant, multiplier) >>> 0;
      value = Math.imul(value, constant) >>> 0;
      return (value ^ (value >>> 16)) >>> 0;
    };
    const pool = [seed >>> 0, 0, 0, 0].map((word) => mixed(word, 0x931e8875));
    for (let from = 0; from < 4; from++) {
      for (let to = 0; to < 4; to++) {
        if (from === to) continue;
        const other = mixed(pool[from], 0x931e8875);
        const value = (Math.imul(pool[to], 0xca01f9dd) - Math.imul(other, 0x4973f715)) >>> 0;
        pool[to] = (value ^ (value >>> 16)) >>> 0;
      }
    }
    constant = 0x8b51f9dd;
    const words = Array.from({ length: 8 }, (_, i) => BigInt(mixed(pool[i % 4], 0x58f38ded)));
    return [0, 2, 4, 6].map((i) => words[i] | (words[i + 1] << 32n));
  }

  /** A stream of normal numbers that remembers what it has drawn: a slider that moves asks for the same ones again. */
  function normalStream(seed) {
    const [a, b, c, d] = seedWords(seed);
    const increment = BigInt.asUintN(128, (((c << 64n) | d) << 1n) | 1n);
    const stepped = (state) => BigInt.asUintN(128, state * MULTIPLIER + increment);
    let state = stepped(stepped(0n) + ((a << 64n) | b));
    let drawn = new Float64Array(0);

    const next = () => {
      state = stepped(state);
      const high = state >> 64n;
      const word = BigInt.asUintN(64, high ^ state);
      const turn = high >> 58n;
      return turn ? BigInt.asUintN(64, (word >> turn) | (word << (64n - turn))) : word;
    };
    const uniform = () => Number(next() >> 11n) / 9007199254740992;
    const { k, w, f } = ziggurat;
    const edge = w[255] * 4503599627370496;

    function normal() {
      for (;;) {
        const word = next();
        const layer = Number(word & 0xffn);
        const place = Number((word >> 9n) & 0xfffffffffffffn);
        const x = (word & 0x100n ? -place : place) * w[layer];
        if (place < k[layer]) return x;
        if (layer === 0) {
          for (;;) {
            const across = (-1 / edge) * Math.log1p(-uniform());
            const up = -Math.log1p(-uniform());
            if (up + up > across * across) return word & 0x20000n ? -(edge + across) : edge + across;
          }
        }
        if ((f[layer - 1] - f[layer]) * uniform() + f[layer] < Math.exp(-0.5 * x * x)) return x;
      }
    }

    return (n) => {
      if (drawn.length < n) {
        const more = new Float64Array(n);
        more.set(drawn);
        for (let i = drawn.length; i < n; i++) more[i] = normal();
        drawn = more;
      }
      return drawn;
    };
  }

  const streams = new Map();
  function normals(seed, n) {
    if (!streams.has(seed)) {
      if (streams.size > 3) streams.clear();
      streams.set(seed, normalStream(seed));
    }
    return streams.get(seed)(n);
  }

  // --- one run ------------------------------------------------------------------------------------------------------

  /** Python's round: halves go to the even neighbour. */
  function rounded(x) {
    const below = Math.floor(x);
    const rest = x - below;
    return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
  }

  /** The parameters of a step by name; `params` is there too, for functions that look at the neuron as a whole. */
  function parameters(model, p, derived) {
    const all = { ...p };
    for (const name of derived) all[name] = model[name](all);
    all.params = all;
    return all;
  }

  // Moving a slider asks for the same arrays again and again: one set a run is enough.
  const arrays = new WeakMap();
  function tracesFor(run, n) {
    if (arrays.get(run)?.[0].length !== n)
      arrays.set(run, Array.from({ length: 1 + run.states.length }, () => new Float64Array(n)));
    return arrays.get(run);
  }

  function simulate(run, model, p, current, [start, stop], dt, seed, mostSamples) {
    const n = rounded(run.duration / dt);
    const result = { n, dt, problem: null, mean_V: NaN, spikes: new Int32Array(0), traces: {} };
    const failed = (problem) => ({ ...result, problem });
    if (!(n >= 1 && n <= mostSamples)) return failed(`dt = ${dt} s asks for ${n} samples; at most ${mostSamples} are made`);
    const tooCoarse = (limit, within) =>
      failed(
        `dt = ${shown(dt)} s is too coarse for ${run.model}: forward Euler is unstable from ${shown(limit)} s on` +
          `${within === Infinity ? "" : ` while spikes follow each other within ${shown(within)} s`}; take a smaller dt`,
      );
    const limit = model.max_dt(p, Infinity);
    if (!(dt < limit)) return tooCoarse(limit, Infinity);

    const scale = p.noise_sigma * Math.sqrt(dt);
    const normal = scale ? normals(seed, n - 1) : null;
    const traces = tracesFor(run, n);
    const spikes = [];
    const rest = model.rest(p);
    const end = model.loop(p, rest, current, rounded(start / dt), rounded(stop / dt), scale, normal, dt, traces, spikes);
    if (!end.slice(0, 3).every(Number.isFinite))
      return failed("the potential leaves the range of floating-point numbers; take a smaller current or dt");
    const shortest = spikes.reduce((least, sample, i) => (i ? Math.min(least, sample - spikes[i - 1]) : least), Infinity);
    if (shortest < Infinity) {
      const fast = model.max_dt(p, shortest * dt);
      if (!(dt < fast)) return tooCoarse(fast, shortest * dt);
    }
    const names = ["V", ...run.states];
    return {
      ...result,
      mean_V: end[3] / n,
      spikes: Int32Array.from(spikes),
      traces: Object.fromEntries(names.map((name, i) => [name, traces[i]])),
    };
  }

  const shown = (x) => String(Number(x.toPrecision(6)));

  // --- a setting ----------------------------------------------------------------------------------------------------

  /** All that a setting sets, by key, in SI units; see Explorer.values. */
  function settingValues(spec, setting) {
    const values = {};
    for (const { key, options } of spec.choices) Object.assign(values, options[setting.choices[key]].values);
    for (const { key, factor } of spec.controls) values[key] = setting.controls[key] * factor;
    return values;
  }

  /** The answer to a setting; see Explorer.compute. */
  return (spec, models, setting) => {
    const values = settingValues(spec, setting);
    const number = (given) => (typeof given === "string" ? values[given] : given);
    const active = (run) => Object.entries(run.when).every(([key, option]) => setting.choices[key] === option);
    const all = (run) => {
      const p = Object.fromEntries(Object.entries(run.p).map(([name, given]) => [name, number(given)]));
      return parameters(models[run.model], p, run.derived);
    };
    const runs = spec.runs.map((run) => {
      if (!active(run)) return null;
      const pulse = run.pulse.length ? run.pulse.map(number) : [0, run.duration];
      const [current, dt] = [run.current, run.dt].map(number);
      return simulate(run, models[run.model], all(run), current, pulse, dt, setting.seed, spec.most_samples);
    });
    const curves = spec.curves.map(({ function: name, arguments: given, over, run: index, low, high, points }) => {
      const run = spec.runs[index];
      if (!active(run)) return null;
      const p = all(run);
      const numbers = given.map(number);
      const present = numbers[over];
      const value = (x) => {
        numbers[over] = x;
        return models.formulas[name](p, ...numbers);
      };
      const y = Float64Array.from({ length: points }, (_, i) => value(low + (high - low) * (i / (points - 1))));
      return { y, present: present === null ? NaN : value(present) };
    });
    return { runs, curves };
  };
};
