/** The loop of lifcourse/engine.py for one neuron. Each model gets a copy of this text beside its step, so that the
    browser compiles the two into one; `step` is the translated one. A state without a name has no trace and stays 0. */
function loop(p, rest, current, start, stop, scale, normal, dt, [V_trace, x_trace, y_trace], spikes) {
  const n = V_trace.length;
  let V = rest[0];
  let x = x_trace ? rest[1] : 0;
  let y = y_trace ? rest[2] : 0;
  let sum = V;
  V_trace[0] = V;
  if (x_trace) x_trace[0] = x;
  if (y_trace) y_trace[0] = y;
  for (let i = 1; i < n; i++) {
    const I = start < i && i <= stop ? current : 0;
    const next = step(p, V, x, y, I, scale === 0 ? 0 : scale * normal[i - 1], dt);
    V = next[0];
    if (x_trace) x_trace[i] = x = next[1];
    if (y_trace) y_trace[i] = y = next[2];
    if (next[3]) spikes.push(i);
    sum += V;
    V_trace[i] = V;
  }
  return [V, x, y, sum];
}
