"""JAX: a step over arrays of neurons, `lax.scan` over time, compiled as a whole; 64-bit floats."""

from functools import partial

import numpy as np

from benchmarks.workloads import DT, S1, S2, S3, S4, samples


def workloads(threads):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def enter(train, k, spiked):
        count, first, last, first_isi, last_isi, squares = train
        isi = k - last
        again = spiked & (count > 0)
        return (
            count + spiked, jnp.where(spiked & (count == 0), k, first), jnp.where(spiked, k, last),
            jnp.where(spiked & (count == 1), isi, first_isi), jnp.where(again, isi, last_isi),
            jnp.where(again, squares + isi * isi, squares),
        )  # fmt: skip

    def aelif_step(p, I, V, w):
        dV = DT * (p.G_L * (p.E_L - V + p.Delta_th * jnp.exp((V - p.V_th) / p.Delta_th)) - w + I) / p.C_m
        w = w + DT * (p.a * (V - p.E_L) - w) / p.tau_SRA
        V = V + dV
        spiked = V > p.V_max
        return jnp.where(spiked, p.V_reset, V), jnp.where(spiked, w + p.b, w), spiked

    def lif_step(p, I, V, noise):
        V = V + DT * (p.G_L * (p.E_L - V) + I) / p.C_m + noise
        spiked = V > p.V_th
        return jnp.where(spiked, p.V_reset, V), spiked

    @partial(jax.jit, static_argnums=(0, 2))
    def aelif_trains(p, I, n):
        def body(carry, k):
            V, w, spiked = aelif_step(p, I, *carry[:2])
            return (V, w, enter(carry[2], k, spiked)), None

        zero = jnp.zeros(len(I))
        return jax.lax.scan(body, (zero + p.E_L, zero, (zero,) * 6), jnp.arange(1.0, n))[0][2]

    @partial(jax.jit, static_argnums=(0, 2))
    def aelif_counts(p, I, n):
        def body(carry, _):
            V, w, spiked = aelif_step(p, I, *carry[:2])
            return (V, w, carry[2] + spiked), None

        zero = jnp.zeros(len(I))
        return jax.lax.scan(body, (zero + p.E_L, zero, jnp.zeros(len(I), jnp.int64)), None, length=n - 1)[0][2]

    @partial(jax.jit, static_argnums=(0, 2))
    def lif_counts(p, I, n):
        def body(carry, _):
            V, spiked = lif_step(p, I, carry[0], 0.0)
            return (V, carry[1] + spiked), None

        zero = jnp.zeros(len(I))
        return jax.lax.scan(body, (zero + p.E_L, jnp.zeros(len(I), jnp.int64)), None, length=n - 1)[0][1]

    @partial(jax.jit, static_argnums=(0, 2))
    def lif_noisy(p, I, n, key, scale):
        noise = scale * jax.random.normal(key, (n - 1, len(I)))

        def body(carry, k_noise):
            k, noise = k_noise
            V, spiked = lif_step(p, I, carry[0], noise)
            return (V, enter(carry[1], k, spiked)), None

        zero = jnp.zeros(len(I))
        return jax.lax.scan(body, (zero + p.E_L, (zero,) * 6), (jnp.arange(1.0, n), noise))[0][1]

    @partial(jax.jit, static_argnums=0)
    def sra_trace(p, I):
        def body(carry, I):
            V, G = carry
            V, G = V + DT * (p.G_L * (p.E_L - V) + G * (p.E_K - V) + I) / p.C_m, G - DT * G / p.tau_SRA
            spiked = V > p.V_th
            V, G = jnp.where(spiked, p.V_reset, V), jnp.where(spiked, G + p.Delta_G_SRA, G)
            return (V, G), (V, G, spiked)

        return jax.lax.scan(body, (p.E_L, 0.0), I[:-1])[1]

    def s1():
        return int(aelif_trains(S1["neuron"].step_parameters(), S1["currents"], samples(S1))[0].sum())

    def s2():
        spikes = 0.0
        for key, sigma in enumerate(S2["sigmas"]):
            trains = lif_noisy(
                S2["neuron"].step_parameters(), S2["currents"], samples(S2), jax.random.key(key), sigma * np.sqrt(DT)
            )
            spikes += trains[0].sum()
        return int(spikes)

    def s3():
        V, G, spiked = sra_trace(S3["neuron"].step_parameters(), S3["current"])
        np.asarray(V), np.asarray(G)
        return len(np.flatnonzero(spiked))

    def many(name):
        workload, run = S4[name], aelif_counts if "AELIF" in name else lif_counts
        return int(run(workload["neuron"].step_parameters(), workload["currents"], samples(workload)).sum())

    return {"S1": s1, "S2": s2, "S3": s3, **{name: partial(many, name) for name in S4}}
