/* Gradient descent by hand, for scripts/measure_sweep.py: lanes inside, so that the compiler vectorises over them, in
   blocks of 32 that stay in registers and the first cache. The number of lanes is a multiple of 32. `passes` are those
   after the warm-up; the last update of a pass is dropped, as in the course. */
#include <math.h>
#define W 32
#define LANES for (int k = 0; k < W; k++)

void basic(long lanes, int n, int passes, const double *x, const double *y, const double *rates,
           double *root_sum, double *out_b, double *out_a) {
#pragma omp parallel for schedule(static)
    for (long at = 0; at < lanes; at += W) {
        double a[W], b[W], last_a[W], last_b[W], sum[W], lr[W];
        LANES { lr[k] = rates[at + k]; a[k] = b[k] = 1; }
        for (int pass = 0; pass < passes; pass++) {
            if (pass) LANES { a[k] = last_a[k]; b[k] = last_b[k]; }
            LANES { out_a[at + k] = a[k]; out_b[at + k] = b[k]; sum[k] = 0; }
            for (int i = 0; i < n; i++) LANES {
                double pred = b[k] + a[k] * x[i], error = y[i] - pred;
                sum[k] += error * error;
                double d_b = 2 * (pred - y[i]), d_a = d_b * x[i];
                last_a[k] = a[k], last_b[k] = b[k];
                b[k] -= d_b * lr[k];
                a[k] -= d_a * lr[k];
            }
        }
        LANES root_sum[at + k] = sqrt(sum[k]);
    }
}

void momentum(long lanes, int n, int passes, const double *x, const double *y, const double *rates,
           double *root_sum, double *out_b, double *out_a) {
    const double beta = .9, rest = 1 - beta;
#pragma omp parallel for schedule(static)
    for (long at = 0; at < lanes; at += W) {
        double a[W], b[W], va[W], vb[W], last_a[W], last_b[W], sum[W], lr[W];
        LANES { lr[k] = rates[at + k]; last_a[k] = last_b[k] = 1; va[k] = vb[k] = 0; }
        for (int pass = -1; pass < passes; pass++) {
            LANES { a[k] = pass ? last_a[k] : 1; b[k] = pass ? last_b[k] : 1; }
            LANES { out_a[at + k] = a[k]; out_b[at + k] = b[k]; sum[k] = 0; }
            for (int i = 0; i < n; i++) LANES {
                double pred = b[k] + a[k] * x[i], error = y[i] - pred;
                sum[k] += error * error;
                double d_b = 2 * (pred - y[i]), d_a = d_b * x[i];
                last_a[k] = a[k], last_b[k] = b[k];
                vb[k] = vb[k] * beta + rest * d_b;
                va[k] = va[k] * beta + rest * d_a;
                b[k] -= vb[k] * lr[k];
                a[k] -= va[k] * lr[k];
            }
        }
        LANES root_sum[at + k] = sqrt(sum[k]);
    }
}

void adam(long lanes, int n, int passes, const double *x, const double *y, const double *rates,
           double *root_sum, double *out_b, double *out_a) {
    const double beta1 = .9, rest1 = 1 - beta1, beta2 = .9, rest2 = 1 - beta2;
#pragma omp parallel for schedule(static)
    for (long at = 0; at < lanes; at += W) {
        double a[W], b[W], ma[W], mb[W], sa[W], sb[W], in_m[2][W], in_s[2][W], last_a[W], last_b[W], sum[W], lr[W];
        LANES { lr[k] = rates[at + k]; ma[k] = mb[k] = 0; sa[k] = sb[k] = 1e4; }
        for (int pass = -4; pass < passes; pass++) {
            LANES { a[k] = pass > 0 ? last_a[k] : 1; b[k] = pass > 0 ? last_b[k] : 1; }
            LANES { out_a[at + k] = a[k]; out_b[at + k] = b[k]; sum[k] = 0; }
            LANES { in_m[0][k] = ma[k]; in_m[1][k] = mb[k]; in_s[0][k] = sa[k]; in_s[1][k] = sb[k]; }
            for (int i = 0; i < n; i++) LANES {
                double pred = b[k] + a[k] * x[i], error = y[i] - pred;
                sum[k] += error * error;
                double d_b = 2 * (pred - y[i]), d_a = d_b * x[i];
                last_a[k] = a[k], last_b[k] = b[k];
                mb[k] = mb[k] * beta1 + rest1 * d_b;
                ma[k] = ma[k] * beta1 + rest1 * d_a;
                sb[k] = sb[k] * beta2 + rest2 * (d_b * d_b);
                sa[k] = sa[k] * beta2 + rest2 * (d_a * d_a);
                b[k] -= mb[k] * lr[k] / sqrt(sb[k]);
                a[k] -= ma[k] * lr[k] / sqrt(sa[k]);
            }
            if (pass == -4 || pass == -2) LANES { ma[k] = in_m[0][k]; mb[k] = in_m[1][k]; }  /* the squares go on */
            if (pass == -3 || pass == -1) LANES { sa[k] = in_s[0][k]; sb[k] = in_s[1][k]; }  /* the averages do */
        }
        LANES root_sum[at + k] = sqrt(sum[k]);
    }
}

void two_neuron(long lanes, int n, int passes, const double *x, const double *y, const double *rates,
                double *root_sum, double *out_a, double *out_d) {
    const double h = .01;
#pragma omp parallel for schedule(static)
    for (long at = 0; at < lanes; at += W) {
        double w[4][W], last[4][W], sum[W], lr[W];
        LANES { lr[k] = rates[at + k]; last[0][k] = last[1][k] = last[2][k] = last[3][k] = 1; }
        for (int pass = 0; pass < passes; pass++) {
            for (int j = 0; j < 4; j++) LANES w[j][k] = last[j][k];
            LANES { out_a[at + k] = w[0][k]; out_d[at + k] = w[3][k]; sum[k] = 0; }
            for (int i = 0; i < n; i++) LANES {
                double a = w[0][k], b = w[1][k], c = w[2][k], d = w[3][k];
                double z = a * x[i] + b, e = c * z + d - y[i], e2 = e * e;
                double ea = c * ((a + h) * x[i] + b) + d - y[i], eb = c * (a * x[i] + (b + h)) + d - y[i];
                double ec = (c + h) * z + d - y[i], ed = c * z + (d + h) - y[i];
                sum[k] += e2;
                last[0][k] = a; last[1][k] = b; last[2][k] = c; last[3][k] = d;
                w[0][k] = a - (ea * ea - e2) / h * lr[k];
                w[1][k] = b - (eb * eb - e2) / h * lr[k];
                w[2][k] = c - (ec * ec - e2) / h * lr[k];
                w[3][k] = d - (ed * ed - e2) / h * lr[k];
            }
        }
        LANES root_sum[at + k] = sqrt(sum[k]);
    }
}
