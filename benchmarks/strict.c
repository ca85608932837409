/* The four workloads in C, written for the purpose: what lifcourse has to keep up with.
 *
 * Compiled when the benchmark runs, for the processor at hand and with strict floating point (no -ffast-math, no fused
 * multiply-add), each formula in the order of the Python step: the spikes have to be the same. The arrangement is the
 * fastest that was found: blocks of neurons that fit into the cache, time outside, neurons inside, no branch in the inner
 * loop, so that the compiler can work on several neurons at once; spikes are entered afterwards, where there are any.
 *
 * EXP is exp of the C library, or `plain_exp`, which repeats lifcourse's own in C. */

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef EXP
#define EXP exp
#endif
#define BLOCK 512

static inline double plain_exp(double x)
{
    x = x < -650.0 ? -650.0 : x;
    x = x > 650.0 ? 650.0 : x;
    double k = (x * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0;
    double high = x - k * 0.6931471803691238, low = k * 1.9082149292705877e-10;
    double r = high - low, r2 = r * r;
    double even = 1.0 / 3628800.0 + r2 * (1.0 / 479001600.0);
    double odd = 1.0 / 39916800.0 + r2 * (1.0 / 6227020800.0);
    even = 1.0 / 40320.0 + r2 * even;
    odd = 1.0 / 362880.0 + r2 * odd;
    even = 1.0 / 720.0 + r2 * even;
    odd = 1.0 / 5040.0 + r2 * odd;
    even = 1.0 / 24.0 + r2 * even;
    odd = 1.0 / 120.0 + r2 * odd;
    even = 0.5 + r2 * even;
    odd = 1.0 / 6.0 + r2 * odd;
    double series = 1.0 + (high + (r2 * (even + r * odd) - low));
    double near = 1.0 + (k + 0.5) * 8.467931564140396e-05;
    near = 0.5 + 0.5 * (near * near);
    for (int i = 0; i < 13; i++)
        near = near * near;
    double digits = near * 4503599627370497.0;
    return series * (digits - digits * 0.9999999999999999);
}

typedef struct { double C_m, G_L, E_L, V_th, V_reset; } Membrane;
typedef struct { double Delta_th, a, b, tau_SRA, V_max; } Adaptive;

/* What is known of a neuron's spikes: see `_measures` in lifcourse/analysis.py. */
typedef struct { double count, first, last, first_isi, last_isi, squares; } Train;

static void enter(const uint8_t *spiked, ptrdiff_t width, ptrdiff_t sample, Train *train)
{
    for (ptrdiff_t left = 0; left < width; left += 8) {
        uint64_t eight;
        memcpy(&eight, spiked + left, 8);
        if (!eight)
            continue;
        for (ptrdiff_t j = left; j < left + 8 && j < width; j++) {
            if (!spiked[j])
                continue;
            Train *t = train + j;
            double isi = sample - t->last;
            if (t->count == 0)
                t->first = sample;
            else {
                if (t->count == 1)
                    t->first_isi = isi;
                t->last_isi = isi;
                t->squares += isi * isi;
            }
            t->count += 1;
            t->last = sample;
        }
    }
}

/* S1: AELIF, spike counts and intervals. */
void aelif_trains(ptrdiff_t n, ptrdiff_t samples, double dt, Membrane m, Adaptive p, const double *restrict I,
                  Train *restrict train)
{
    for (ptrdiff_t left = 0; left < n; left += BLOCK) {
        double V[BLOCK], w[BLOCK], drive[BLOCK];
        uint8_t spiked[BLOCK] = {0};
        ptrdiff_t width = n - left < BLOCK ? n - left : BLOCK;
        for (ptrdiff_t j = 0; j < width; j++)
            V[j] = m.E_L, w[j] = 0.0, drive[j] = I[left + j];
        for (ptrdiff_t k = 1; k < samples; k++) {
            int any = 0;
            for (ptrdiff_t j = 0; j < width; j++) {
                double upstroke = p.Delta_th * EXP((V[j] - m.V_th) / p.Delta_th);
                double dV = dt * (m.G_L * (m.E_L - V[j] + upstroke) - w[j] + drive[j]) / m.C_m;
                double w_new = w[j] + dt * (p.a * (V[j] - m.E_L) - w[j]) / p.tau_SRA;
                double v = V[j] + dV;
                int s = v > p.V_max;
                V[j] = s ? m.V_reset : v;
                w[j] = s ? w_new + p.b : w_new;
                spiked[j] = s;
                any |= s;
            }
            if (any)
                enter(spiked, width, k, train + left);
        }
    }
}

/* S4: AELIF, counts only. */
void aelif_counts(ptrdiff_t n, ptrdiff_t samples, double dt, Membrane m, Adaptive p, const double *restrict I,
                  int64_t *restrict count)
{
    for (ptrdiff_t left = 0; left < n; left += BLOCK) {
        double V[BLOCK], w[BLOCK], drive[BLOCK];
        int64_t c[BLOCK];
        ptrdiff_t width = n - left < BLOCK ? n - left : BLOCK;
        for (ptrdiff_t j = 0; j < width; j++)
            V[j] = m.E_L, w[j] = 0.0, drive[j] = I[left + j], c[j] = 0;
        for (ptrdiff_t k = 1; k < samples; k++)
            for (ptrdiff_t j = 0; j < width; j++) {
                double upstroke = p.Delta_th * EXP((V[j] - m.V_th) / p.Delta_th);
                double dV = dt * (m.G_L * (m.E_L - V[j] + upstroke) - w[j] + drive[j]) / m.C_m;
                double w_new = w[j] + dt * (p.a * (V[j] - m.E_L) - w[j]) / p.tau_SRA;
                double v = V[j] + dV;
                int s = v > p.V_max;
                V[j] = s ? m.V_reset : v;
                w[j] = s ? w_new + p.b : w_new;
                c[j] += s;
            }
        memcpy(count + left, c, width * sizeof *c);
    }
}

/* S2: LIF with noise. `normal` holds the normal numbers of neuron j in row j, as they are drawn. A step needs those of all
 * neurons: they are turned, for as many steps at a time as stay in the cache. */
#define TURNED 32
void lif_noisy_trains(ptrdiff_t n, ptrdiff_t samples, double dt, Membrane m, double scale, const double *restrict I,
                      const double *restrict normal, Train *restrict train)
{
    for (ptrdiff_t left = 0; left < n; left += BLOCK) {
        double V[BLOCK], drive[BLOCK], noise[TURNED][BLOCK + 8];
        uint8_t spiked[BLOCK] = {0};
        ptrdiff_t width = n - left < BLOCK ? n - left : BLOCK;
        for (ptrdiff_t j = 0; j < width; j++)
            V[j] = m.E_L, drive[j] = I[left + j];
        for (ptrdiff_t first = 1; first < samples; first += TURNED) {
            ptrdiff_t steps = samples - first < TURNED ? samples - first : TURNED;
            for (ptrdiff_t j = 0; j < width; j++)
                for (ptrdiff_t k = 0; k < steps; k++)
                    noise[k][j] = scale * normal[(left + j) * (samples - 1) + first - 1 + k];
            for (ptrdiff_t k = 0; k < steps; k++) {
                int any = 0;
                for (ptrdiff_t j = 0; j < width; j++) {
                    double v = V[j] + dt * (m.G_L * (m.E_L - V[j]) + drive[j]) / m.C_m + noise[k][j];
                    int s = v > m.V_th;
                    V[j] = s ? m.V_reset : v;
                    spiked[j] = s;
                    any |= s;
                }
                if (any)
                    enter(spiked, width, first + k, train + left);
            }
        }
    }
}

/* S2 without noise. */
void lif_trains(ptrdiff_t n, ptrdiff_t samples, double dt, Membrane m, const double *restrict I, Train *restrict train)
{
    for (ptrdiff_t left = 0; left < n; left += BLOCK) {
        double V[BLOCK], drive[BLOCK];
        uint8_t spiked[BLOCK] = {0};
        ptrdiff_t width = n - left < BLOCK ? n - left : BLOCK;
        for (ptrdiff_t j = 0; j < width; j++)
            V[j] = m.E_L, drive[j] = I[left + j];
        for (ptrdiff_t k = 1; k < samples; k++) {
            int any = 0;
            for (ptrdiff_t j = 0; j < width; j++) {
                double v = V[j] + dt * (m.G_L * (m.E_L - V[j]) + drive[j]) / m.C_m;
                int s = v > m.V_th;
                V[j] = s ? m.V_reset : v;
                spiked[j] = s;
                any |= s;
            }
            if (any)
                enter(spiked, width, k, train + left);
        }
    }
}

/* S4: LIF, counts only. */
void lif_counts(ptrdiff_t n, ptrdiff_t samples, double dt, Membrane m, const double *restrict I, int64_t *restrict count)
{
    for (ptrdiff_t left = 0; left < n; left += BLOCK) {
        double V[BLOCK], drive[BLOCK];
        int64_t c[BLOCK];
        ptrdiff_t width = n - left < BLOCK ? n - left : BLOCK;
        for (ptrdiff_t j = 0; j < width; j++)
            V[j] = m.E_L, drive[j] = I[left + j], c[j] = 0;
        for (ptrdiff_t k = 1; k < samples; k++)
            for (ptrdiff_t j = 0; j < width; j++) {
                double v = V[j] + dt * (m.G_L * (m.E_L - V[j]) + drive[j]) / m.C_m;
                int s = v > m.V_th;
                V[j] = s ? m.V_reset : v;
                c[j] += s;
            }
        memcpy(count + left, c, width * sizeof *c);
    }
}

/* S4 with all that `fi_curve` returns: counts, intervals and the mean potential. */
void lif_measures(ptrdiff_t n, ptrdiff_t samples, double dt, Membrane m, const double *restrict I, Train *restrict train,
                  double *restrict mean_V)
{
    for (ptrdiff_t left = 0; left < n; left += BLOCK) {
        double V[BLOCK], drive[BLOCK], sum[BLOCK];
        uint8_t spiked[BLOCK] = {0};
        ptrdiff_t width = n - left < BLOCK ? n - left : BLOCK;
        for (ptrdiff_t j = 0; j < width; j++)
            V[j] = sum[j] = m.E_L, drive[j] = I[left + j];
        for (ptrdiff_t k = 1; k < samples; k++) {
            int any = 0;
            for (ptrdiff_t j = 0; j < width; j++) {
                double v = V[j] + dt * (m.G_L * (m.E_L - V[j]) + drive[j]) / m.C_m;
                int s = v > m.V_th;
                V[j] = s ? m.V_reset : v;
                sum[j] += V[j];
                spiked[j] = s;
                any |= s;
            }
            if (any)
                enter(spiked, width, k, train + left);
        }
        for (ptrdiff_t j = 0; j < width; j++)
            mean_V[left + j] = sum[j] / samples;
    }
}

/* S3: one neuron with spike-rate adaptation, all states at all samples. Returns the number of spikes. */
ptrdiff_t sra_trace(ptrdiff_t samples, double dt, Membrane m, double E_K, double Delta_G, double tau_SRA,
                    const double *restrict I, double *restrict V, double *restrict G, int64_t *restrict spikes)
{
    ptrdiff_t n_spikes = 0;
    double v = m.E_L, g = 0.0;
    V[0] = v, G[0] = g;
    for (ptrdiff_t k = 1; k < samples; k++) {
        double v_new = v + dt * (m.G_L * (m.E_L - v) + g * (E_K - v) + I[k - 1]) / m.C_m;
        g = g - dt * g / tau_SRA;
        v = v_new;
        if (v > m.V_th) {
            v = m.V_reset;
            g = g + Delta_G;
            spikes[n_spikes++] = k;
        }
        V[k] = v, G[k] = g;
    }
    return n_spikes;
}
