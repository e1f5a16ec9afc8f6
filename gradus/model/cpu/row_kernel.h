// What a transformer does row by row beside its products: normalisation, GELU, softmax, sums, Adam. A row's
// result depends on that row alone.
//
//   normalise(x, rows, width, {gain, bias}, {unit, inverse}, y);          // unit: before gain and bias
//   gelu(up, count, slope);                                               // in place; slope: its derivative
//   log_softmax(logits, rows, columns, logprob);
#pragma once

#include <cstdint>

namespace gradus {

// y = unit * gain + bias, where unit = (x - mean) / sqrt(variance + 1e-5) of the row (Ba et al. 2016).
struct NormWeights {
  const float* gain;
  const float* bias;
};
struct NormKept {
  float* unit;     // [rows, width]
  float* inverse;  // [rows]: 1 / sqrt(variance + 1e-5)
};
void normalise(const float* x, int64_t rows, int64_t width, const NormWeights& weights, const NormKept& kept,
               float* y);

// Adds to the gradients of x, gain and bias.
struct NormGradient {
  float* x;
  float* gain;
  float* bias;
};
void normalise_backward(const float* y_gradient, int64_t rows, int64_t width, const NormWeights& weights,
                        const NormKept& kept, const NormGradient& gradient);

// x = x Phi(x) in place, and its derivative Phi(x) + x phi(x) where `slope` is given (Hendrycks and Gimpel
// 2016). The error function is that of Abramowitz and Stegun 7.1.26: off by 1.5e-7 at most.
void gelu(float* x, int64_t count, float* slope);

// out = log p of every row; `columns` from 1.
void log_softmax(const float* logits, int64_t rows, int64_t columns, float* out);

// out[i] = e^x[i] to 2 units in the last place; out may be x.
void exponentials(const float* x, int64_t count, float* out);

void multiply_by(float* x, const float* factor, int64_t count);                // x *= factor
void add_to(float* x, const float* other, int64_t count);                      // x += other
void add_columns(const float* x, int64_t rows, int64_t columns, float* sums);  // sums += each row
void add_row(float* x, int64_t rows, int64_t columns, const float* row);       // each row of x += row

double sum_of_squares(const float* x, int64_t count);

// One step of Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019); scale: of
// the gradient, which is cleared.
struct AdamScales {
  float gradient = 1, rate = 0, mean = 1, square = 1, decay = 0;  // mean, square: 1 / (1 - beta^steps)
};
void adam(float* weight, float* gradient, float* mean, float* square, int64_t count,
          const AdamScales& scales);

}  // namespace gradus
